"""The ladder as a table: for each target, how far it came."""

from collections.abc import Sequence
from typing import NamedTuple

from doctor.verdict import EVERY_TARGET, Finding, Outcome, Severity

_RUNGS = (
    ("dns.name-not-found", "dns.no-address", "dns.server-failure"),
    ("reach.connect-timeout", "reach.connection-refused", "reach.unreachable"),
    ("reach.handshake-timeout", "reach.certificate-untrusted", "reach.certificate-wrong-name", "reach.not-tls"),
    ("reach.connection-reset", "reach.no-response", "reach.not-aws"),
)


class Row(NamedTuple):
    """One target: the outcome of name, connect, TLS and answer."""

    target: str
    rungs: tuple[Outcome, ...]


def rows(findings: Sequence[Finding]) -> list[Row]:
    """A row for each target that was climbed, sorted by name."""
    climbed = [finding for finding in findings if finding.check in {check for rung in _RUNGS for check in rung}]
    targets = sorted({target for finding in climbed for target in finding.targets} - {EVERY_TARGET})
    return [Row(target, tuple(_outcome(climbed, target, rung) for rung in _RUNGS)) for target in targets]


def _outcome(findings: Sequence[Finding], target: str, rung: Sequence[str]) -> Outcome:
    """The gravest outcome of a rung's checks; a fault of some addresses only does not break the rung."""
    told = [finding for finding in findings if finding.check in rung and target in finding.targets]
    if any(finding.outcome is Outcome.PROBLEM and finding.severity is Severity.BREAKS for finding in told):
        return Outcome.PROBLEM
    for outcome in (Outcome.OK, Outcome.UNKNOWN):
        if any(finding.outcome is outcome for finding in told):
            return outcome
    return Outcome.NOT_APPLICABLE
