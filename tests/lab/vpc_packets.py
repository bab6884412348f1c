"""What a VPC's configuration does with packets, put into the router: routes, network ACLs, security groups, gateways.

It reads the same replies of EC2 that anybody reads, and nothing of the doctor's own model: what the packets do is the
laboratory's word against the analyser's. Security groups remember connections, network ACLs do not; what has no route,
no open rule or no holder is dropped without a word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from vpc_wires import (
    ELASTIC_ADDRESS,
    FAR_TABLE,
    FAR_VPC,
    LOCAL_TABLE,
    NAT_ADDRESS,
    TABLES,
    Namespace,
    far,
    far_6,
    near,
    near_6,
)

_EVERYWHERE = "0.0.0.0/0"
_OWN = "10.0.0.0/16"  # the VPC: within it nothing is routed elsewhere
Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """Replies of EC2 about one account, and where the function stands in it."""

    id: str
    function_subnet: str
    function_groups: tuple[str, ...]
    subnets: Sequence[Item]
    acls: Sequence[Item]
    groups: Sequence[Item]
    tables: Sequence[Item]
    endpoints: Sequence[Item]
    nats: Sequence[Item]
    gateways: Sequence[Item]
    interfaces: Sequence[Item]
    peerings: Sequence[Item]
    prefixes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dual_stack: bool = False

    @classmethod
    def read(cls, ec2: Any, vpc: str, subnet: str, groups: Sequence[str], *, dual: bool) -> "Vpc":
        """Ask a boto3 client of EC2."""
        lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
        return cls(
            id=vpc,
            dual_stack=dual,
            function_subnet=subnet,
            function_groups=tuple(groups),
            subnets=ec2.describe_subnets()["Subnets"],
            acls=ec2.describe_network_acls()["NetworkAcls"],
            groups=ec2.describe_security_groups()["SecurityGroups"],
            tables=ec2.describe_route_tables()["RouteTables"],
            endpoints=ec2.describe_vpc_endpoints()["VpcEndpoints"],
            nats=ec2.describe_nat_gateways()["NatGateways"],
            gateways=ec2.describe_internet_gateways()["InternetGateways"],
            interfaces=ec2.describe_network_interfaces()["NetworkInterfaces"],
            peerings=ec2.describe_vpc_peering_connections()["VpcPeeringConnections"],
            prefixes={
                item["PrefixListId"]: [
                    entry["Cidr"]
                    for entry in ec2.get_managed_prefix_list_entries(PrefixListId=item["PrefixListId"])["Entries"]
                ]
                for item in lists
                if item["PrefixListName"].endswith((".s3", ".dynamodb"))
            },
        )

    def block(self, subnet: str) -> str:
        """A subnet's addresses."""
        return str(next(item["CidrBlock"] for item in self.subnets if item["SubnetId"] == subnet))

    @property
    def function(self) -> str:
        """The address of the function's interface."""
        return str(ip_network(self.block(self.function_subnet))[77])

    @property
    def function_6(self) -> str:
        """The IPv6 address of a function of both families; empty for others."""
        if not self.dual_stack:
            return ""
        subnet = next(item for item in self.subnets if item["SubnetId"] == self.function_subnet)
        blocks = [item["Ipv6CidrBlock"] for item in subnet["Ipv6CidrBlockAssociationSet"]]
        return str(ip_network(blocks[0])[0x77]) if blocks else ""

    @property
    def nat(self) -> Item | None:
        """The NAT gateway, where it works."""
        return next((item for item in self.nats if item["State"] == "available"), None)

    def attached(self, gateway: str) -> bool:
        """Whether an internet gateway is this VPC's."""
        found = [item for item in self.gateways if item["InternetGatewayId"] == gateway]
        return any(each.get("VpcId") == self.id for item in found for each in item["Attachments"])

    def table(self, subnet: str) -> Item:
        """The route table of a subnet: its own, or its VPC's main one."""
        vpc = next(item["VpcId"] for item in self.subnets if item["SubnetId"] == subnet)
        mine = [item for item in self.tables if item["VpcId"] == vpc]
        own = [item for item in mine if any(each.get("SubnetId") == subnet for each in item["Associations"])]
        return (own or [item for item in mine if any(each["Main"] for each in item["Associations"])])[0]


def routes(vpc: Vpc) -> list[str]:
    """Commands of ip(8) for the router."""
    lines = [f"route flush table {table}" for table in (LOCAL_TABLE, FAR_TABLE, *TABLES.values())]
    for link, address in _holders(vpc):
        lines.append(f"route add {address}/32 via {far(link)} dev {link} table {LOCAL_TABLE}")
    lines.append(f"route add blackhole {_OWN} table {LOCAL_TABLE}")
    for item in vpc.subnets:
        here = item["VpcId"] == vpc.id
        number = TABLES.get(item["CidrBlock"]) if here else FAR_TABLE if _is_far(item["CidrBlock"]) else None
        if number:
            lines += [f"{line} table {number}" for line in _of_table(vpc, vpc.table(item["SubnetId"]), here)]
    return lines


