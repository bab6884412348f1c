"""Which of the ways to a target's addresses calls take, and from which subnets one of them is open."""

from doctor.evidence.paths import Paths
from doctor.network.resolution import Turns
from doctor.network.ways import Way


def turns(paths: Paths) -> Turns:
    """Whether one of the target's addresses is the whole answer to its name."""
    return paths.answer.turns if paths.answer else Turns.NONE


def called(paths: Paths, subnet: str) -> tuple[Way, ...]:
    """The ways that the function's calls take from a subnet: to what the sandbox got, where it told all, else to all."""
    ways = tuple(way for way in paths.ways if way.subnet == subnet)
    return (() if turns(paths) else tuple(way for way in ways if way.seen)) or ways


def is_open(paths: Paths, subnet: str) -> bool:
    """Whether all connections from this subnet pass to some address of the target, where a client gets them together; to
    all that are answered one at a time, or that stand for unknown ones."""
    ways = called(paths, subnet)
    whichever = all if turns(paths) or any(way.assumed for way in ways) else any
    return bool(ways) and whichever(way.path.reachable is True for way in ways)


def shut(paths: Paths) -> tuple[Way, ...]:
    """The ways that are closed, from subnets that have no open one."""
    return tuple(
        way
        for way in paths.ways
        if way.path.reachable is False
        and not is_open(paths, way.subnet)
        and not (turns(paths) is Turns.SOME and depends_on_address(way, paths))
    )


def depends_on_address(way: Way, paths: Paths) -> bool:
    """An address that only stands in for an unknown one, or that may never be answered, proves nothing where another one
    that does fares otherwise."""
    if turns(paths) is Turns.SOME:
        return len({each.path.reachable for each in paths.ways if each.subnet == way.subnet}) > 1
    alike = {each.path.reachable for each in paths.ways if each.assumed and each.subnet == way.subnet}
    return way.assumed and len(alike) > 1
