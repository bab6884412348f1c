from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application, Built
from doctor.evidence.sandbox import Sandbox

_GATEWAY = 29.0  # seconds; API Gateway's default integration timeout (quotas page)


@check(
    "client.unbounded-timeouts",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Bound every client so that its worst hang fits: attempts x addresses x connect_timeout, plus the pauses between "
        "attempts. `max_attempts` counts retries, `total_max_attempts` tries.",
        template='Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})',
    ),
)
def unbounded_timeouts(application: Application, sandbox: Sandbox) -> Iterator[Observation]:
    """No call can hang longer than the function, or the gateway before it, will wait.

    boto3's defaults wait 60 seconds for each address in each attempt: 180 seconds for one address with today's defaults,
    307 with the older ones (measured), 540 for an interface endpoint in three zones. The function is killed first:

        Task timed out after N seconds; 504 {"message": "Endpoint request timed out"}

    Name resolution comes on top, and no boto3 timeout bounds it. Compared with the time that this invocation had, which
    is the function's own timeout less what was spent before.
    """
    subject = f"the application's client ({application.factory})"
    built = application.built
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory, so no client's timeouts are known")
    elif built is None:
        yield unknown(subject, f"the factory built no client: {application.failure}")
    elif sandbox.remaining is not None and built.worst_hang > sandbox.remaining:
        words = f"the {sandbox.remaining:.0f} s that this invocation had"
        yield problem(subject, f"{subject} may hang for {_sum(built)}, longer than {words}")
    elif built.worst_hang > _GATEWAY:
        words = f"{subject} may hang for {_sum(built)}, longer than an API gateway waits ({_GATEWAY:.0f} s)"
        yield problem(subject, words, severity=Severity.HINTS)
    else:
        yield ok(subject, f"{subject} hangs for {_sum(built)} at the most")


def _sum(built: Built) -> str:
    factors = f"{built.attempts} attempts x {max(1, built.addresses)} addresses x {built.connect_timeout:g} s"
    return f"{built.worst_hang:.0f} s ({factors}, and pauses)"
