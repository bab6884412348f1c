"""A key that a reply does not hold, holds as null, or holds as a word that nobody knows never turns a verdict round.

Every key of every reply of `told.replies`, at every depth, is taken away, set to null and, where it holds a word of an
enumeration, to one that nobody knows: in accounts whose paths are open, and in each with a path that one thing blocks.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from doctor.network.read import network
from doctor.network.sources import source
from doctor.network.trace import Asked, trace
from doctor.verdict import InvalidRequest
from tests.network import told
from tests.network.told import Item, Replies

TARGETS = {
    "sqs": (told.SQS, 443),
    "endpoint": ("10.1.3.20", 443),
    "own": ("vpce-sqs-1.sqs.us-east-1.vpce.amazonaws.com", 443),
    "database": ("10.1.3.30", 5432),
    "internet": ("93.184.216.34", 443),
    "internet6": ("2606:2800::1", 443),
    "s3": (told.S3, 443),
    "peer": ("10.2.1.10", 5432),
    "transit": ("10.3.1.10", 5432),
    "zone": ("db.shop.internal", 5432),
}
# What another text makes another fact, as true as the first: ids, names, addresses, places. Only words are enumerations.
FACTS = re.compile(
    r"(Id|Arn|Name|Description|Message|PolicyDocument|Zone|Region|Value|Ip|IpAddress|Ipv6Address|(Cidr|CidrBlock|CidrIp)(v6)?"
    r"|Ipv6CidrBlock|OwningAccount)$"
)
# Whose absence means something, though null does not, and why.
ABSENT = {
    r"Subnets/\d+/Ipv6CidrBlockAssociationSet": "a subnet without IPv6 has none (EC2 API reference, Subnet)",
    r"SecurityGroups/\d+/IpPermissions(Egress)?/\d+/(IpRanges|Ipv6Ranges|PrefixListIds|UserIdGroupPairs)": "one list "
    "beside others is left out where it is empty: rules are written so, and recordings keep what is there",
    r"TransitGatewayAttachments/\d+/Association": "an attachment that is associated with no table has none",
    r"VpcEncryptionControls": "so rare that it is taken for absent, which the path names (see test_blind)",
    r"NatGateways/\d+/ConnectivityType": "replies of before there were private NAT gateways, and moto's, do not tell it",
}


_EVERY = 29  # accounts by the two dozen: each edit is made in one of them


def table(replies: Replies, id: str) -> Item:
    return next(each for each in replies["RouteTables"] if each["RouteTableId"] == id)


def group(replies: Replies, id: str) -> Item:
    return next(each for each in replies["SecurityGroups"] if each["GroupId"] == id)


def unroute(replies: Replies, id: str, to: str = "0.0.0.0/0") -> None:
    table(replies, id)["Routes"] = [each for each in table(replies, id)["Routes"] if to not in each.values()]


def deny(replies: Replies) -> None:
    ports = {"From": 1, "To": 65535}
    entry = {"RuleNumber": 50, "Egress": True, "RuleAction": "deny", "Protocol": "6", "CidrBlock": "0.0.0.0/0"}
    replies["NetworkAcls"][0]["Entries"].insert(0, {**entry, "PortRange": ports})


def close_gateways(replies: Replies) -> None:
    mode = {"InternetGatewayBlockMode": "block-bidirectional"}
    for each in (*replies["Subnets"], *replies["Vpcs"]):
        each["BlockPublicAccessStates"] = dict(mode)
    replies["VpcBlockPublicAccessOptions"] = [{**mode, "State": "update-complete"}]


def without_default_route(change: Callable[[Replies], Any]) -> Callable[[Replies], None]:
    def changed(replies: Replies) -> None:
        unroute(replies, "rtb-f")
        change(replies)

    return changed


def shadow(replies: Replies) -> None:
    zone = {"HostedZoneId": "Z8", "Name": "us-east-1.amazonaws.com.", "Owner": {"OwningAccount": told.ACCOUNT}}
    replies["HostedZoneSummaries/vpc-1"].append(zone)
    record = {"Name": "x.us-east-1.amazonaws.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.1.3.30"}]}
    replies["HostedZoneRecords/Z8"] = [record]
    replies["VpcEndpoints"].pop(0)


def encrypt(replies: Replies) -> None:
    control = {"VpcId": "vpc-1", "VpcEncryptionControlId": "vpcec-1", "Mode": "enforce", "State": "available"}
    replies["VpcEncryptionControls"] = [{**control, "ResourceExclusions": {"NatGateway": {"State": "disabled"}}}]


def state(name: str, place: int, word: str) -> Callable[[Replies], None]:
    return lambda replies: replies[name][place].update(State=word)


def attached(name: str, word: str) -> Callable[[Replies], None]:
    return lambda replies: replies[name][0]["Attachments"][0].update(State=word)


def shut(id: str, side: str = "IpPermissions") -> Callable[[Replies], None]:
    return lambda replies: group(replies, id).update({side: []})


@dataclass(frozen=True)
class Account:
    """What is changed in the sound account, and the targets that are asked for; `found` is what is said of each."""

    name: str
    change: Callable[[Replies], Any]
    asked: tuple[str, ...]
    found: bool | None = False


def attribute(name: str) -> Callable[[Replies], None]:
    return lambda replies: replies[f"VpcAttribute/vpc-1.e{name[1:]}"][0][name].update(Value=False)


ACCOUNTS = (
    Account("sound", lambda replies: None, tuple(TARGETS), True),
    Account("endpoint's group shut", shut("sg-e"), ("sqs", "endpoint", "own")),
    Account("function's group shut", shut("sg-f", "IpPermissionsEgress"), ("database", "internet", "peer")),
    Account("database's group shut", shut("sg-db"), ("database", "zone")),
    Account("peer's group shut", shut("sg-2"), ("peer",)),
    Account("group beyond the transit gateway shut", shut("sg-3"), ("transit",)),
    Account("NAT failed", state("NatGateways", 0, "failed"), ("internet",)),
    Account("NAT private", lambda it: it["NatGateways"][0].update(ConnectivityType="private"), ("internet",)),
    Account("internet gateway detached", attached("InternetGateways", "detached"), ("internet",)),
    Account("egress-only gateway detached", attached("EgressOnlyInternetGateways", "detached"), ("internet6",)),
    Account("ACL denies", deny, ("internet", "database", "sqs", "s3")),
    Account("endpoint failed", state("VpcEndpoints", 0, "failed"), ("endpoint",)),
    Account("no default route", without_default_route(lambda it: None), ("internet",)),
    Account("no default route, endpoints", without_default_route(lambda it: None), ("s3", "sqs"), True),
    Account("S3 endpoint failed", without_default_route(state("VpcEndpoints", 1, "failed")), ("s3",)),
    Account("S3 unrouted", without_default_route(lambda it: unroute(it, "rtb-f", "pl-s3")), ("s3",)),
    Account("blackhole", lambda it: table(it, "rtb-f")["Routes"][2].update(State="blackhole"), ("internet",)),
    Account("peering deleted", lambda it: it["VpcPeeringConnections"][0]["Status"].update(Code="deleted"), ("peer",)),
    Account("no way back", lambda it: unroute(it, "rtb-2", "10.1.0.0/16"), ("peer",)),
    Account("transit blackhole", state("TransitGatewayRoutes/tgw-rtb-1", 1, "blackhole"), ("transit",)),
    Account("Block Public Access", close_gateways, ("internet", "internet6")),
    Account("DNS support off", attribute("EnableDnsSupport"), ("sqs",)),
    Account("DNS hostnames off", without_default_route(attribute("EnableDnsHostnames")), ("sqs",)),
    Account(
        "private DNS off",
        without_default_route(lambda it: it["VpcEndpoints"][0].update(PrivateDnsEnabled=False)),
        ("sqs",),
    ),
    Account("firewall blocks", lambda it: it["FirewallDomains/rslvr-fdl-1"].append("*.amazonaws.com."), ("sqs",)),
    Account("zone shadows", shadow, ("sqs",)),
    Account("database detached", lambda it: it["NetworkInterfaces"][1].update(Status="available"), ("database",)),
    Account("encryption enforced", encrypt, ("internet",)),
    Account(
        "table disassociated",
        lambda it: table(it, "rtb-f")["Associations"][0].update(AssociationState={"State": "disassociated"}),
        ("internet",),
    ),
)


def said(replies: Replies, targets: tuple[str, ...]) -> dict[str, bool | None]:
    """The verdict on each target; none where the replies are refused, in words."""
    try:
        read = network(replies)
        start = source(read, told.FUNCTION)
    except (InvalidRequest, LookupError):
        return {}
    found = {}
    for target in targets:
        host, port = TARGETS[target]
        way = trace(read, start, Asked(start=told.FUNCTION, host=host, port=port))
        assert way.reachable is not None or way.unknowns, "an unknown has a reason"
        found[target] = way.reachable
    return found


def edits(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[Item, str, str]]:
    """Every object with each of its keys, and the path there."""
    if isinstance(node, dict):
        for key in list(node):
            yield node, key, "/".join((*path, key))
            yield from edits(node[key], (*path, key))
    elif isinstance(node, list):
        for place, each in enumerate(node):
            yield from edits(each, (*path, str(place)))


def ways(item: Item, key: str, path: str) -> Iterator[str]:
    """How a key may be untold."""
    if not any(re.fullmatch(each, path) for each in ABSENT):
        yield "gone"
    yield "null"
    if isinstance(item[key], str) and not FACTS.search(key):
        yield "nobody-knows"


def flips(account: Account, *, every: int = 1, start: int = 0) -> Iterator[str]:
    """Where an edit of one key turns a verdict round. Of several edits `every`-th is made."""
    replies = told.replies()
    account.change(replies)
    made = [(item, key, path, how) for item, key, path in edits(replies) for how in ways(item, key, path)]
    for item, key, path, how in made[start::every]:
        before = list(item.items())
        if how == "gone":
            del item[key]
        else:
            item[key] = None if how == "null" else how
        for target, verdict in said(replies, account.asked).items():
            if verdict not in (account.found, None):
                yield f"{path} {how}: {target} became {verdict}"
        item.clear()
        item.update(before)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda each: each.name)
def test_the_accounts_are_what_they_are_called(account: Account) -> None:
    replies = told.replies()
    account.change(replies)
    assert said(replies, account.asked) == dict.fromkeys(account.asked, account.found)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda each: each.name)
def test_what_is_not_told_never_turns_a_verdict_round(account: Account) -> None:
    place = ACCOUNTS.index(account)
    assert list(flips(account, every=_EVERY, start=place % _EVERY)) == []


@pytest.mark.long
@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda each: each.name)
def test_what_is_not_told_never_turns_a_verdict_round_at_length(account: Account) -> None:
    assert list(flips(account)) == []


def one(change: Callable[[Replies], Any], target: str = "internet") -> bool | None:
    replies = told.replies()
    change(replies)
    return said(replies, (target,))[target]


def leading(to: str, **targets: str) -> Callable[[Replies], None]:
    """A route more in the function's table."""
    route = {"DestinationCidrBlock": to, "State": "active", "Origin": "CreateRoute", **targets}
    return lambda replies: table(replies, "rtb-f")["Routes"].append(route)


