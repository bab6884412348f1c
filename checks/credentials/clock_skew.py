from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import CLOCK_ALLOWED, Answer, Caller
from doctor.evidence.reach import Reach


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
        AuthFailure (EC2)

    The Date header of an answer, to any request, tells AWS's time without credentials. EC2 has no words of its own for a
    clock: it says AuthFailure of it, and RequestExpired of an expired token as well, so that there the Date decides.
    """
    measured = {probe.skew for probe in reach.probes if probe.address in reach.answered} if reach else set()
    known = [skew for skew in (*measured, caller.identity.skew) if skew is not None]
    code = caller.identity.refused_as
    worst = max(known, key=abs, default=None)
    if worst is not None and abs(worst) > CLOCK_ALLOWED:
        refused = f", and AWS refuses the call{code}" if code else ""
        words = f"this clock is {_words(worst)} AWS's; five minutes are allowed{refused}"
        accepted = caller.identity.answer is Answer.ACCEPTED  # some services allow more
        yield problem("the clock", words, targets=("*",), severity=Severity.RISKS if accepted else None)
    elif caller.identity.clock_refused:
        words = f"AWS refuses the time of the request ({caller.identity.code}): {caller.identity.message}"
        yield problem("the clock", words, targets=("*",))
    elif worst is not None:
        yield ok("the clock", f"this clock is {_words(worst)} AWS's", targets=("*",))
    else:
        yield unknown("the clock", "no answer from AWS told its time", severity=Severity.HINTS, targets=("*",))


def _words(skew: float) -> str:
    return f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'}"
