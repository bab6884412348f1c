"""What the commands of a blocker do to the model, as AWS would do it; and mends that are no command's."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace

from doctor.network.beyond import Gateway, TransitRoute, TransitTable
from doctor.network.blocks import Block, block
from doctor.network.ends import Flow
from doctor.network.model import (
    Acl,
    AclEntry,
    Endpoint,
    GroupReference,
    GroupRule,
    Nat,
    NatAddress,
    Network,
    Route,
    RouteTable,
)
from doctor.network.result import Blocker
from tests.network import build
from tests.network.build import changed, having, interface, route

Options = dict[str, list[str]]
_MADE = re.compile(r"\w+=\$\((.*)\)")
_NEW = {"$nat": "nat-new", "$gateway": "eigw-new"}


def run(network: Network, command: str) -> Network:
    """Carry out one `aws ec2 …` command. What `variable=$(…)` makes has an id that follows from the variable."""
    words = shlex.split(_MADE.sub(r"\1", command))
    assert words[:2] == ["aws", "ec2"], command
    if words[2] == "wait":
        return network
    options: Options = {}
    for word in words[3:]:
        if word.startswith("--"):
            options[word] = []
        else:
            options[list(options)[-1]].append(word)
    return COMMANDS[words[2]](network, options)


def _one(options: Options, *names: str) -> str:
    return next((options[name][0] for name in names if name in options), "")


def _permission(options: Options) -> GroupRule:
    shorthand = _one(options, "--ip-permissions")
    if shorthand:
        fields = dict(part.split("=", 1) for part in shorthand.split(",", 3))
        (_, kind, to) = re.fullmatch(r"(\w+)=\[{(\w+)=([^}]+)}\]", shorthand.split(",", 3)[3]).groups()  # type: ignore[union-attr]
        ports = (int(fields["FromPort"]), int(fields["ToPort"]))
        return GroupRule(
            protocol=fields["IpProtocol"],
            ports=ports,
            blocks=(block(to),) if kind == "CidrIpv6" else (),
            lists=(to,) if kind == "PrefixListId" else (),
            groups=(GroupReference(group=to),) if kind == "GroupId" else (),
        )
    port, group = int(_one(options, "--port")), _one(options, "--source-group")
    return GroupRule(
        protocol=_one(options, "--protocol"),
        ports=(port, port),
        blocks=() if group else (block(_one(options, "--cidr")),),
        groups=(GroupReference(group=group),) if group else (),
    )


def _egress(network: Network, options: Options) -> Network:
    group = network.groups[_one(options, "--group-id")]  # type: ignore[index]
    return having(network, "groups", replace(group, egress=(*group.egress, _permission(options))))


def _ingress(network: Network, options: Options) -> Network:
    group = network.groups[_one(options, "--group-id")]  # type: ignore[index]
    return having(network, "groups", replace(group, ingress=(*group.ingress, _permission(options))))


def _acl_entry(network: Network, options: Options) -> Network:
    acl: Acl = network.acls[_one(options, "--network-acl-id")]  # type: ignore[index]
    span = dict(part.split("=") for part in _one(options, "--port-range").split(","))
    added = AclEntry(
        number=int(_one(options, "--rule-number")),
        egress="--egress" in options,
        allow=_one(options, "--rule-action") == "allow",
        protocol=_one(options, "--protocol"),
        block=block(_one(options, "--cidr-block", "--ipv6-cidr-block")),
        ports=(int(span["From"]), int(span["To"])),
    )
    taken = {(each.number, each.egress, each.block.family) for each in acl.entries}
    assert (added.number, added.egress, added.block.family) not in taken
    return having(network, "acls", replace(acl, entries=(*acl.entries, added)))


KINDS = {
    "nat": "nat",
    "igw": "internet-gateway",
    "eigw": "egress-only-gateway",
    "pcx": "peering",
    "tgw": "transit-gateway",
}
TARGETS = ("--nat-gateway-id", "--gateway-id", "--vpc-peering-connection-id", "--transit-gateway-id")
TARGETS += ("--egress-only-internet-gateway-id",)
DESTINATIONS = ("--destination-cidr-block", "--destination-ipv6-cidr-block", "--destination-prefix-list-id")


def _destination(options: Options) -> Block | str:
    text = _one(options, *DESTINATIONS)
    return text if text.startswith("pl-") else block(text)


def _route(network: Network, options: Options, *, existed: bool) -> Network:
    table: RouteTable = network.tables[_one(options, "--route-table-id")]  # type: ignore[index]
    target = _one(options, *TARGETS)
    target = _NEW.get(target, target)
    added = Route(to=_destination(options), via=KINDS[target.partition("-")[0]], target=target)
    others = tuple(each for each in table.routes if each.to != added.to)
    assert (len(others) < len(table.routes)) == existed
    return having(network, "tables", replace(table, routes=(*others, added)))


def _delete_route(network: Network, options: Options) -> Network:
    table: RouteTable = network.tables[_one(options, "--route-table-id")]  # type: ignore[index]
    gone = _destination(options)
    return having(network, "tables", replace(table, routes=tuple(each for each in table.routes if each.to != gone)))


def _endpoint_routes(network: Network, endpoint: str, service: str, tables: list[str]) -> Network:
    listed = next(each.id for each in (network.prefix_lists or {}).values() if each.name == service)
    for id in tables:
        table: RouteTable = network.tables[id]  # type: ignore[index]
        network = having(network, "tables", replace(table, routes=(*table.routes, route(listed, "endpoint", endpoint))))
    return network


def _new_endpoint(network: Network, options: Options) -> Network:
    service, tables = _one(options, "--service-name"), options["--route-table-ids"]
    made = Endpoint(
        id="vpce-new",
        vpc=_one(options, "--vpc-id"),
        kind=_one(options, "--vpc-endpoint-type").lower(),
        service=service,
        state="available",
        tables=tuple(tables),
        families="ipv4",
    )
    return _endpoint_routes(having(network, "endpoints", made), made.id, service, tables)


def _changed_endpoint(network: Network, options: Options) -> Network:
    id = _one(options, "--vpc-endpoint-id")
    if "--ip-address-type" in options:
        return changed(network, "endpoints", id, families=_one(options, "--ip-address-type"))
    tables = options["--add-route-table-ids"]
    service = network.endpoints[id].service  # type: ignore[index]
    return _endpoint_routes(changed(network, "endpoints", id, tables=tuple(tables)), id, service, tables)


def _new_nat(network: Network, options: Options) -> Network:
    address = NatAddress(private=block("10.0.101.77"), public=block("3.3.3.77"))
    subnet = _one(options, "--subnet-id")
    if subnet == "PUBLIC_SUBNET":
        subnet = "subnet-new"
        network = having(network, "subnets", build.subnet("new", "a", 102))
        public = build.table("rtb-new", route("0.0.0.0/0", "internet-gateway", "igw-1"), subnets=(subnet,))
        network = having(network, "tables", public)
    assert subnet in (network.subnets or {})
    return having(
        network, "nats", Nat(id="nat-new", vpc="vpc-1", state="available", subnet=subnet, addresses=(address,))
    )


def _new_egress_only(network: Network, options: Options) -> Network:
    made = Gateway(id="eigw-new", attached={_one(options, "--vpc-id"): "attached"})
    return having(network, "egress_only_gateways", made)


def _attached(network: Network, options: Options) -> Network:
    section = "vpn_gateways" if "--vpn-gateway-id" in options else "internet_gateways"
    id, vpc = _one(options, "--vpn-gateway-id", "--internet-gateway-id"), _one(options, "--vpc-id")
    return changed(network, section, id, attached={vpc: "attached"})


def _propagated(network: Network, options: Options) -> Network:
    id, attachment = _one(options, "--transit-gateway-route-table-id"), _one(options, "--transit-gateway-attachment-id")
    table: TransitTable = network.transit_tables[id]  # type: ignore[index]
    vpc = network.vpcs[network.attachments[attachment].resource]  # type: ignore[index]
    added = tuple(TransitRoute(to=each, attachments=(attachment,), static=False) for each in vpc.blocks)
    return having(network, "transit_tables", replace(table, routes=(*(table.routes or ()), *added)))


def _transit_route(network: Network, options: Options) -> Network:
    id, to = _one(options, "--transit-gateway-route-table-id"), block(_one(options, "--destination-cidr-block"))
    attachment = _one(options, "--transit-gateway-attachment-id")
    table: TransitTable = network.transit_tables[id]  # type: ignore[index]
    others = tuple(each for each in table.routes or () if each.to != to)
    added = TransitRoute(to=to, attachments=(attachment,))
    return having(network, "transit_tables", replace(table, routes=(*others, added)))


def _more_subnets(network: Network, options: Options) -> Network:
    id = _one(options, "--transit-gateway-attachment-id")
    subnets = network.attachments[id].subnets or ()  # type: ignore[index]
    return changed(network, "attachments", id, subnets=(*subnets, *options["--add-subnet-ids"]))


def _associated(network: Network, options: Options) -> Network:
    table = _one(options, "--transit-gateway-route-table-id")
    return changed(
        network, "attachments", _one(options, "--transit-gateway-attachment-id"), table=table, associated="associated"
    )


def _exempted(network: Network, options: Options) -> Network:
    subnet = _one(options, "--subnet-id")
    if subnet:
        return changed(network, "subnets", subnet, internet="off")
    return changed(network, "vpcs", _one(options, "--vpc-id"), internet="off")


def _excluded(network: Network, options: Options) -> Network:
    """One kind more; those that the command does not name stay as they are."""
    id = _one(options, "--vpc-encryption-control-id")
    kinds = [name.removeprefix("--").removesuffix("-exclusion") for name in options if "exclusion" in name]
    known = (network.encryption or {})[id].excluded
    return changed(network, "encryption", id, excluded=(*known, *kinds))


COMMANDS: dict[str, Callable[[Network, Options], Network]] = {
    "authorize-security-group-egress": _egress,
    "authorize-security-group-ingress": _ingress,
    "create-network-acl-entry": _acl_entry,
    "create-route": lambda network, options: _route(network, options, existed=False),
    "replace-route": lambda network, options: _route(network, options, existed=True),
    "delete-route": _delete_route,
    "create-vpc-endpoint": _new_endpoint,
    "modify-vpc-endpoint": _changed_endpoint,
    "allocate-address": lambda network, _: network,
    "create-nat-gateway": _new_nat,
    "create-egress-only-internet-gateway": _new_egress_only,
    "attach-internet-gateway": _attached,
    "attach-vpn-gateway": _attached,
    "create-vpc-block-public-access-exclusion": _exempted,
    "accept-vpc-peering-connection": lambda network, options: changed(
        network, "peerings", _one(options, "--vpc-peering-connection-id"), state="active"
    ),
    "enable-transit-gateway-route-table-propagation": _propagated,
    "replace-transit-gateway-route": _transit_route,
    "modify-transit-gateway-vpc-attachment": _more_subnets,
    "associate-transit-gateway-route-table": _associated,
    "modify-network-interface-attribute": lambda network, options: changed(
        network, "interfaces", _one(options, "--network-interface-id"), checks_addresses=False
    ),
    "modify-subnet-attribute": lambda network, options: changed(
        network, "subnets", _one(options, "--subnet-id"), dns64="--no-enable-dns64" not in options
    ),
    "modify-vpc-attribute": lambda network, options: changed(
        network, "vpcs", _one(options, "--vpc-id"), dns_support=True
    ),
    "modify-vpc-encryption-control": _excluded,
}


STATES = {"endpoints": "available", "attachments": "available", "peerings": "active"}


def by_hand(network: Network, flow: Flow, blocker: Blocker) -> Network:
    """What no command does alone: something new in the place of what is gone, or the cited route away."""
    id, to = blocker.component, flow.destination.address
    if blocker.check == "network.target-missing" and id in (network.interfaces or {}):
        return changed(network, "interfaces", id, kind="interface", status="in-use", denies_internet=False)
    if blocker.check == "network.target-missing":
        vpc = "vpc-2" if "2" in id else "vpc-1"
        subnet = id if id.startswith("subnet-") else "subnet-ea"
        return having(network, "interfaces", interface("eni-new", subnet, str(to), "sg-db", vpc=vpc))
    if blocker.check == "network.gateway-endpoint-other-region":
        return changed(network, "endpoints", id, service_region=network.region)
    for section, state in STATES.items():
        if id in getattr(network, section) and "state is" in blocker.detail:
            return changed(network, section, id, state=state)
    return _without_routes_to(network, id)


def _without_routes_to(network: Network, target: str) -> Network:
    for table in (network.tables or {}).values():
        kept = tuple(each for each in table.routes if each.target != target)
        network = having(network, "tables", replace(table, routes=kept))
    return network
