from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.network import not_walked, place, short
from doctor.areas.open_ways import called, turns
from doctor.evidence.paths import Paths
from doctor.network.ways import Way

_REMEDY = Remedy(
    "Take the subnet out of the function's configuration, or make its route table and network ACL like those of the others.",
    commands=(
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'",
        "aws lambda get-function-configuration --function-name FUNCTION --query VpcConfig.SubnetIds",
    ),
)


@check(
    "network.subnets-disagree",
    severity=Severity.RISKS,
    follows=(
        "network.no-route",
        "network.blackhole-route",
        "network.public-subnet",
        "network.acl-egress-blocked",
        "network.acl-ingress-blocked",
        "network.acl-return-blocked",
        "network.gateway-endpoint-unrouted",
        "network.transit-gateway-broken",
    ),
    remedy=_REMEDY,
)
def subnets_disagree(paths: Paths) -> Iterator[Observation]:
    """All of the function's subnets reach the target alike.

    Lambda spreads the environments of a function over its subnets, and each stays where it was made. With one bad subnet of
    three, a third of the environments hang on every call, and the others never do: `Task timed out after 30.00 seconds`,
    for some invocations and not for others.

    It looks like a flaky service, and a retry in the same environment fails again. What is wrong with the subnet is told by
    the check that names its route, ACL or attachment.

    Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
    """
    target = paths.concerns
    fare = _worst if turns(paths) else _best
    fares = {subnet: fare(called(paths, subnet)) for subnet in paths.subnets}
    known = {subnet: share for subnet, share in fares.items() if share is not None}
    best = max(known.values(), default=0.0)
    worse = [subnet for subnet, share in known.items() if share < best]
    if exempt := not_walked(paths):
        yield exempt
    elif len(paths.subnets) == 1:
        yield not_applicable(target, f"{paths.function} has one subnet")
    elif worse:
        bad = [way for way in paths.ways if way.subnet in worse and way.path.reachable is False]
        hang = sum(1 - share for share in known.values()) / len(paths.subnets)
        of = f"{len(worse)} of {len(paths.subnets)} subnets ({', '.join(worse)})"
        words = f"{of} {'does' if len(worse) == 1 else 'do'} not reach {target} as the others do"
        yield problem(
            worse[0] if len(worse) == 1 else paths.function,
            f"{words}: about {hang:.0%} of the invocations hang",
            **place(bad),
        )
    elif len(known) < len(fares):
        yield unknown(target, short(why for way in paths.ways for why in way.path.unknowns))
    else:
        yield ok(target, f"all {len(fares)} subnets of {paths.function} fare alike on the way to {target}")


def _best(ways: tuple[Way, ...]) -> float | None:
    """The share of connections that reach the best address from a subnet; None where that is not decided."""
    if any(way.assumed for way in ways) and len({way.path.reachable for way in ways}) > 1:
        return None
    best = max((way.path.share or 0.0 for way in ways if way.path.reachable is not None), default=None)
    return best if best == 1 or all(way.path.reachable is not None for way in ways) else None


def _worst(ways: tuple[Way, ...]) -> float | None:
    """The same of the worst address, where a call gets one of them alone."""
    if any(way.path.reachable is None for way in ways):
        return None
    return min((way.path.share or 0.0 for way in ways), default=None)
