"""How one rung of the ladder is judged for one target: the same for every check of the area `reach`."""

from collections.abc import Callable
from dataclasses import dataclass

from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.reach import Probe, Reach, Tcp
from doctor.verdict import Separation, Severity

Probes = tuple[Probe, ...]
_MOST_NAMED = 4  # addresses in a message


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One rung as a check sees it. `fault` and `healthy` complete a sentence that starts with the target."""

    failed: Callable[[Probe], bool]
    passed: Callable[[Probe], bool]
    fault: str
    healthy: str
    detail: Callable[[Probe], str] = lambda _: ""
    candidates: Callable[[Probes], tuple[str, ...]] = lambda _: ()
    separate: Callable[[Reach], tuple[Separation, ...]] = lambda _: ()

    def judge(self, reach: Reach) -> Observation:
        """Whether this rung is where the target fails: the first that fails is the symptom, those above not reached.

        A fault of some addresses breaks nothing where others carry the call: it is a risk.
        """
        target = f"{reach.host}:{reach.port}"
        if not reach.expected:
            return not_applicable(target, f"{target} is declared unreachable")
        if not reach.probes:
            return unknown(target, f"not reached: the name {reach.host} gave no address to connect to")
        faulty = tuple(probe for probe in reach.probes if self.failed(probe))
        if faulty:
            words = f"{target} {self.fault} ({_tried(faulty, reach)}{_said(self.detail(faulty[0]))})"
            severity = Severity.RISKS if any(probe.carries for probe in reach.probes) else Severity.BREAKS
            return problem(
                target,
                words,
                severity=severity,
                addresses=tuple(probe.address for probe in faulty),
                candidates=self.candidates(faulty),
                separate=self.separate(reach),
            )
        if any(map(self.passed, reach.probes)):
            return ok(target, f"{target} {self.healthy}")
        return _not_decided(target, reach)


def _not_decided(target: str, reach: Reach) -> Observation:
    forbidden = [probe for probe in reach.probes if probe.tcp is Tcp.FORBIDDEN]
    if forbidden:
        return unknown(target, f"{forbidden[0].address} was not probed: {forbidden[0].detail}")
    if all(probe.tcp is Tcp.CONNECTED and probe.tls is None for probe in reach.probes):
        return not_applicable(target, f"{target} was asked for TCP only")
    if all(probe.http is None and probe.tls is not None for probe in reach.probes) and any(
        probe.tls == "verified" for probe in reach.probes
    ):
        return not_applicable(target, f"{target} was asked for TLS only")
    return unknown(target, f"not reached: {target} fails at another rung")


def _tried(faulty: Probes, reach: Reach) -> str:
    named = ", ".join(probe.address for probe in faulty[:_MOST_NAMED])
    if len(reach.probes) == 1:
        return named
    return f"{len(faulty)} of {len(reach.probes)} addresses: {named}{', …' if len(faulty) > _MOST_NAMED else ''}"


def _said(detail: str) -> str:
    return f"; {detail}" if detail else ""
