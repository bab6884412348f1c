"""What the resolvers say: the VPC's own, by the VPC's configuration, and the public one that the operator's laptop asks."""

import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import servers
from places import SERVER_FAILURE

_PUBLIC = (
    *("sqs", "sts", "sns", "kms", "secretsmanager", "events", "logs", "ec2", "lambda"),
    *("route53resolver", "route53profiles", "sqs-fips", "sts-fips", "monitoring", "ssm"),
)
S3, DYNAMODB = "52.216.10.10", "52.94.0.10"  # in the prefix lists that moto has of them
FAR_S3 = "52.218.10.10"  # of another region, and in no list
BUCKET = "orders-exports"
ADDRESSES = {
    **{f"{name}.us-east-1.amazonaws.com": f"54.239.26.{number}" for number, name in enumerate(_PUBLIC, 10)},
    **{f"{name}.amazonaws.com": f"54.239.27.{number}" for number, name in enumerate(("sts", "iam", "route53"), 10)},
    "s3.us-east-1.amazonaws.com": S3,
    "s3.amazonaws.com": S3,
    f"{BUCKET}.s3.amazonaws.com": S3,
    f"{BUCKET}.s3.us-east-1.amazonaws.com": S3,
    f"{BUCKET}.s3.eu-west-1.amazonaws.com": FAR_S3,
    "dynamodb.us-east-1.amazonaws.com": DYNAMODB,
    "api.partner.example": "93.184.215.14",  # somebody on the internet who is not AWS
}
_BOTH_FAMILIES, _OF_BOTH = "dual.partner.example", ("93.184.215.15", "2606:2800:21f::15")
Names = Mapping[str, list[str] | None]


def public() -> dict[str, list[str] | None]:
    """What the internet's resolvers say."""
    return {host: [address] for host, address in ADDRESSES.items()} | {_BOTH_FAMILIES: list(_OF_BOTH)}


class Said(servers.Zone):
    """A zone that may take its time."""

    delay = 0.0

    def say(self, names: Names, delay: float = 0.0) -> None:
        """A name without an entry, or with None, does not exist."""
        self.names = {host: values for host, values in names.items() if values is not None}
        self.delay = delay

    def answer(self, wire: bytes) -> bytes:
        time.sleep(self.delay)
        return super().answer(wire)


def of_vpc(ec2: Any, route53: Any, resolver: Any, vpc: str) -> dict[str, list[str] | None] | None:
    """What the VPC's own resolver says; None where it does not answer at all."""
    support, hostnames = (_attribute(ec2, vpc, name) for name in ("DnsSupport", "DnsHostnames"))
    if not support:
        return None
    names = public()
    if hostnames:
        names |= _private_names(ec2)
    for zone in route53.list_hosted_zones_by_vpc(VPCId=vpc, VPCRegion="us-east-1")["HostedZoneSummaries"]:
        names |= _in_zone(route53, zone, names)
    associated = resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
    ours = {item["ResolverRuleId"] for item in associated if item["VPCId"] == vpc}
    own = dict(names)
    rules = [rule for rule in resolver.list_resolver_rules()["ResolverRules"] if rule["Id"] in ours]
    for rule in sorted(rules, key=lambda rule: len(rule["DomainName"])):  # the most specific one decides
        ruled = [host for host in names if _within(host, rule["DomainName"])]
        for host in ruled:  # nobody answers where a rule leads, and one of the system leads nowhere else
            names[host] = own[host] if rule["RuleType"] == "SYSTEM" else [SERVER_FAILURE]
    return names


def _attribute(ec2: Any, vpc: str, name: str) -> bool:
    key = f"{name[0].lower()}{name[1:]}"
    said = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=f"enable{name}")
    return bool(said[f"Enable{name}"]["Value"]) if f"Enable{name}" in said else bool(said[key])


def _private_names(ec2: Any) -> dict[str, list[str] | None]:
    interfaces = {
        item["NetworkInterfaceId"]: item["PrivateIpAddress"]
        for item in ec2.describe_network_interfaces()["NetworkInterfaces"]
    }
    return {
        f"{item['ServiceName'].rpartition('.')[2]}.us-east-1.amazonaws.com": [
            interfaces[each] for each in item["NetworkInterfaceIds"]
        ]
        for item in ec2.describe_vpc_endpoints()["VpcEndpoints"]
        if item["VpcEndpointType"] == "Interface" and item["PrivateDnsEnabled"] and item["State"].lower() != "deleted"
    }


def _in_zone(route53: Any, zone: Mapping[str, Any], names: Names) -> dict[str, list[str] | None]:
    """A private zone answers for everything beneath its name, also with 'no such name'."""
    found: dict[str, list[str] | None] = {host: None for host in names if _within(host, zone["Name"])}
    for item in route53.list_resource_record_sets(HostedZoneId=zone["HostedZoneId"])["ResourceRecordSets"]:
        values = [record["Value"] for record in item.get("ResourceRecords", ())]
        if item["Type"] in ("A", "AAAA"):
            found[item["Name"].rstrip(".")] = [value for value in values if ip_address(value)]
    return found


def _within(host: str, domain: str) -> bool:
    domain = domain.rstrip(".")
    return host == domain or host.endswith(f".{domain}")
