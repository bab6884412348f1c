"""How one rung of the ladder is judged for one target: the same for every check of the area `reach`."""

from collections.abc import Callable
from dataclasses import dataclass

from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.reach import Probe, Reach, Tcp, Tls
from doctor.verdict import Remedy, Separation, Severity

Probes = tuple[Probe, ...]
_MOST_NAMED = 4  # addresses in a message
_CONNECTED = Probe(address="", tcp=Tcp.CONNECTED, tcp_took=0.0)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One rung as a check sees it. `fault` and `healthy` complete a sentence that starts with the target.

    `dead` marks a rung whose failing addresses, where others carry calls, are told by `reach.some-addresses-dead`.
    """

    failed: Callable[[Probe], bool]
    passed: Callable[[Probe], bool]
    fault: str
    healthy: str
    dead: bool = False
    detail: Callable[[Probe], str] = lambda _: ""
    candidates: Callable[[Reach, Probes], tuple[str, ...]] = lambda _, __: ()
    separate: Callable[[Reach], tuple[Separation, ...]] = lambda _: ()

    def judge(self, reach: Reach, remedy: Remedy | None = None) -> Observation:
        """Whether this rung is where the target fails: the first that fails is the symptom, those above not reached.

        A fault of some addresses breaks nothing where others carry the call: it is a risk.
        """
        target = reach.concerns
        if not reach.expected:
            return not_applicable(target, f"{target} is declared unreachable")
        if self._beyond(reach):
            return not_applicable(target, f"{target} is asked for TCP only")
        if not reach.probes:
            return unknown(target, f"not reached: the name {reach.host} gave no address to connect to")
        faulty = tuple(probe for probe in reach.probes if self.failed(probe))
        carried = any(probe.carries for probe in reach.probes)
        if faulty and not (self.dead and carried):
            words = f"{target} {self.fault} ({_tried(faulty, reach)}{_said(self.detail(faulty[0]))})"
            candidates = self.candidates(reach, faulty)
            return problem(
                target,
                words,
                severity=Severity.RISKS if carried else Severity.BREAKS,
                addresses=tuple(probe.address for probe in faulty),
                candidates=candidates,
                separate=self.separate(reach) if candidates else (),
                remedy=remedy,
            )
        passed = sum(map(self.passed, reach.probes))
        if passed:
            share = f" at {passed} of {len(reach.probes)} addresses" if passed < len(reach.probes) else ""
            return ok(target, f"{target} {self.healthy}{share}")
        return _not_decided(target, reach)

    def _beyond(self, reach: Reach) -> bool:
        """Whether a target that is only connected to never comes to this rung; one that may not be probed says so."""
        refused = any(probe.tcp is Tcp.FORBIDDEN for probe in reach.probes)
        return not (reach.tls or refused or self.passed(_CONNECTED))


def _not_decided(target: str, reach: Reach) -> Observation:
    """What no probe failed and none passed: less was asked, or something else came before."""
    first = reach.probes[0]
    if forbidden := [probe for probe in reach.probes if probe.tcp is Tcp.FORBIDDEN]:
        return unknown(target, f"{target} was not probed at {forbidden[0].address}: {forbidden[0].detail}")
    if all(probe.tcp is Tcp.CONNECTED and probe.tls is None for probe in reach.probes):
        return not_applicable(target, f"{target} was asked for TCP only")
    if all(probe.tls is Tls.VERIFIED and probe.http is None for probe in reach.probes):
        return not_applicable(target, f"{target} was asked for TLS only")
    if Tls.FAILED in {probe.tls for probe in reach.probes} or Tcp.FAILED in {probe.tcp for probe in reach.probes}:
        return unknown(target, f"{target} was not climbed to this rung: {first.detail or 'it failed below'}")
    return unknown(target, f"not reached: {target} fails at another rung")


def _tried(faulty: Probes, reach: Reach) -> str:
    named = ", ".join(probe.address for probe in faulty[:_MOST_NAMED])
    if len(reach.probes) == 1:
        return named
    return f"{len(faulty)} of {len(reach.probes)} addresses: {named}{', …' if len(faulty) > _MOST_NAMED else ''}"


def _said(detail: str) -> str:
    return f"; {detail}" if detail else ""
