"""What AWS does by itself once a command has changed an account, and moto does not."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from moto.awslambda.models import lambda_backends
from moto.route53resolver.models import route53resolver_backends
from scene import Scene
from vpc_role import CHANGED

from tests.network.account import ACCOUNT, REGION, Account

_FIRST = 100  # an address in its subnet, which the scenes leave free
_TRANSLATING = 10  # where `account` has put the first one
_ROLE_GIVEN = re.compile(r"^aws lambda update-function-configuration .*--role ")
_NAMED = re.compile(r"modify-vpc-endpoint --vpc-endpoint-id (\S+) --private-dns-enabled")


def settle(scene: Scene, commands: Sequence[str]) -> None:
    """New interface endpoints and NAT gateways have addresses of their subnets, those bear their groups; gateway endpoints
    are routed to.

    moto takes a change of an endpoint's private DNS, and forgets it. What a resolver of the operator's own says is heard while
    the VPC's DHCP options name it. A function that was given its role anew has sandboxes with credentials of that very role.
    """
    if any(_ROLE_GIVEN.search(command) for command in commands):
        scene.cloud.held = None
        changed = lambda_backends[ACCOUNT][REGION].get_function("orders")
        changed.last_modified = (datetime.now(UTC) + timedelta(seconds=1)).strftime(CHANGED)  # which moto forgets
    account = scene.account
    (vpc,) = account.ec2.describe_vpcs(VpcIds=[account.vpc])["Vpcs"]
    if scene.resolver and vpc["DhcpOptionsId"] != scene.resolver:
        scene.names, scene.silent = {}, False
    for named in filter(None, map(_NAMED.search, commands)):
        account.backend.vpc_end_points[named[1]].private_dns_enabled = True
    _translated(account)
    _named()
    for endpoint in account.backend.vpc_end_points.values():
        if (endpoint.vpc_endpoint_type or "").lower() == "interface":
            groups = list(endpoint.security_group_ids or ())
            for number, interface in enumerate(endpoint.network_interface_ids or (), _FIRST):
                _placed(account, interface, number, groups)
        else:
            _routed(account, endpoint.id, endpoint.route_table_ids or ())


def _named() -> None:
    """Rules and their associations may go without a name, which moto sorts them by."""
    resolver = route53resolver_backends[ACCOUNT][REGION]
    for each in (*resolver.resolver_rules.values(), *resolver.resolver_rule_associations.values()):
        each.name = each.name or ""


def _translated(account: Account) -> None:
    """The newest NAT gateway is the one that stands in the wires; moto gives each any address of 10.0.0.0/8."""
    *others, newest = account.backend.nat_gateways.values()
    for number, gateway in enumerate((newest, *others), _TRANSLATING):
        pair = gateway.address_set[0]
        pair["privateIp"] = account._place(
            pair["networkInterfaceId"], gateway.subnet_id, number, groups=[], kind="nat_gateway"
        )


def _placed(account: Account, interface: str, number: int, groups: list[str]) -> None:
    made = account.backend.enis[interface]
    if made.interface_type == "vpc_endpoint":
        return
    taken = {each.private_ip_address for each in account.backend.enis.values()}
    network = ip_network(account.backend.get_subnet(made.subnet.id).cidr_block)
    free = next(each for each in range(number, network.num_addresses) if str(network[each]) not in taken)
    account._place(interface, made.subnet.id, free, groups=groups, kind="vpc_endpoint")


def _routed(account: Account, endpoint: str, tables: list[str]) -> None:
    listed = account.backend.vpc_end_points[endpoint].destination_prefix_list_id
    for table in tables:
        routes = account.backend.route_tables[table].routes
        if listed and not any(each.gateway and each.gateway.id == endpoint for each in routes):
            account.backend.create_route(table, None, gateway_id=endpoint, destination_prefix_list_id=listed)
