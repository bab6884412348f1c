from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, atlas, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.reach import Reach

_ALLOWED = 300.0  # seconds; AWS General Reference, "Signature Version 4: date and time"


@check(
    "credentials.clock-skew",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set the clock. In a container or on a laptop it may have stopped during sleep; in a function, a request that was "
        "signed before a freeze and sent after it looks the same: sign when you send.",
        commands=("date -u", "curl -sI https://sts.amazonaws.com | grep -i ^date"),
    ),
)
def clock_skew(caller: Caller, reach: Reach | None) -> Iterator[Observation]:
    """This clock and AWS's agree within five minutes.

        RequestTimeTooSkewed (S3)
        SignatureDoesNotMatch: Signature not yet current; InvalidSignatureException: Signature expired; RequestExpired

    The Date header of an answer, to any request, tells AWS's time without credentials.
    """
    measured = {probe.skew for probe in reach.probes if probe.address in reach.answered} if reach else set()
    known = [skew for skew in (*measured, caller.identity.skew) if skew is not None]
    said = atlas.means(caller.identity.code, caller.identity.message, "time-refused")
    worst = max(known, key=abs, default=None)
    if worst is not None and abs(worst) > _ALLOWED:
        words = f"this clock is {_words(worst)} AWS's; five minutes are allowed"
        accepted = caller.identity.answer is Answer.ACCEPTED  # some services allow more
        yield problem("the clock", words, targets=("*",), severity=Severity.RISKS if accepted else None)
    elif said:
        yield problem("the clock", f"AWS refuses the time of the request: {caller.identity.message}", targets=("*",))
    elif worst is not None:
        yield ok("the clock", f"this clock is {_words(worst)} AWS's", targets=("*",))
    else:
        yield unknown("the clock", "no answer from AWS told its time", severity=Severity.HINTS, targets=("*",))


def _words(skew: float) -> str:
    return f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'}"
