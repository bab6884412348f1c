"""Cases of the area `doctor`: what the engine could not do fails as unknown, never as a problem of the function."""

from doctor.evidence.run import Mishap, Run
from doctor.verdict import Severity
from tests.evidence.build import Cases


def _cases(check: str, subject: str) -> Cases:
    one = Mishap(check=check, subject=subject, detail=f"{subject} was lost", severity=Severity.BREAKS)
    other = Mishap(check=check, subject="another", detail="another was lost", severity=Severity.HINTS)
    stranger = Mishap(check="doctor.of-somebody-else", subject=subject, detail="not ours", severity=Severity.BREAKS)
    return Cases(
        failing=[(Run(mishaps=(one,)),), (Run(mishaps=(one, other)),)], passing=[(Run(),), (Run(mishaps=(stranger,)),)]
    )


CASES: dict[str, Cases] = {
    "doctor.check-crashed": _cases("doctor.check-crashed", "dns.no-address"),
    "doctor.out-of-time": _cases("doctor.out-of-time", "names"),
    "doctor.plugin-failed": _cases("doctor.plugin-failed", "acme-doctor"),
}
