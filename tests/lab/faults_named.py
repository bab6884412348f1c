"""Faults of names: made by the VPC's configuration, or by resolvers of whom no configuration tells."""

from collections.abc import Callable
from typing import Any

from changes import diverted, firewalled, isolated, names_off, own_resolver, zone
from places import REFUSED, SERVER_FAILURE, host
from scene import Row, Scene
from vpc_names import ADDRESSES, Names
from vpc_wires import SANDBOX_RESOLVER

SQS, SNS = host("sqs"), host("sns")
_GONE = "10.0.3.99"  # nobody has it any more


def _off(scene: Scene) -> None:
    isolated(scene)
    names_off(scene)


def _no_hostnames(scene: Scene) -> None:
    isolated(scene).dns(support=True, hostnames=False)
    scene.endpoint("sns")


def _custom(scene: Scene, values: list[str] | None) -> None:
    own_resolver(scene)
    scene.names = {SQS: values}


def _custom_isolated(scene: Scene) -> None:
    """A resolver that knows public names alone leads past the endpoint."""
    isolated(scene)
    own_resolver(scene)
    scene.endpoint("sns")
    scene.names = {SQS: [ADDRESSES[SQS]], SNS: [ADDRESSES[SNS]]}


def _custom_silent(scene: Scene) -> None:
    own_resolver(scene)
    scene.silent = True


def _walled(scene: Scene, response: str) -> None:
    firewalled(scene, response, "sns.us-east-1.amazonaws.com.")
    answer, lists = {SNS: [] if response == "NODATA" else None}, scene.cloud.recorded.json
    scene.resolved = lambda names: {**names, **(answer if lists["ListFirewallDomains"]["Domains"] else {})}


def _own(does: str, breaks: Callable[[Scene], object], symptom: str, **more: Any) -> Row:
    """A resolver of one's own."""
    cause = "dns.custom-resolver"
    return Row(
        name=f"own resolver {does}", breaks=breaks, expect=(symptom, cause), cause=cause, outside=(cause,), **more
    )


CONFIGURED = (
    Row(name="isolated, private names off", breaks=_off, expect=("dns.private-names-off",)),
    Row(name="resolver off", breaks=lambda s: s.account.dns(support=False, hostnames=True), expect=("dns.vpc-support-off",)),
    # Two services lead past their endpoints, while the gateway endpoint's answers: what they share is at fault.
    Row(name="isolated, host names off", breaks=_no_hostnames, expect=("dns.vpc-hostnames-off",),
        targets=("sqs", "sns", "s3")),
    Row(name="a zone shadows AWS", breaks=lambda s: zone(s, "amazonaws.com"), expect=("dns.private-zone-shadows",),
        targets=("sns",)),
    Row(name="a zone shadows one service with a dead address", expect=("dns.private-zone-shadows",), targets=("sns",),
        breaks=lambda s: zone(s, SNS, {SNS: _GONE})),
    # Rules and resolvers of one's own are risks at most (their ceiling), and what they break is more: so the symptom comes
    # first, the cause is named beside it and as the likeliest of its candidates (rules 3 to 5 of the contract).
    Row(name="a rule diverts AWS", breaks=lambda s: diverted(s, "amazonaws.com"), cause="dns.resolver-rule-diverts",
        expect=("dns.server-failure", "dns.resolver-rule-diverts"), outside=("dns.resolver-rule-diverts",), targets=("sns",)),
    Row(name="DNS Firewall denies", breaks=lambda s: _walled(s, "NXDOMAIN"), expect=("dns.firewall-blocks",), targets=("sns",)),
    Row(name="DNS Firewall empties", breaks=lambda s: _walled(s, "NODATA"), expect=("dns.firewall-blocks",), targets=("sns",)),
    _own("denies", lambda s: _custom(s, None), "dns.name-not-found"),
    _own("fails", lambda s: _custom(s, [SERVER_FAILURE]), "dns.server-failure"),
    _own("is silent", _custom_silent, "dns.resolver-silent"),
    _own("leads past the endpoint", _custom_isolated, "dns.public-answer", targets=("sqs", "sns", "s3")),
)  # fmt: skip


def _says(values: list[str] | None, service: str = "sqs") -> object:
    def breaks(scene: Scene) -> None:
        scene.names = {host(service): values}

    return breaks


def _all(values: list[str]) -> object:
    def breaks(scene: Scene) -> None:
        scene.resolved = _every(values)

    return breaks


def _every(values: list[str]) -> object:
    def names(known: Names) -> Names:
        return dict.fromkeys(known, values)

    return names


def _silent(scene: Scene) -> None:
    scene.silent = True


def _first_silent(scene: Scene) -> None:
    scene.nameservers = ("10.0.66.53", SANDBOX_RESOLVER)


def _slow(scene: Scene) -> None:
    scene.delay, scene.timeout = 0.75, 7  # slow is more than a tenth of the function's time


def _pinned(scene: Scene, address: str) -> None:
    scene.pinned = (f"{address} {SQS}",)


def _past_the_endpoint(scene: Scene) -> None:
    """The endpoint has private names, as another one has, and yet the sandbox hears a public address."""
    isolated(scene)
    scene.endpoint("sns")
    scene.names = {SQS: [ADDRESSES[SQS]]}


# The configuration tells none of these, so that from outside nothing may be named. Both sides name what was seen.
SEEN = (
    Row(name="name does not exist", breaks=_says(None), expect=("dns.name-not-found",), outside=()),
    Row(name="name without an address", breaks=_says([]), expect=("dns.no-address",), outside=()),
    Row(name="resolver fails for one name", breaks=_says([SERVER_FAILURE]), expect=("dns.server-failure",), outside=()),
    Row(name="resolver refuses one name", breaks=_says([REFUSED]), expect=("dns.server-failure",), outside=()),
    Row(name="resolver fails for all", breaks=_all([SERVER_FAILURE]), expect=("dns.server-failure",), outside=(),
        targets=("sqs", "sns")),
    Row(name="resolver is silent", breaks=_silent, expect=("dns.resolver-silent",), outside=()),
    Row(name="first nameserver is silent", breaks=_first_silent, expect=("dns.resolver-silent",), outside=()),
    Row(name="names take most of a second", breaks=_slow, expect=("client.slow-dns",), outside=(), budget=6),
    # An address of the VPC that is none of the endpoint's: where it comes from is told beside it, as a risk.
    Row(name="hosts file pins a dead address", breaks=lambda s: _pinned(s, _GONE),
        expect=("dns.stale-answer", "dns.libc-disagrees"), outside=()),
    Row(name="name of an endpoint that is gone", breaks=_says([_GONE]), expect=("dns.stale-answer",), outside=()),
    Row(name="public answer in spite of private names", breaks=_past_the_endpoint, expect=("dns.public-answer",),
        targets=("sqs", "sns"), outside=()),
)  # fmt: skip

ROWS = (*CONFIGURED, *SEEN)
