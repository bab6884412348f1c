"""`doctor examine FUNCTION --via outside` on whole accounts: each broken one is named for what breaks it, sound ones pass.

moto answers in this process. Rows that set what moto has no notion of say so; no packet leaves, and public names are not
resolved, so a public address stands in for them.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.ec2.models import route_tables as moto_routes

import cli
from tests.network.account import EVERYWHERE, REGION, Account

DATABASE = {"host": "10.0.3.77", "port": 5432, "tls": False}
FAR = {"host": "10.1.0.9", "port": 5432, "tls": False}
OUTSIDE = {"host": "93.184.216.34", "port": 443, "tls": False}
OUTSIDE_6 = {"host": "2606:2800::1", "port": 443, "tls": False}
EPHEMERAL = (1024, 65535)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[Any]], Account]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAQEXAMPLEOPERATOR")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s" * 40)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t" * 100)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        _recorded(monkeypatch)
        yield lambda targets: Account(targets, monkeypatch)


def _recorded(patch: pytest.MonkeyPatch) -> None:
    """DNS Firewall and Route 53 Profiles, which moto has no notion of, answer as AWS does where there are none."""
    answer = botocore_stubber.process_request
    replies = {
        "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
        "ListFirewallConfigs": {"FirewallConfigs": []},
    }

    def recorded(request: Any) -> Any:
        target = request.headers.get("X-Amz-Target", b"")
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        if "//route53profiles." in request.url:
            return 200, {}, json.dumps({"ProfileAssociations": []})
        return (200, {}, json.dumps(replies[operation])) if operation in replies else answer(request)

    patch.setattr(botocore_stubber, "process_request", recorded)


def examine(*options: str) -> tuple[int, dict[str, Any]]:
    asked = ["examine", "orders", "--via", "outside", "--output", "json", *options]
    done = CliRunner().invoke(cli.doctor, asked, standalone_mode=False)
    if done.exception:
        raise done.exception
    verdict: dict[str, Any] = json.loads(done.stdout)
    return done.return_value, verdict


@dataclass(frozen=True)
class Row:
    """What is broken, with which targets, and the check that must come first, with what it is about."""

    name: str
    check: str
    breaks: Callable[[Account], str | None]
    targets: tuple[Any, ...] = ("sqs",)


def _egress(account: Account, port: int = 443, **far: str) -> str:
    account.shut_out(account.group)
    if far:
        account.allow_out(account.group, port, **far)
    return account.group


def _ingress(account: Account, **far: str) -> str:
    account.shut_in(account.endpoint_group)
    if far:
        account.allow_in(account.endpoint_group, 443, **far)
    return account.endpoint_group


ALLOW = [(100, way, "allow", EVERYWHERE, (0, 65535)) for way in ("in", "out")]


def _acl(account: Account, subnet: str, *entries: tuple[int, str, str, str, tuple[int, int]]) -> str:
    return account.acl([getattr(account, subnet)], *ALLOW, *entries)


def _isolated(account: Account) -> str:
    account.unroute(account.table)
    return account.vpc


def _names_off(account: Account) -> str:
    account.unroute(account.table)
    account.without(account.sqs)
    return account.interface_endpoint("sqs", [account.endpoints], private_names=False)


def _no_support(account: Account) -> str:
    account.dns(support=False, hostnames=True)
    return account.vpc


def _no_hostnames(account: Account) -> str:
    account.unroute(account.table)
    account.dns(support=True, hostnames=False)
    return account.vpc


def _unrouted_gateway(account: Account) -> str:
    account.unroute(account.table)
    account.without(account.s3)
    return account.gateway_endpoint("s3", [account.public_table])


def _in_public_subnet(account: Account) -> str:
    account.subnets = [account.public]
    return account.public


def _detached(account: Account) -> str:
    account.ec2.detach_internet_gateway(InternetGatewayId=account.gateway, VpcId=account.vpc)
    return account.gateway


def _nat(account: Account, state: str) -> str:
    account.nat_state(state)
    return account.nat


def _private_nat(account: Account) -> str:
    account.backend.nat_gateways[account.nat].connectivity_type = "private"
    return account.nat


def _dead_end_nat(account: Account) -> str:
    account.unroute(account.public_table)
    return account.public_table


def _nat_acl(account: Account, *entries: tuple[int, str, str, str, tuple[int, int]]) -> str:
    return account.acl([account.public], *ALLOW, *entries)


def _blackhole(account: Account) -> str:
    account.patch.setattr(
        moto_routes.Route, "state", property(lambda route: "blackhole" if route.nat_gateway else "active")
    )
    return account.table


def _endpoint(account: Account, state: str) -> str:
    account.unroute(account.table)
    account.state(account.sqs, state)
    return account.sqs


def _shadowed(account: Account) -> None:
    boto3.client("route53", region_name=REGION).create_hosted_zone(
        Name="amazonaws.com",
        CallerReference="one",
        VPC={"VPCRegion": REGION, "VPCId": account.vpc},
        HostedZoneConfig={"PrivateZone": True},
    )


def _database(account: Account, *, open_to: str | None = None) -> str:
    group = account.security_group("database")
    if open_to:
        account.allow_in(group, 5432, block=open_to)
    account.interface(account.endpoints, str(DATABASE["host"]), group)
    return group


def _peered(account: Account, *, accepted: bool) -> str:
    far = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = account.ec2.create_vpc_peering_connection(VpcId=account.vpc, PeerVpcId=far)["VpcPeeringConnection"]
    peering: str = made["VpcPeeringConnectionId"]
    account.route(account.table, "10.1.0.0/16", VpcPeeringConnectionId=peering)
    if accepted:
        account.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    group = account.security_group("far", far)
    account.allow_in(group, 5432, block="10.0.0.0/16")
    account.interface(account.subnet("10.1.0.0/24", "a", far), str(FAR["host"]), group)
    main = account.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [far]}])["RouteTables"][0]
    account.route(main["RouteTableId"], "10.0.0.0/16", VpcPeeringConnectionId=peering)
    return peering


def _transit_in_one_zone(account: Account) -> None:
    far = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    there = account.subnet("10.1.0.0/24", "a", far)
    gateway = account.transit({account.vpc: account.first, far: there})
    account.route(account.table, "10.1.0.0/16", TransitGatewayId=gateway)


def _without_a_way_for_ipv6(account: Account) -> None:
    account.ipv6()


def _wrong_list(account: Account) -> str:
    lists = account.ec2.describe_managed_prefix_lists()["PrefixLists"]
    named = next(item["PrefixListId"] for item in lists if item["PrefixListName"].endswith(".dynamodb"))
    account.shut_out(account.group)
    account.allow_out(account.group, 443, prefixes=named)
    return account.group


BROKEN = [
    Row("no egress at all", "network.egress-blocked", _egress),
    Row("egress to another port", "network.egress-blocked", lambda a: _egress(a, 80, block=EVERYWHERE)),
    Row("egress to another block", "network.egress-blocked", lambda a: _egress(a, block="192.168.0.0/16")),
    Row("egress to another group", "network.egress-blocked", lambda a: _egress(a, group=a.group)),
    Row("egress to another service's list", "network.egress-blocked", _wrong_list, ("s3",)),
    Row("endpoint lets nobody in", "network.endpoint-ingress-blocked", _ingress),
    Row("endpoint lets others in", "network.endpoint-ingress-blocked", lambda a: _ingress(a, block="10.9.0.0/16")),
    Row("endpoint lets another group in", "network.endpoint-ingress-blocked", lambda a: _ingress(a, group=a.endpoint_group)),
    Row("request stopped by the own ACL", "network.acl-egress-blocked",
        lambda a: _acl(a, "first", (90, "out", "deny", EVERYWHERE, (443, 443)))),
    Row("request stopped by the endpoint's ACL", "network.acl-ingress-blocked",
        lambda a: _acl(a, "endpoints", (90, "in", "deny", "10.0.0.0/16", (443, 443)))),
    Row("answer stopped by the own ACL", "network.acl-return-blocked",
        lambda a: _acl(a, "first", (90, "in", "deny", "10.0.3.0/24", EPHEMERAL))),
    Row("half of the answers stopped", "network.acl-return-blocked",
        lambda a: _acl(a, "first", (90, "in", "deny", "10.0.3.0/24", (1024, 32767)))),
    Row("answer stopped by the endpoint's ACL", "network.acl-return-blocked",
        lambda a: _acl(a, "endpoints", (90, "out", "deny", "10.0.1.0/24", EPHEMERAL))),
    Row("isolated, and no endpoint", "network.endpoint-missing", _isolated, ("sns",)),
    Row("isolated, gateway endpoint unrouted", "network.gateway-endpoint-unrouted", _unrouted_gateway, ("s3",)),
    Row("isolated, private names off", "dns.private-names-off", _names_off),
    Row("resolver off", "dns.vpc-support-off", _no_support),
    Row("isolated, host names off", "dns.vpc-hostnames-off", _no_hostnames),
    Row("a zone shadows the service", "dns.private-zone-shadows", _shadowed, ("sns",)),
    Row("a rule diverts the service", "dns.resolver-rule-diverts", lambda account: account.divert("amazonaws.com"), ("sns",)),
    Row("in a public subnet", "network.public-subnet", _in_public_subnet, ("sns",)),
    Row("internet gateway detached", "network.internet-gateway-missing", _detached, ("sns",)),
    # moto knows no other state of a NAT gateway, and no private one: set on its backend
    Row("NAT failed", "network.nat-unavailable", lambda a: _nat(a, "failed"), ("sns",)),
    Row("NAT private", "network.nat-unavailable", _private_nat, ("sns",)),
    Row("NAT without internet", "network.nat-without-internet", _dead_end_nat, ("sns",)),
    Row("NAT's ACL", "network.nat-acl-blocked", lambda a: _nat_acl(a, (90, "out", "deny", EVERYWHERE, (443, 443))), ("sns",)),
    Row("NAT's ACL, answers", "network.nat-acl-blocked",
        lambda a: _nat_acl(a, (90, "in", "deny", EVERYWHERE, EPHEMERAL)), ("sns",)),
    # moto marks no route as a blackhole by itself: set on its backend
    Row("blackhole", "network.blackhole-route", _blackhole, ("sns",)),
    # moto's endpoints are always available: set on its backend
    Row("endpoint pending", "network.endpoint-unavailable", lambda a: _endpoint(a, "pendingAcceptance")),
    Row("nobody has the address", "network.target-missing", lambda a: None, (DATABASE,)),
    Row("database lets nobody in", "network.target-ingress-blocked", _database, (DATABASE,)),
    Row("database lets others in", "network.target-ingress-blocked",
        lambda a: _database(a, open_to="10.0.9.0/24"), (DATABASE,)),
    Row("peering not accepted", "network.peering-broken", lambda a: _peered(a, accepted=False),
        (FAR,)),
    Row("transit gateway in one zone", "network.transit-gateway-broken", _transit_in_one_zone, (FAR,)),
    Row("no way out for IPv6", "network.no-route", _without_a_way_for_ipv6, (OUTSIDE_6,)),
]  # fmt: skip


def _some(rows: list[Any], name: Callable[[Any], str], every: int) -> list[Any]:
    """Each row takes a second and a half; those between are for `make long`."""
    return [
        pytest.param(row, id=name(row), marks=() if number % every == 0 else pytest.mark.long)
        for number, row in enumerate(rows)
    ]


@pytest.mark.parametrize("row", _some(BROKEN, lambda row: row.name, every=10))
def test_what_breaks_it_comes_first(row: Row, account: Callable[[list[Any]], Account]) -> None:
    made = account(list(row.targets))
    subject = row.breaks(made)
    made.deploy()
    code, verdict = examine()
    told = [(diagnosis["check"], diagnosis["subjects"]) for diagnosis in verdict["diagnoses"]]
    assert told, verdict["headline"]
    assert told[0][0] == row.check, told
    assert subject is None or subject in told[0][1], told
    breaks = verdict["diagnoses"][0]["severity"] == "breaks"
    # A risk alone is no end: what then cannot be judged stays undecided.
    assert (code, verdict["status"]) == ((1, "unhealthy") if breaks else (3, "inconclusive"))


def _via_nat(account: Account) -> None:
    account.without(account.sqs)
    account.interface_endpoint("sqs", [account.endpoints], private_names=False)


def _no_gateway_endpoint(account: Account) -> None:
    account.without(account.s3)


def _public_with_endpoint(account: Account) -> None:
    account.subnets = [account.public]


def _no_egress_of_endpoint(account: Account) -> None:
    account.shut_out(account.endpoint_group)


def _strict(account: Account) -> None:
    account.shut_out(account.group)
    account.allow_out(account.group, 443, group=account.endpoint_group)


def _strict_acls(account: Account) -> None:
    entries = [
        (100, "out", "allow", "10.0.3.0/24", (443, 443)),
        (110, "in", "allow", "10.0.3.0/24", EPHEMERAL),
    ]
    account.acl([account.first, account.second], *entries)
    account.acl(
        [account.endpoints],
        (100, "in", "allow", "10.0.0.0/16", (443, 443)),
        (110, "out", "allow", "10.0.0.0/16", EPHEMERAL),
    )


def _isolated_with_endpoints(account: Account) -> None:
    account.unroute(account.table)


def _listed(account: Account) -> None:
    lists = account.ec2.describe_managed_prefix_lists()["PrefixLists"]
    named = next(item["PrefixListId"] for item in lists if item["PrefixListName"].endswith(".s3"))
    account.unroute(account.table)
    account.shut_out(account.group)
    account.allow_out(account.group, 443, prefixes=named)


def _sound_database(account: Account) -> None:
    _database(account, open_to="10.0.0.0/16")


def _sound_peering(account: Account) -> None:
    _peered(account, accepted=True)


def _sound_ipv6(account: Account) -> None:
    account.ipv6()
    account.egress_only()


SOUND: list[tuple[str, tuple[Any, ...], Callable[[Account], None]]] = [
    ("as built", ("sqs", "s3", "dynamodb", "sns"), lambda account: None),
    ("private names off, with NAT", ("sqs",), _via_nat),
    ("no gateway endpoint, with NAT", ("s3",), _no_gateway_endpoint),
    ("public subnet, interface endpoint only", ("sqs",), _public_with_endpoint),
    ("isolated, endpoints for all, none for STS", ("sqs", "s3", "dynamodb"), _isolated_with_endpoints),
    ("endpoint's group lets nothing out", ("sqs",), _no_egress_of_endpoint),
    ("egress to the endpoint's group alone", ("sqs",), _strict),
    ("egress to the service's list alone", ("s3",), _listed),
    ("ACLs with the ephemeral range", ("sqs",), _strict_acls),
    ("a database that lets the VPC in", (DATABASE,), _sound_database),
    ("a database over a peering connection", (FAR,), _sound_peering),
    ("IPv6 by an egress-only gateway", (OUTSIDE_6,), _sound_ipv6),
]


@pytest.mark.parametrize("row", _some(SOUND, lambda row: row[0], every=5))
def test_a_sound_one_has_no_problem(
    row: tuple[str, tuple[Any, ...], Callable[[Account], None]], account: Callable[[list[Any]], Account]
) -> None:
    _, targets, change = row
    made = account(list(targets))
    change(made)
    made.deploy()
    _, verdict = examine()
    problems = [finding for finding in verdict["findings"] if finding["outcome"] == "problem"]
    assert not [finding["id"] for finding in problems if finding["severity"] != "hints"], problems
    assert verdict["status"] == "healthy", verdict["headline"]


def _closed(account: Account) -> None:
    account.unroute(account.table)


def _half_read(account: Account) -> None:
    """The route leads to a transit gateway of which this account can tell nothing."""
    account.unroute(account.table)
    account.route(account.table, EVERYWHERE, TransitGatewayId="tgw-0123456789abcdef0")


UNREACHABLE = [
    ("open", lambda account: None, "problem", 1),
    ("shut", _closed, "ok", 0),
    ("undecided", _half_read, "unknown", 3),
]


@pytest.mark.parametrize(
    ("beside", "way", "outcome", "code"),
    [
        pytest.param(
            beside,
            way,
            outcome,
            code,
            id=f"{name}{' beside sqs' * len(beside)}",
            marks=[pytest.mark.long] * len(beside),
        )
        for name, way, outcome, code in UNREACHABLE
        for beside in ((), ("sqs",))
    ],
)
def test_what_is_declared_unreachable_is_judged_by_its_way(
    beside: tuple[Any, ...],
    way: Callable[[Account], None],
    outcome: str,
    code: int,
    account: Callable[[list[Any]], Account],
) -> None:
    """An open way out is no health where the deployer declared that there is none."""
    made = account([OUTSIDE | {"reachable": False}, *beside])
    way(made)
    made.deploy()
    done, verdict = examine()
    (found,) = (each for each in verdict["findings"] if each["check"] == "reach.expectation-failed")
    assert (found["outcome"], found["targets"], done) == (outcome, ["93.184.216.34:443"], code), found["message"]
    if outcome == "problem":
        first = verdict["diagnoses"][0]
        assert first["check"] == "reach.expectation-failed"
        (command,) = first["remedy"]["commands"]
        starts = [f"{subnet}+{made.group}" for subnet in made.subnets]
        assert command in [f"doctor path --from {start} --to 93.184.216.34:443" for start in starts]
    if outcome == "ok" and not beside:
        assert "93.184.216.34:443 is closed off, as declared" in verdict["headline"]


def test_a_run_that_judged_nothing_of_it_is_no_health(account: Callable[[list[Any]], Account]) -> None:
    made = account([OUTSIDE | {"reachable": False}])
    made.deploy()
    code, verdict = examine("--only", "network.*", "--only", "function.*")
    assert (code, verdict["status"]) == (3, "inconclusive")
    assert "all that it names is declared unreachable" in verdict["headline"]
