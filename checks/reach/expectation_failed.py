from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, hosts, not_applicable, ok, otherwise, problem, unknown
from doctor.areas.network import elsewhere, place, scope, short
from doctor.evidence.names import Names, Reply
from doctor.evidence.paths import Paths
from doctor.evidence.reach import Reach, Tcp, Tls
from doctor.network.resolution import Kind
from doctor.network.ways import Way

_REMEDY = Remedy(
    "If the host must not be reached, close the path: egress rules of the function's group, routes, a firewall. If it may "
    'be, take "reachable": false out of DOCTOR_TARGETS.',
)


def _configured(paths: Paths) -> Iterator[Observation]:
    """What the configuration alone tells: an open way is enough to break an isolation, and only shut ones keep it."""
    target = paths.concerns
    open_, undecided = _open(paths.ways), [way for way in paths.ways if way.path.share is None or way.path.suspects]
    if paths.expected:
        yield not_applicable(target, f"{target} is declared reachable; the checks of the way judge it")
    elif paths.proxied:
        yield unknown(target, f"{target} is declared unreachable; a proxy is called in its place, which may reach it")
    elif not paths.vpc:
        yield _in_no_vpc(paths)
    elif open_:
        words = f"{target} is declared unreachable, and the configuration lets connections pass {scope(paths, open_)}"
        yield problem(target, words, remedy=_remedy(paths, open_[0]), **place(open_))
    elif undecided or elsewhere(paths) or any(way.path.share for way in paths.ways):
        reasons = [*elsewhere(paths), *(why for way in undecided for why in way.path.unknowns)]
        told = short(reasons or ["it depends on the address, which is not known here"])
        yield unknown(target, f"{target} is declared unreachable; {told}", subnets=place(undecided)["subnets"])
    elif paths.ways:
        closers = dict.fromkeys(f"{each.check} ({each.component})" for way in paths.ways for each in way.path.blockers)
        how = ", ".join(list(closers)[:3])
        yield ok(target, f"{target} is declared unreachable, and the configuration closes every way to it: {how}")
    elif paths.answer and paths.answer.kind is Kind.NOWHERE and not paths.answer.unknowns:
        yield ok(target, f"{target} is declared unreachable, and its name leads nowhere in {paths.vpc}")
    else:
        reason = paths.answer.reason if paths.answer else f"{paths.function} names no subnet"
        yield unknown(target, f"{target} is declared unreachable; {short([reason])}")


@otherwise(_configured)
@check("reach.expectation-failed", severity=Severity.BREAKS, remedy=_REMEDY)
def expectation_failed(reach: Reach, names: Names | None) -> Iterator[Observation]:
    """What must not be reached cannot be reached.

    A negative expectation, `"reachable": false`, guards isolation: a function that must not reach the internet, a test
    environment that must not reach production. What was declared reachable and is not is told by the rung that fails.

    A filter that reads the server name lets TCP connect and cuts the handshake; that keeps the host out of reach too.
    Where nobody has tried it from inside, the configured way decides: one subnet from which it is open breaks the isolation.
    """
    target = reach.concerns
    reached = [probe for probe in reach.probes if probe.tcp is Tcp.CONNECTED and probe.tls not in _CUT]
    undecided = [probe for probe in reach.probes if probe.tcp in _UNDECIDED or probe.tls is Tls.NO_TRUST]
    if reach.expected:
        yield ok(target, f"{target} is declared reachable; the checks of each rung judge it")
    elif reached:
        yield problem(target, f"{target} is declared unreachable, and {reached[0].address} accepts connections")
    elif undecided:
        yield unknown(target, f"{target} was not probed at {undecided[0].address}: {undecided[0].detail}")
    elif reach.probes:
        how = (reach.probes[0].tls or reach.probes[0].tcp).value
        yield ok(target, f"{target} is declared unreachable, and it is: {how}")
    elif names and names.system.reply in (Reply.NOT_FOUND, Reply.NO_ADDRESS):
        yield ok(target, f"{target} is declared unreachable, and its name leads nowhere")
    else:
        yield unknown(target, f"{target} is declared unreachable; its name was not resolved, so no address was tried")


_CUT = (Tls.RESET, Tls.TIMEOUT, Tls.NO_TRUST)
_UNDECIDED = (Tcp.FORBIDDEN, Tcp.FAILED)


def _in_no_vpc(paths: Paths) -> Observation:
    """Lambda's own network leads to whatever is public, and to nothing that is private."""
    target, address = paths.concerns, hosts.as_address(paths.host)
    words = f"{target} is declared unreachable, and {paths.function} is in no VPC: Lambda's own network leads to"
    if address is not None and not address.is_global:
        return ok(target, f"{words} no private address")
    if address is not None or paths.service:
        return problem(target, f"{words} all public addresses")
    return unknown(target, f"{words} whatever {paths.host} becomes there, which is not known here")


def _open(ways: tuple[Way, ...]) -> list[Way]:
    """The ways that let connections through, if only some. Stand-ins for an unknown address prove it where all of them do."""
    passing = [way for way in ways if way.path.share and not way.path.suspects]
    told = {way.subnet for way in ways if way.assumed} - {
        way.subnet for way in ways if way.assumed and way not in passing
    }
    return [way for way in passing if not way.assumed or way.subnet in told]


def _remedy(paths: Paths, way: Way) -> Remedy:
    host = f"[{paths.host}]" if ":" in paths.host else paths.host
    start = "+".join((way.subnet, *paths.groups))
    return Remedy(_REMEDY.text, commands=(f"doctor path --from {start} --to {host}:{paths.port}",))
