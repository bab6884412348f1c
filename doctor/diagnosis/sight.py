"""What a run met from inside: the addresses that answered and those that did not, and where names led. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from doctor import hosts
from doctor.evidence import Evidence, Missing
from doctor.verdict import Source

# `doctor.evidence.reach.Tcp` in its plain form; a refusal has come all the way, too.
_PASSED, _SILENT = ("connected", "refused"), "timeout"
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Tried:
    """One address of a target to which the sandbox connected directly; `passed` tells that an answer came back."""

    address: Address
    port: int
    service: str | None
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a run met from inside.

    `instrument` is whether STS, where it is no target, took a connection: at an address that nobody told. None where it
    was not asked, or a proxy was asked in its place. `private_names` tells that AWS's names led to private addresses which
    no hosts file pins.
    """

    tried: tuple[Tried, ...] = ()
    instrument: bool | None = None
    private_names: bool = False
    nameservers: tuple[str, ...] = ()


def sight(known: Iterable[Evidence | Missing]) -> Sight:
    """What the evidence from inside tells of the ways that packets went.

    Nothing where it comes from several subnets: what passes from one says nothing of another.
    """
    seen: dict[str, list[Evidence]] = {}
    for item in known:
        if isinstance(item, Evidence) and item.source is Source.INSIDE:
            seen.setdefault(item.kind, []).append(item)
    if len({item.vantage.subnet for item in seen.get("reach", ())}) > 1:
        return Sight()
    reached = [item.facts for item in seen.get("reach", ())]
    resolvers = [item.facts for item in seen.get("resolver", ())]
    pinned = {name for facts in resolvers for name in facts.get("pinned", ())}
    services = {facts["host"] for facts in reached if facts.get("service")} - pinned
    named = [item.facts for item in seen.get("names", ()) if item.facts.get("host") in services]
    proxied = any(item.facts.get("proxies") for item in seen.get("proxy", ()))
    targets = {facts["host"] for facts in reached}
    calls = [item.facts for item in seen.get("clients", ()) if item.facts.get("host") not in targets]
    return Sight(
        tried=tuple(each for facts in reached if not facts.get("proxied") for each in _tried(facts)),
        instrument=None if proxied or not calls else _stood(calls[-1].get("first")),
        private_names=any(_is_private(each) for facts in named for each in facts["system"]["addresses"]),
        nameservers=tuple(dict.fromkeys(each for facts in resolvers for each in facts.get("nameservers", ()))),
    )


def _tried(facts: Mapping[str, Any]) -> Iterator[Tried]:
    for probe in facts["probes"]:
        address = hosts.without_zone(probe["address"])
        outcomes = {probe["tcp"], *probe.get("tries", ())}
        if address and not outcomes.isdisjoint((*_PASSED, _SILENT)):
            yield Tried(address, facts["port"], facts.get("service"), not outcomes.isdisjoint(_PASSED))


def _stood(call: Mapping[str, Any] | None) -> bool | None:
    """Whether a call's connection stood; None where it did not come so far, or nobody saw."""
    if call is None or (call.get("connect") is None and call.get("stopped_in") != "connect"):
        return None
    return call.get("connect") is not None


def _is_private(text: str) -> bool:
    address = hosts.without_zone(text)
    return address is not None and not address.is_global
