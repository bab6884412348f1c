"""Faults of routes, groups, ACLs and gateways: each changes the API's word, and the packets follow it."""

from collections.abc import Callable
from typing import Any

from changes import ALLOW, EPHEMERAL, acl, database, dual_stack, egress, ingress, isolated, peered
from moto.ec2.models import route_tables as moto_routes
from scene import Row, Scene

from tests.network.account import EVERYWHERE

_EGRESS, _INGRESS = ("network.egress-blocked",), ("network.endpoint-ingress-blocked",)
_OUT, _IN, _BACK = (f"network.acl-{way}-blocked" for way in ("egress", "ingress", "return"))
_NEARLY_ALL = (32768, 59000)  # of the ports that Linux connects from, 32768-60999


def _wrong_list(scene: Scene) -> None:
    lists = scene.account.ec2.describe_managed_prefix_lists()["PrefixLists"]
    named = next(item["PrefixListId"] for item in lists if item["PrefixListName"].endswith(".dynamodb"))
    egress(scene, prefixes=named)


GROUPS = (
    Row(name="no egress at all", breaks=egress, expect=_EGRESS),
    Row(name="no egress, two services", breaks=egress, expect=_EGRESS, targets=("sqs", "dynamodb")),
    Row(name="no egress, by NAT", breaks=egress, expect=_EGRESS, targets=("sns",)),
    Row(name="no egress, to a gateway endpoint", breaks=egress, expect=_EGRESS, targets=("s3",)),
    Row(name="egress to another port", breaks=lambda s: egress(s, 80, block=EVERYWHERE), expect=_EGRESS),
    Row(name="egress to another block", breaks=lambda s: egress(s, block="192.168.0.0/16"), expect=_EGRESS),
    Row(name="egress to another group", breaks=lambda s: egress(s, group=s.account.group), expect=_EGRESS),
    Row(name="egress to the VPC, target beyond it", breaks=lambda s: egress(s, block="10.0.0.0/16"), expect=_EGRESS,
        targets=("sns",)),
    Row(name="egress to another service's list", breaks=_wrong_list, targets=("s3",),
        expect=(*_EGRESS, "network.prefix-list-mismatch")),
    Row(name="no egress to the database", breaks=lambda s: (egress(s, block=EVERYWHERE), database(s, open_to="10.0.0.0/16")),
        expect=_EGRESS, targets=("database",)),
    Row(name="endpoint lets nobody in", breaks=ingress, expect=_INGRESS),
    Row(name="endpoint lets other blocks in", breaks=lambda s: ingress(s, block="10.9.0.0/16"), expect=_INGRESS),
    Row(name="endpoint lets another group in", breaks=lambda s: ingress(s, group=s.account.endpoint_group), expect=_INGRESS),
    Row(name="endpoint lets another port in", breaks=lambda s: (ingress(s), s.account.allow_in(
        s.account.endpoint_group, 80, group=s.account.group)), expect=_INGRESS),
    Row(name="database lets nobody in", breaks=database, expect=("network.target-ingress-blocked",), targets=("database",)),
    Row(name="database lets others in", breaks=lambda s: database(s, open_to="10.0.9.0/24"),
        expect=("network.target-ingress-blocked",), targets=("database",)),
    Row(name="nobody has the address", breaks=lambda s: None, expect=("network.target-missing",), targets=("database",)),
)  # fmt: skip

ACLS = (
    Row(name="request stopped by the own ACL", expect=(_OUT,),
        breaks=lambda s: acl(s, "first", (90, "out", "deny", EVERYWHERE, (443, 443)))),
    Row(name="request beyond the VPC stopped by the own ACL", expect=(_OUT,), targets=("sns", "partner"),
        breaks=lambda s: acl(s, "first", (90, "out", "deny", "54.0.0.0/8", (0, 65535)))),
    Row(name="own ACL without any rule", expect=(_OUT,),
        breaks=lambda s: s.account.acl([s.account.first])),
    Row(name="request stopped by the endpoint's ACL", expect=(_IN,),
        breaks=lambda s: acl(s, "endpoints", (90, "in", "deny", "10.0.0.0/16", (443, 443)))),
    Row(name="request to the database stopped by its ACL", expect=(_IN,), targets=("database",),
        breaks=lambda s: (database(s, open_to="10.0.0.0/16"),
                          acl(s, "endpoints", (90, "in", "deny", "10.0.1.0/24", (5432, 5432))))),
    Row(name="answer stopped by the own ACL", expect=(_BACK,),
        breaks=lambda s: acl(s, "first", (90, "in", "deny", "10.0.3.0/24", EPHEMERAL))),
    Row(name="nearly all answers stopped by the own ACL", expect=(_BACK,),
        breaks=lambda s: acl(s, "first", (90, "in", "deny", "10.0.3.0/24", _NEARLY_ALL))),
    Row(name="answer from the internet stopped by the own ACL", expect=(_BACK,), targets=("sns", "partner"),
        breaks=lambda s: acl(s, "first", (90, "in", "deny", "54.0.0.0/8", EPHEMERAL))),
    Row(name="answer stopped by the endpoint's ACL", expect=(_BACK,),
        breaks=lambda s: acl(s, "endpoints", (90, "out", "deny", "10.0.1.0/24", EPHEMERAL))),
    Row(name="endpoint's ACL lets out 443 alone", expect=(_BACK,),
        breaks=lambda s: s.account.acl([s.account.endpoints], ALLOW[0], (110, "out", "allow", EVERYWHERE, (443, 443)))),
)  # fmt: skip