def _is_far(block: str) -> bool:
    return ip_network(block).subnet_of(ip_network(FAR_VPC))


def _holders(vpc: Vpc) -> Iterator[tuple[str, str]]:
    """Behind which link each address of the VPC is."""
    yield "function", vpc.function
    ours = {item["NetworkInterfaceId"]: item for item in vpc.interfaces if item["VpcId"] == vpc.id}
    dead = {
        interface
        for item in vpc.endpoints
        if item["State"].lower() != "available"
        for interface in item.get("NetworkInterfaceIds", ())
    }
    for id_, item in ours.items():
        if id_ not in dead:
            address = item["PrivateIpAddress"]
            yield ("nat" if address == NAT_ADDRESS else "endpoints"), address


def _of_table(vpc: Vpc, table: Item, here: bool) -> Iterator[str]:
    """A route table's routes. What leads nowhere swallows; the longest prefix wins, as in AWS."""
    told = set()
    for route in table["Routes"]:
        if route.get("GatewayId") == "local":
            continue
        blocks = vpc.prefixes.get(route.get("DestinationPrefixListId", ""), [route.get("DestinationCidrBlock")])
        for block in filter(None, blocks):
            told.add(block)
            way = _way(vpc, route, block, here)
            yield f"route add {block} {way}" if way else f"route add blackhole {block}"
    if _EVERYWHERE not in told:
        yield f"route add blackhole {_EVERYWHERE}"


def _way(vpc: Vpc, route: Item, block: str, here: bool) -> str:
    """Where a route leads; empty where it leads nowhere."""
    if route.get("State") == "blackhole":
        return ""
    gateway = route.get("GatewayId", "")
    if gateway.startswith("vpce-"):
        states = {item["VpcEndpointId"]: item["State"].lower() for item in vpc.endpoints}
        return f"via {far('gateways')} dev gateways" if states.get(gateway) == "available" else ""
    if gateway.startswith("igw-"):
        return f"via {far('igw')} dev igw" if vpc.attached(gateway) else ""
    if route.get("NatGatewayId"):
        return f"via {far('nat')} dev nat" if vpc.nat else ""
    if peering := route.get("VpcPeeringConnectionId"):
        states = {item["VpcPeeringConnectionId"]: item["Status"]["Code"] for item in vpc.peerings}
        active = states.get(peering) == "active"
        link = "endpoints" if here else "function"
        return f"via {far(link)} dev {link}" if active else ""
    return ""


def rules(vpc: Vpc, extra: Sequence[str] = ()) -> str:
    """The router's rule set for nft(8). `extra` rules come first: what no configuration of AWS tells of."""
    subnets = [item for item in vpc.subnets if item["VpcId"] == vpc.id]
    chains: list[str] = []
    hooks: list[str] = []
    nat_subnet = next((item["SubnetId"] for item in vpc.nats), "")
    for item in subnets:
        name, block = item["SubnetId"].replace("-", "_"), item["CidrBlock"]
        acl = next(
            each for each in vpc.acls if any(one["SubnetId"] == item["SubnetId"] for one in each["Associations"])
        )
        chains += [_chain(f"{name}_out", _acl(acl, True)), _chain(f"{name}_in", _acl(acl, False))]
        hooks.append(f'ip saddr {block} ip daddr != {block} iifname != "nat" jump {name}_out')
        hooks.append(f'ip daddr {block} ip saddr != {block} oifname != "nat" jump {name}_in')
        if item["SubnetId"] == nat_subnet:
            hooks += [f'iifname "nat" jump {name}_out', f'oifname "nat" jump {name}_in']
    chains.append(_chain("function_out", _group_rules(vpc, vpc.function_groups, "IpPermissionsEgress", "daddr")))
    guards = ['iifname "function" jump function_out']
    for interface in vpc.interfaces:
        address = interface["PrivateIpAddress"]
        if address == NAT_ADDRESS or not interface["Groups"]:
            continue
        name = interface["NetworkInterfaceId"].replace("-", "_")
        groups = [group["GroupId"] for group in interface["Groups"]]
        chains.append(_chain(name, _group_rules(vpc, groups, "IpPermissions", "saddr")))
        guards.append(f"ip daddr {address} jump {name}")
    public = {item["NatGatewayAddresses"][0]["PrivateIp"] for item in vpc.nats if _is_public(item)}
    guards.append(f'oifname "igw" ip saddr != {{ {", ".join(sorted(public)) or "255.255.255.255"} }} drop')
    forward = ["type filter hook forward priority 0; policy accept;", *extra, *hooks]
    forward += ["ct state established,related accept", *guards]
    out = f'type nat hook postrouting priority 100;\noifname "igw" snat to {ELASTIC_ADDRESS}'
    body = "\n".join([*chains, _chain("forwarded", forward), f"chain out {{\n{out}\n}}"])
    of_both = [rule for rule in extra if not {"ip", "ip6"} & set(rule.split())]
    return _table("ip", body) + _table("ip6", _chain("forwarded", [forward[0], *of_both]))


