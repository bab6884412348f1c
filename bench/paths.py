"""The path analyser on an account's worth of functions, and beside rules read with `ipaddress`, one after the other.

Theirs asks less: only whether a rule of the function's group lets the target through. Where it would take minutes it
answers for every fiftieth function, and the figure is scaled.
"""

import gc
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from bench.compare import Row, main, medians
from doctor.network.blocks import REMEMBERED, block
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import Network
from doctor.network.path import analyse
from doctor.network.read import network
from doctor.network.sources import of_function

FUNCTIONS, SHARED, TARGETS, RULES, MANY = 1000, 50, 20, 60, 100_000
SHARE = 50  # theirs answers for one function in so many
_OTHER_PORT = 22  # below all those of the other rules
_ZONES = {"subnet-a": "us-east-1a", "subnet-b": "us-east-1b"}
Item = dict[str, Any]


def measure(rounds: int, *, many: int = MANY) -> list[Row]:
    """Four rows."""
    return [_account(rounds, FUNCTIONS), _account(rounds, SHARED), *_many(rounds, many)]


def _account(rounds: int, groups: int) -> Row:
    """Functions in two subnets by turns. No two groups have the same rules, so that nothing is asked twice by them."""
    targets = _targets()
    replies = _replies([_group(f"sg-{number}", _rules(RULES, number)) for number in range(groups)])
    subnets = list(_ZONES)
    functions = [(subnets[(n + n // groups) % len(subnets)], f"sg-{n % groups}") for n in range(FUNCTIONS)]

    def ours() -> float:
        known = network(replies, region="us-east-1")  # each round anew: nothing may be remembered
        read = known.subnets or {}
        sources = [of_function(read[subnet], (group,)) for subnet, group in functions]
        return _timed(lambda: _all_reachable(known, sources, targets))

    permissions = [_parsed(each["IpPermissionsEgress"]) for each in replies["SecurityGroups"]]
    some = [permissions[int(group.removeprefix("sg-"))] for _, group in functions[::SHARE]]
    wanted = [(ipaddress.ip_address(str(each.address)), each.port) for each in targets]

    def theirs() -> float:
        return SHARE * _timed(lambda: [_allowed(rules, *each) for rules in some for each in wanted])

    took, naive = medians(rounds, ours, theirs)
    whose = "a group each" if groups == FUNCTIONS else f"{groups} groups"
    return _row(f"{FUNCTIONS:,} functions, {whose}, x {TARGETS} targets x {RULES} rules", took, naive, 200)


def _all_reachable(known: Network, sources: Sequence[Source], targets: Sequence[Destination]) -> None:
    for source in sources:
        for target in targets:
            if not analyse(known, Flow(source=source, destination=target)).reachable:
                raise AssertionError(f"{source} does not reach {target}")


def _many(rounds: int, many: int) -> list[Row]:
    replies = _replies([_group("sg-0", _rules(many))])
    rules = replies["SecurityGroups"][0]["IpPermissionsEgress"]
    other = replace(_targets()[0], port=_OTHER_PORT)

    def compile_rules() -> Callable[[Sequence[Destination]], None]:
        REMEMBERED.clear()  # each round reads its rules for the first time
        known = network(replies, region="us-east-1")
        source = of_function((known.subnets or {})["subnet-a"], ("sg-0",))
        _all_reachable(known, [source], _targets()[:1])
        return lambda targets: _all_reachable(known, [source], targets)

    def compiled() -> float:
        return _timed(compile_rules)

    def judged() -> float:
        ready = compile_rules()
        return _timed(lambda: ready([other]))  # of a port that nobody asked about: nothing is known yet

    def parsed() -> float:
        return _timed(lambda: _parsed(rules))

    ready, wanted = _parsed(rules), ipaddress.ip_address(str(other.address))

    def allowed() -> float:
        return _timed(lambda: _allowed(ready, wanted, other.port))

    compiling, judging, parsing, allowing = medians(rounds, compiled, judged, parsed, allowed)
    return [
        _row(f"{many:,} rules: compile", compiling, parsing, 200),
        _row(f"{many:,} rules: judge a target", judging, allowing, 10),
    ]


def _row(what: str, ours: float, theirs: float, goal: float) -> Row:
    """`goal` in milliseconds."""
    return Row(
        what=what,
        ours=f"doctor {ours * 1000:.1f} ms",
        theirs=f"rules by ipaddress {theirs * 1000:.1f} ms",
        figure=f"{ours * 1000:.1f} ms, {ours / theirs:.3f} x",
        goal=f"≤ {goal:.0f} ms",
        met=ours * 1000 <= goal,
    )


def _timed(what: Callable[[], object]) -> float:
    """Of the processor's time: both sides only reckon, and what else the machine does is not theirs. Nor is the other
    side's memory, which the garbage collector would walk too."""
    gc.collect()
    gc.freeze()
    try:
        started = process_time()
        _made = (
            what()
        )  # kept until the clock has stopped: whoever compiles rules uses them, and does not throw them away
        return process_time() - started
    finally:
        gc.unfreeze()


def _targets() -> list[Destination]:
    return [Destination(address=block(f"93.184.216.{number}"), port=443) for number in range(1, TARGETS + 1)]


def _rules(count: int, start: int = 0) -> list[Item]:
    """All but the last two are of other addresses and ports, as in groups that have grown for years."""
    numbers = range(start, start + count - 2)
    others = [_permission(f"172.16.{n // 256 % 256}.{n % 256}/32", 1024 + n % 60000) for n in numbers]
    return [*others, *(_permission("0.0.0.0/0", port) for port in (_OTHER_PORT, 443))]


def _permission(cidr: str, port: int) -> Item:
    others: Item = {"Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}], **others}


def _group(id: str, rules: list[Item]) -> Item:
    return {"GroupId": id, "VpcId": "vpc-1", "OwnerId": "1", "IpPermissions": [], "IpPermissionsEgress": rules}


def _parsed(rules: list[Item]) -> list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int, int]]:
    return [(ipaddress.ip_network(each["IpRanges"][0]["CidrIp"]), each["FromPort"], each["ToPort"]) for each in rules]


def _allowed(rules: list[tuple[Any, int, int]], address: object, port: int) -> bool:
    return any(address in net and first <= port <= last for net, first, last in rules)


def _replies(groups: list[Item]) -> dict[str, list[Item]]:
    """A VPC with two function subnets behind a NAT gateway."""
    cidrs = {"subnet-a": "10.0.1.0/24", "subnet-b": "10.0.2.0/24", "subnet-p": "10.0.3.0/24"}
    entry = {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    local = {
        "DestinationCidrBlock": "10.0.0.0/16",
        "GatewayId": "local",
        "State": "active",
        "Origin": "CreateRouteTable",
    }
    out = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", "Origin": "CreateRoute"}
    nat = {"PrivateIp": "10.0.3.9", "PublicIp": "3.3.3.3", "Status": "succeeded"}
    return {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "1"}],
        "Subnets": [
            {
                "SubnetId": id,
                "VpcId": "vpc-1",
                "CidrBlock": cidr,
                "AvailabilityZone": _ZONES.get(id, "us-east-1a"),
                "OwnerId": "1",
            }
            for id, cidr in cidrs.items()
        ],
        "SecurityGroups": groups,
        "NetworkAcls": [
            {
                "NetworkAclId": "acl-1",
                "VpcId": "vpc-1",
                "IsDefault": True,
                "Associations": [{"SubnetId": id} for id in cidrs],
                "Entries": [{**entry, "Egress": egress} for egress in (False, True)],
            }
        ],
        "RouteTables": [
            {
                "RouteTableId": "rtb-f",
                "VpcId": "vpc-1",
                "Associations": [{"SubnetId": id, "AssociationState": {"State": "associated"}} for id in _ZONES],
                "Routes": [local, {**out, "NatGatewayId": "nat-1"}],
            },
            {
                "RouteTableId": "rtb-p",
                "VpcId": "vpc-1",
                "Associations": [{"SubnetId": "subnet-p", "AssociationState": {"State": "associated"}}],
                "Routes": [local, {**out, "GatewayId": "igw-1"}],
            },
        ],
        "NetworkInterfaces": [],
        "NatGateways": [
            {
                "NatGatewayId": "nat-1",
                "VpcId": "vpc-1",
                "SubnetId": "subnet-p",
                "State": "available",
                "NatGatewayAddresses": [nat],
            }
        ],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
    }


if __name__ == "__main__":
    main(measure, rounds=7)
