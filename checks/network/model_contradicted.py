from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.network import exempt, place
from doctor.evidence.paths import Paths
from doctor.evidence.reach import Probe, Reach, Tcp
from doctor.network.ways import Way

_REMEDY = Remedy(
    "Nothing is broken here: what this doctor makes of the configuration is wrong, or the configuration was changed a moment "
    "ago. Examine again; if it stays, report it with the case file, for what it says of this way cannot be trusted.",
    commands=("doctor examine FUNCTION --via deployed --output casefile=case.json --output terminal",),
)


@check("network.model-contradicted", severity=Severity.HINTS, remedy=_REMEDY)
def model_contradicted(paths: Paths, reach: Reach) -> Iterator[Observation]:
    """Where the configuration closes every way to an address, no connection from inside reaches it.

    A connection that stands is a fact, and a model of a VPC is an opinion. Rules that were changed a minute ago take
    effect while others are still read, a function's interfaces carry other groups than its configuration, something on the
    way answers in the target's place (`SSLError: CERTIFICATE_VERIFY_FAILED`), or the model is wrong. The network is then
    not what keeps this target from answering, whatever `ConnectTimeoutError` was seen before.

    The other way round, an open configuration and silence, contradicts nothing: names, policies, appliances and hosts
    stand in no route table.
    """
    target = paths.concerns
    stood = [probe for probe in reach.probes if probe.tcp is Tcp.CONNECTED]
    walked = {way.address for way in paths.ways if not way.assumed}
    tried = [probe for probe in reach.probes if probe.tcp not in (Tcp.FORBIDDEN, Tcp.FAILED, Tcp.PROXY_REFUSED)]
    compared = [probe for probe in tried if probe.address in walked]
    against = [probe for probe in stood if _closed(paths, probe)]
    if words := exempt(paths):
        yield not_applicable(target, words)
    elif against:
        ways = tuple(way for probe in against for way in _ways(paths, probe))
        yield problem(target, _words(against, ways, target), **place(ways))
    elif not compared:
        yield unknown(target, f"not decided: no way was walked to an address of {target} that was tried from inside")
    elif any(_open(paths, probe) for probe in compared if probe.tcp is Tcp.TIMEOUT):
        yield unknown(target, f"{target} is open by its configuration, and silent: what stops it stands elsewhere")
    else:
        yield ok(target, f"nothing that was tried from inside to {target} contradicts the configuration")


def _ways(paths: Paths, probe: Probe) -> tuple[Way, ...]:
    return tuple(way for way in paths.ways if way.address == probe.address and not way.assumed)


def _closed(paths: Paths, probe: Probe) -> bool:
    """Whether no connection at all passes, from whichever subnet: nobody tells in which the sandbox stands."""
    ways = _ways(paths, probe)
    return bool(ways) and all(way.path.reachable is False and not way.path.share for way in ways)


def _open(paths: Paths, probe: Probe) -> bool:
    ways = _ways(paths, probe)
    return bool(ways) and all(way.path.reachable is True for way in ways)


def _words(against: list[Probe], ways: tuple[Way, ...], target: str) -> str:
    named = ", ".join(probe.address for probe in against[:4])
    blockers = dict.fromkeys(f"{each.check} ({each.component})" for way in ways for each in way.path.blockers)
    told = f": {', '.join(list(blockers)[:3])}" if blockers else ""
    return f"{target} connects from inside at {named}, to which the configuration closes every way{told}"
