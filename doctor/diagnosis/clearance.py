"""What passed, and what it disproves: rule 1 of DESIGN's reasoning, and rule 2 where configuration and packets disagree.

An authenticated answer of AWS, even an error, has passed names, network, TLS and HTTP. A connection that stands has passed
the network. Either speaks of one target, one address and the subnet that it came from: nobody tells a sandbox in which of
its function's subnets it stands, so that it is taken to be in one from which the configuration lets it pass, if there is any.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from doctor.evidence import Evidence, Missing
from doctor.judge import Judged
from doctor.verdict import EVERY_TARGET, Finding, Outcome, Severity

_CLEARED_AREAS = ("dns", "network", "reach")
_BY_A_CONNECTION = ("network",)
# A wrong route may be the very reason why a policy denies, and an answer does not excuse it.
_ROUTING_CAUSES = ("dns.public-answer",)
_POLICY_DENIALS = ("permission.endpoint-policy", "permission.resource-policy")
_ISOLATION = ("reach.expectation-failed",)
_CONNECTED = "connected"  # `doctor.evidence.reach.Tcp`, in its plain form


class Answer(NamedTuple):
    """Something passed to this target: to which address, from which subnet. `aws` tells that AWS itself answered.

    The `address` is "" where a proxy carried it, which alone knows where to: no address of the target's is called then.
    """

    target: str
    address: str
    subnet: str | None = None
    aws: bool = True


def answers(known: Sequence[Evidence | Missing]) -> list[Answer]:
    """All that passed, as the evidence tells."""
    told = [item for item in known if isinstance(item, Evidence) and item.target]
    ways: dict[str, list[Mapping[str, Any]]] = {}
    for item in told:
        if item.kind == "paths":
            ways[item.target or ""] = list(item.facts.get("ways", ()))
    return [answer for item in told for answer in _passed(item, ways.get(item.target or "", []))]


def _passed(item: Evidence, ways: list[Mapping[str, Any]]) -> Iterator[Answer]:
    proxied = item.kind == "reach" and item.facts.get("proxied")
    addresses = dict.fromkeys(("",) if proxied and item.answered else item.answered, True)
    if item.kind == "reach" and item.facts.get("expected", True) and not item.facts.get("proxied"):
        for probe in item.facts.get("probes", ()):
            if probe.get("tcp") == _CONNECTED:
                addresses.setdefault(str(probe.get("address")), False)
    for address, aws in addresses.items():
        for subnet in [item.vantage.subnet] if item.vantage.subnet else _from(ways, address):
            yield Answer(item.target or "", address, subnet, aws)


def _from(ways: Iterable[Mapping[str, Any]], address: str) -> list[str | None]:
    """Where a sandbox may stand that got through to the address: where a way is open, else undecided, else anywhere."""
    there = [way for way in ways if way["address"] == address]
    open_ = [way["subnet"] for way in there if way["path"]["reachable"] or way["path"]["share"]]
    undecided = [way["subnet"] for way in there if way["path"]["reachable"] is None]
    return list(dict.fromkeys(open_ or undecided or [way["subnet"] for way in there])) or [None]


def clear(judged: Sequence[Judged], passed: tuple[Answer, ...], targets: tuple[str, ...]) -> list[Judged]:
    """The findings, those that are disproved as ok."""
    denied = {
        target
        for item in judged
        if item.finding.check in _POLICY_DENIALS and item.finding.outcome is Outcome.PROBLEM
        for target in item.finding.targets
    }
    return [_cleared(item, passed, targets, denied) for item in judged]


def _cleared(item: Judged, passed: tuple[Answer, ...], targets: tuple[str, ...], denied: set[str]) -> Judged:
    finding, area = item.finding, item.finding.check.partition(".")[0]
    if area not in _CLEARED_AREAS or not _may_be_cleared(finding, denied):
        return item
    concerned = targets if EVERY_TARGET in finding.targets else finding.targets
    if not concerned or item.share:  # a connection that passed says nothing of those ports that do not
        return item
    by_aws = tuple(each for each in passed if each.aws)
    if all(_answered(target, item, by_aws) for target in concerned):
        return replace(item, finding=_as_ok(finding, "AWS itself answered (request id, trusted certificate)"))
    if area in _BY_A_CONNECTION and all(_answered(target, item, passed) for target in concerned):
        return replace(item, finding=_as_ok(finding, "a connection from inside stood"))
    return item


def _may_be_cleared(finding: Finding, denied: set[str]) -> bool:
    if finding.severity is not Severity.BREAKS or finding.outcome not in (Outcome.PROBLEM, Outcome.UNKNOWN):
        return False
    if finding.check in _ISOLATION or (finding.outcome is Outcome.UNKNOWN and EVERY_TARGET in finding.targets):
        return False  # an answer is what isolation forbids, and says nothing of targets that were not looked at
    return not (finding.check in _ROUTING_CAUSES and meet(finding.targets, tuple(denied)))


def meet(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two findings' targets have one in common."""
    return EVERY_TARGET in some or EVERY_TARGET in others or not set(some).isdisjoint(others)


def _answered(target: str, item: Judged, passed: tuple[Answer, ...]) -> bool:
    """Whether what passed covers every subnet and every address that the finding names."""
    there = [answer for answer in passed if answer.target == target]
    for subnet in item.subnets or (item.finding.subnet,):
        heard = {each.address for each in there if None in (each.subnet, subnet) or each.subnet == subnet}
        if not heard or not ("" in heard or set(item.finding.addresses) <= heard):
            return False
    return True


def _as_ok(finding: Finding, why: str) -> Finding:
    # Model against packets stays visible: the finding says what it held before.
    return replace(finding, outcome=Outcome.OK, message=f"{why}; before that: {finding.message}")