def _unrouted_gateway(scene: Scene, service: str) -> None:
    account = isolated(scene)
    scene.without(getattr(account, service))
    account.gateway_endpoint(service, [account.public_table])


def _without_gateway(scene: Scene) -> None:
    isolated(scene)
    scene.without(scene.account.s3)


def _nowhere(scene: Scene) -> None:
    isolated(scene)


def _in_public_subnet(scene: Scene) -> None:
    scene.account.subnets = [scene.account.public]


def _straight_out(scene: Scene) -> None:
    account = isolated(scene)
    account.route(account.table, EVERYWHERE, GatewayId=account.gateway)


def _detached(scene: Scene) -> None:
    account = scene.account
    account.ec2.detach_internet_gateway(InternetGatewayId=account.gateway, VpcId=account.vpc)


def _private_nat(scene: Scene) -> None:
    scene.account.backend.nat_gateways[scene.account.nat].connectivity_type = "private"


def _blackhole(scene: Scene) -> None:
    """Of the gateway that every row has; where a command makes another one, its routes are sound."""
    gone = scene.account.nat

    def state(route: Any) -> str:
        return "blackhole" if route.nat_gateway and route.nat_gateway.id == gone else "active"

    scene.account.patch.setattr(moto_routes.Route, "state", property(state))


def _endpoint_state(scene: Scene, state: str) -> None:
    account = isolated(scene)
    account.state(account.sqs, state)


def _transit(scene: Scene) -> None:
    """A route to a transit gateway that this VPC is not attached to."""
    account = scene.account
    gateway = account.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    account.route(account.table, "10.1.0.0/16", TransitGatewayId=gateway)


def _no_way_back(scene: Scene) -> None:
    peered(scene, accepted=True, back=False)


def _far_group(scene: Scene) -> None:
    peered(scene, accepted=True, open_to="10.0.9.0/24")


def _no_public_access(scene: Scene) -> None:
    """moto has no notion of it: the reply is recorded, and the packets end at the gateway."""
    recorded, used = scene.cloud.recorded, {scene.account.first, scene.account.public}
    recorded.blocked = True
    scene.dropped['oifname "igw" drop'] = lambda: not used <= recorded.exempt


def _second_leads_nowhere(scene: Scene) -> None:
    account = scene.account
    table = account.ec2.create_route_table(VpcId=account.vpc)["RouteTable"]["RouteTableId"]
    known = account.ec2.describe_route_tables(RouteTableIds=[account.table])["RouteTables"][0]["Associations"]
    mine = next(each["RouteTableAssociationId"] for each in known if each.get("SubnetId") == account.second)
    account.ec2.replace_route_table_association(AssociationId=mine, RouteTableId=table)


def _enforced(scene: Scene) -> None:
    """moto has no notion of it: the reply is recorded, and nothing that is not excluded gets through."""
    recorded = scene.cloud.recorded
    recorded.enforced = {
        "vpcId": scene.account.vpc,
        "vpcEncryptionControlId": "vpcec-1a2b3c",
        "mode": "enforce",
        "state": "available",
    }
    needed = {"lambda", "natGateway", "internetGateway"}
    scene.dropped['iifname "function" drop'] = lambda: not needed <= recorded.excluded


def _by_both_families(change: Callable[[Scene], object]) -> Callable[[Scene], None]:
    """A change of a VPC whose function reaches the internet by IPv6 as well."""

    def breaks(scene: Scene) -> None:
        dual_stack(scene, routed=True)
        change(scene)

    return breaks


def _nat_acl(*entries: Any) -> Any:
    return lambda scene: acl(scene, "public", *entries)


_NAT_ACL, _NAT = ("network.nat-acl-blocked",), ("network.nat-unavailable",)
_PEERING = ("network.peering-broken",)