def _table(family: str, body: str) -> str:
    return f"table {family} vpc\ndelete table {family} vpc\ntable {family} vpc {{\n{body}\n}}\n"


def _is_public(nat: Item) -> bool:
    return bool(nat["NatGatewayAddresses"]) and nat.get("ConnectivityType", "public") != "private"


def _chain(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"chain {name} {{", *lines, "}"])


def _acl(acl: Item, egress: bool) -> list[str]:
    """The first entry that fits decides, for every packet anew; none denies."""
    lines = []
    for entry in sorted(acl["Entries"], key=lambda entry: int(entry["RuleNumber"])):
        if bool(entry["Egress"]) is egress and entry.get("CidrBlock"):
            ports = entry.get("PortRange")
            matched = f"ip {'daddr' if egress else 'saddr'} {entry['CidrBlock']} {_protocol(entry['Protocol'], ports)}"
            lines.append(f"{matched} {'return' if entry['RuleAction'] == 'allow' else 'drop'}")
    return [*lines, "drop"]


def _protocol(protocol: str, ports: Item | None) -> str:
    names = {"6": "tcp", "17": "udp", "tcp": "tcp", "udp": "udp"}
    if protocol not in names:
        return ""
    name = names[protocol]
    first, last = (ports["From"], ports["To"]) if ports else (0, 65535)
    return f"{name} dport {first}-{last}" if (first, last) != (0, 65535) else f"meta l4proto {name}"


def _group_rules(vpc: Vpc, groups: Sequence[str], key: str, end: str) -> list[str]:
    lines = []
    for group in vpc.groups:
        for rule in group[key] if group["GroupId"] in groups else ():
            ports = {"From": rule["FromPort"], "To": rule["ToPort"]} if "FromPort" in rule else None
            ends, protocol = [*_ends(vpc, rule)], _protocol(rule["IpProtocol"], ports)
            if _EVERYWHERE in ends:
                lines.append(f"{protocol} return")
            elif ends:
                lines.append(f"ip {end} {{ {', '.join(ends)} }} {protocol} return")
    return [*lines, "drop"]


def _ends(vpc: Vpc, rule: Item) -> Iterator[str]:
    """The addresses that one rule of a group speaks of."""
    found = {item["CidrIp"] for item in rule.get("IpRanges", ())}
    for item in rule.get("PrefixListIds", ()):
        found |= set(vpc.prefixes.get(item["PrefixListId"], ()))
    for pair in rule.get("UserIdGroupPairs", ()):
        if pair["GroupId"] in vpc.function_groups:
            found.add(vpc.function)
        for interface in vpc.interfaces:
            if any(group["GroupId"] == pair["GroupId"] for group in interface["Groups"]):
                found.add(interface["PrivateIpAddress"])
    yield from sorted(found, key=lambda text: (ip_address(text.partition("/")[0]), text))


def put(vpc: Vpc, all_: Mapping[str, Namespace], extra: Sequence[str] = ()) -> None:
    """Make the wires do what the configuration says."""
    all_["router"].ip(routes(vpc))
    all_["router"].shell("nft", "-f", "-", text=rules(vpc, extra))
    all_["function"].ip([f"route replace default via {near('function')} dev function src {vpc.function}"])
    _put_ipv6(vpc, all_)


def _put_ipv6(vpc: Vpc, all_: Mapping[str, Namespace]) -> None:
    """Dual stack: an address of the subnet's, and the way that its route table has for it. Groups and ACLs leave it open."""
    all_["function"].ip(["address flush dev function to 2000::/3"])
    if not (address := vpc.function_6):
        return
    all_["function"].ip(
        [f"address add {address}/128 dev function nodad", f"route replace ::/0 via {near_6('function')} dev function"]
    )
    routed = [
        item for item in vpc.table(vpc.function_subnet)["Routes"] if item.get("DestinationIpv6CidrBlock") == "::/0"
    ]
    out = f"route replace ::/0 via {far_6('igw')} dev igw" if routed else "route replace blackhole ::/0"
    all_["router"].ip([f"route replace {address}/128 via {far_6('function')} dev function", out])
    all_["internet"].ip([f"route replace {address}/128 via {near_6('igw')} dev igw"])