@pytest.mark.parametrize(
    ("change", "target"),
    [
        (lambda it: it["NatGateways"][0].update(ConnectivityType="hybrid"), "internet"),
        (lambda it: it["NatGateways"][0].update(AvailabilityMode="global"), "internet"),
        (lambda it: it["NetworkInterfaces"][0].update(Status="available"), "sqs"),
        (lambda it: it["ResolverRules"].clear(), "sqs"),
        *(
            (
                lambda it, word=word: table(it, "rtb-f")["Associations"][0]["AssociationState"].update(State=word),
                "internet",
            )
            for word in ("associating", "disassociating", "weird")
        ),
        *((state("Subnets", place, "unavailable"), "internet") for place in (0, 2)),
        (state("Subnets", 1, "pending"), "database"),
    ],
)
def test_a_word_that_does_not_say_that_it_is_sound_leaves_an_open_path_unknown(change: Any, target: str) -> None:
    assert one(lambda it: None, target) is True
    assert one(change, target) is None


def test_an_own_name_of_an_endpoint_that_was_not_read_is_no_public_name() -> None:
    assert one(lambda it: it["VpcEndpoints"].pop(0), "own") is None
    assert one(shut("sg-e"), "own") is False


def test_a_rule_whose_far_end_nobody_knows_does_not_shut() -> None:
    strange = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [], "ResourceGroups": [{"Id": "x"}]}
    assert one(lambda it: group(it, "sg-f").update(IpPermissionsEgress=[strange])) is None


def test_a_route_with_two_targets_is_refused_and_its_table_named() -> None:
    replies = told.replies()
    leading("93.0.0.0/8", GatewayId="igw-1", TransitGatewayId="tgw-1")(replies)
    with pytest.raises(InvalidRequest, match="several targets") as refused:
        network(replies)
    assert "rtb-f" in refused.value.field
    replies = told.replies()
    leading("93.0.0.0/8", NetworkInterfaceId="eni-db", InstanceId="i-1")(replies)
    assert network(replies).tables, "an instance is one with its interface"


@pytest.mark.parametrize("word", ["failed", None])
def test_a_gateway_endpoint_that_is_routed_is_named(word: str | None) -> None:
    replies = told.replies()
    unroute(replies, "rtb-f")
    replies["VpcEndpoints"][1]["State"] = word
    read = network(replies)
    found = trace(read, source(read, told.FUNCTION), Asked(start=told.FUNCTION, host=told.S3, port=443))
    assert found.reachable is (False if word else None)
    named = [each.component for each in found.blockers] if word else found.unknowns
    assert any("vpce-s3" in each for each in named), named