ROUTES = (
    Row(name="isolated, and no endpoint", breaks=_nowhere, expect=("network.endpoint-missing",), targets=("sns",)),
    Row(name="isolated, and no endpoint for two", breaks=_nowhere, expect=("network.endpoint-missing",),
        targets=("sns", "kms", "sqs")),
    Row(name="isolated, gateway endpoint gone", breaks=_without_gateway, expect=("network.endpoint-missing",),
        targets=("s3",)),
    Row(name="isolated, S3's gateway endpoint unrouted", breaks=lambda s: _unrouted_gateway(s, "s3"),
        expect=("network.gateway-endpoint-unrouted",), targets=("s3",)),
    Row(name="isolated, DynamoDB's gateway endpoint unrouted", breaks=lambda s: _unrouted_gateway(s, "dynamodb"),
        expect=("network.gateway-endpoint-unrouted",), targets=("dynamodb", "sqs")),
    Row(name="isolated, target on the internet", breaks=_nowhere, expect=("network.no-route",), targets=("partner",)),
    Row(name="route to nowhere but the VPC", breaks=lambda s: None, expect=("network.no-route",), targets=("far",)),
    Row(name="in a public subnet", breaks=_in_public_subnet, expect=("network.public-subnet",), targets=("sns",)),
    Row(name="default route straight to the internet gateway", breaks=_straight_out, expect=("network.public-subnet",),
        targets=("partner",)),
    # From inside no silence of the internet is like another: 16 faults make it, and six may be named. Where a row's own fault
    # would not be among them, the function has more targets, as most functions do, whose answers leave fewer.
    Row(name="internet gateway detached", breaks=_by_both_families(_detached), targets=("sns", "dual"),
        expect=("network.internet-gateway-missing",)),
    # moto knows no other state of a NAT gateway, and no private one: set on its backend
    Row(name="NAT failed", breaks=lambda s: s.account.nat_state("failed"), expect=_NAT, targets=("sns",)),
    Row(name="NAT deleting", breaks=lambda s: s.account.nat_state("deleting"), expect=_NAT, targets=("partner",)),
    Row(name="NAT private", breaks=_private_nat, expect=_NAT, targets=("sns",)),
    Row(name="NAT without internet", breaks=_by_both_families(lambda s: s.account.unroute(s.account.public_table)),
        expect=("network.nat-without-internet",), targets=("sns", "dual")),
    Row(name="NAT's ACL, requests out", breaks=_nat_acl((90, "out", "deny", EVERYWHERE, (443, 443))), expect=_NAT_ACL,
        targets=("sns",)),
    Row(name="NAT's ACL, requests in", breaks=_nat_acl((90, "in", "deny", "10.0.0.0/16", (443, 443))), expect=_NAT_ACL,
        targets=("sns",)),
    Row(name="NAT's ACL, answers in", breaks=_nat_acl((90, "in", "deny", EVERYWHERE, EPHEMERAL)), expect=_NAT_ACL,
        targets=("sns",)),
    Row(name="NAT's ACL, answers out", breaks=_nat_acl((90, "out", "deny", "10.0.0.0/16", EPHEMERAL)), expect=_NAT_ACL,
        targets=("sns",)),
    # moto marks no route as a blackhole by itself: set on its backend
    Row(name="blackhole", breaks=_by_both_families(_blackhole), expect=("network.blackhole-route",), targets=("sns", "dual")),
    # moto's endpoints are always available: set on its backend
    Row(name="endpoint waits for acceptance", breaks=lambda s: _endpoint_state(s, "pendingAcceptance"),
        expect=("network.endpoint-unavailable",)),
    Row(name="endpoint failed", breaks=lambda s: _endpoint_state(s, "failed"), expect=("network.endpoint-unavailable",)),
    Row(name="peering not accepted", breaks=lambda s: peered(s, accepted=False), expect=_PEERING, targets=("far",)),
    Row(name="peer does not route back", breaks=_no_way_back, expect=_PEERING, targets=("far",)),
    Row(name="peer's database lets others in", breaks=_far_group, expect=("network.target-ingress-blocked",),
        targets=("far",)),
    Row(name="transit gateway without an attachment", breaks=lambda s: (_transit(s), database(s, open_to="10.0.0.0/16")),
        expect=("network.transit-gateway-broken",), targets=("far", "database")),
    # The sandbox at hand stands in the first subnet, where all is well.
    Row(name="second subnet leads nowhere", breaks=_second_leads_nowhere, expect=("network.endpoint-missing",),
        targets=("sns",), inside=()),
    Row(name="dual stack without a way for IPv6", breaks=lambda s: dual_stack(s, routed=False),
        expect=("network.ipv6-dead-end",), targets=("dual",)),
    Row(name="encryption control enforces", breaks=_enforced, expect=("network.encryption-control-blocks",),
        targets=("sns", "sqs")),
    Row(name="Block Public Access", breaks=_by_both_families(_no_public_access), expect=("network.public-access-blocked",),
        targets=("dual", "sqs")),
)  # fmt: skip

ROWS = (*GROUPS, *ACLS, *ROUTES)
