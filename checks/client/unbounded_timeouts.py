from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, call_timeouts, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application, Built
from doctor.evidence.clients import Clients
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.front import Front
from doctor.evidence.names import Names
from doctor.evidence.sandbox import Sandbox

_BOUND = "Bound every client, so that its longest hang ends while somebody still waits"
_EXAMPLE = call_timeouts.Timeouts(connect=1.1, read=5, attempts=2)


@check(
    "client.unbounded-timeouts",
    severity=Severity.RISKS,
    remedy=Remedy(
        f"{_BOUND}: attempts x ((addresses + 1 handshake) x connect_timeout + read_timeout), plus the pauses between attempts. "
        "`max_attempts` counts retries, `total_max_attempts` tries.",
        template=_EXAMPLE.config,
    ),
)
def unbounded_timeouts(  # noqa: PLR0913, PLR0917 - each side of the sum is another evidence
    application: Application,
    sandbox: Sandbox,
    front: Front | None,
    clients: Clients | None,
    endpoint: Endpoint | None,
    names: Names | None,
) -> Iterator[Observation]:
    """No call can hang longer than the function, or the gateway before it, will wait.

    boto3's defaults wait 60 seconds for each address in each attempt: 180 seconds for one address with today's defaults,
    307 with the older ones (measured), 540 for an interface endpoint in three zones. The function is killed first:

        Task timed out after N seconds; 504 {"message": "Endpoint request timed out"}

    Name resolution comes on top, and no boto3 timeout bounds it. Compared with the time that this invocation had, which
    is the function's own timeout less what was spent before, and with API Gateway's: 29 seconds for a REST API, unless it
    was raised, and 30 for an HTTP API. Without a factory nobody has shown how the application bounds its calls; then it is
    told what a client on the defaults of the loaded SDK would do.
    """
    limit = _limit(sandbox, front)
    if not application.factory:
        yield _of_defaults(limit, clients, endpoint, names)
        return
    subject = f"the application's client ({application.factory})"
    if application.built is None:
        yield unknown(subject, application.unbuilt, targets=("*",))
    else:
        yield _of_application(subject, application.built, limit)


_Limit = tuple[float, str] | None  # seconds, and whose they are


def _limit(sandbox: Sandbox, front: Front | None) -> _Limit:
    """The first to give up, of those that are known."""
    left = sandbox.remaining
    known = [] if left is None else [(left, f"the {left:.0f} s that this invocation had")]
    if front and (waits := call_timeouts.GATEWAYS.get(front.kind_of_front)):
        known.append((waits, f"{front.kind_of_front} waits ({waits:.0f} s)"))
    return min(known, default=None)


def _of_application(subject: str, built: Built, limit: _Limit) -> Observation:
    gateway = (call_timeouts.REST_API, f"an API gateway waits ({call_timeouts.REST_API:.0f} s)")
    # What waits longer for an answer than for a connection is told as well.
    mute = f", and {_wait(built)}" if built.worst_wait > built.worst_hang else ""
    silent = f"{subject} may hang for {_sum(built)}{mute}"
    if limit and built.worst_hang > limit[0]:
        return _beyond(subject, silent, built, limit, None)
    if limit and built.worst_wait > limit[0]:
        return _beyond(subject, f"{subject} may {_wait(built)}", built, limit, Severity.HINTS)
    if built.worst_hang > gateway[0]:
        return _beyond(subject, silent, built, gateway, Severity.HINTS)
    words = f"{subject} may hang for {_sum(built)} at the most while packets are dropped{mute}"
    return ok(subject, words, targets=("*",))


def _beyond(subject: str, words: str, built: Built, limit: tuple[float, str], severity: Severity | None) -> Observation:
    seconds, whose = limit
    remedy = _remedy(built.attempts, built.addresses, seconds)
    return problem(subject, f"{words}, longer than {whose}", severity=severity, remedy=remedy, targets=("*",))


def _of_defaults(limit: _Limit, clients: Clients | None, endpoint: Endpoint | None, names: Names | None) -> Observation:
    """What whoever passes no Config gets: told for the reader, and judged where a factory shows what the application does."""
    patience = clients.defaults if clients else None
    if not (limit and patience and endpoint and endpoint.service and not endpoint.proxied):
        return not_applicable(VARIABLE, f"{VARIABLE} names no factory, so no client's timeouts are known")
    attempts, addresses = patience.tries(endpoint.service), len(names.addresses) if names else 1
    longest = call_timeouts.unconnected(attempts, addresses, patience.connect_timeout, patience.retry_mode)
    factors = _factors(attempts, addresses, patience.connect_timeout)
    words = f"{VARIABLE} names no factory; on the SDK's defaults a call to {endpoint.concerns} may hang for"
    words = f"{words} {longest:.0f} s ({factors})"
    if longest <= limit[0]:
        return not_applicable(VARIABLE, f"{words}, which fits into {limit[1]}")
    fitting = call_timeouts.fitting(attempts, addresses, limit[0])
    cure = f"{fitting.config} fits" if fitting else f"no timeouts fit below {call_timeouts.least(addresses)} s"
    return not_applicable(VARIABLE, f"{words}, longer than {limit[1]}; {cure}")


def _remedy(attempts: int, addresses: int, seconds: float) -> Remedy:
    if fitting := call_timeouts.fitting(attempts, addresses, seconds):
        return Remedy(f"{_BOUND}. The longest then: {fitting.told(addresses)}.", template=fitting.config)
    least, many = call_timeouts.least(addresses), call_timeouts.count(max(1, addresses), "address")
    return Remedy(
        f"No timeouts that are worth having fit into {seconds:.0f} s: one attempt, with {_EXAMPLE.connect:g} s each for {many} "
        f"and the handshake, and 1 s for the answer, needs {least} s. Raise the function's timeout first, then bound the client.",
        commands=(f"aws lambda update-function-configuration --function-name FUNCTION --timeout {least}",),
    )


def _sum(built: Built) -> str:
    return f"{built.worst_hang:.0f} s ({_factors(built.attempts, built.addresses, built.connect_timeout)})"


def _factors(attempts: int, addresses: int, connect: float) -> str:
    tried = f"{call_timeouts.count(attempts, 'attempt')} x {call_timeouts.count(max(1, addresses), 'address')}"
    return f"{tried} x {connect:g} s{_pauses(attempts)}"


def _wait(built: Built) -> str:
    factors = f"{call_timeouts.count(built.attempts, 'attempt')} x {built.read_timeout:g} s{_pauses(built.attempts)}"
    return f"wait {built.worst_wait:.0f} s for an answer that never comes ({factors})"


def _pauses(attempts: int) -> str:
    return ", and pauses" if attempts > 1 else ""
