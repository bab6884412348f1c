"""AWS Reachability Analyzer's codes that a function's outbound path can meet: each is one of our checks, or said to be
unknown (Reachability Analyzer guide, "Explanation codes")."""

import json
from pathlib import Path as File

import pytest

from doctor import network, registry
from doctor.network.path import analyse
from doctor.network.result import Path
from tests.network.cases import ALL

CODES = json.loads((File(network.__file__).parent / "reachability_codes.json").read_text(encoding="utf-8"))
COMMON = [
    "BAD_STATE",
    "BAD_STATE_ROUTE",
    "CANNOT_ROUTE",
    "DISCONNECTED_VPCS",
    "ENI_SG_RULES_MISMATCH",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    "MORE_SPECIFIC_ROUTE",
    "NO_PATH",
    "NO_ROUTE_TO_DESTINATION",
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
    "REGIONAL_NGW_ROUTE_AZ_RESTRICTION",
    "REMAP_EPHEMERAL_PORT",
    "SG_HAS_NO_RULES",
    "SG_REFERENCES_NOT_PRESERVED",
    "SUBNET_ACL_RESTRICTION",
    "TGW_ROUTE_AZ_RESTRICTION",
    "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
    "VPCE_SERVICE_NOT_INSTALLED_IN_AZ",
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
]
POSSIBLE = [
    "BAD_STATE_ATTACHMENT",
    "BAD_STATE_VPN",
    "ELBV2_LISTENERS_MISMATCH",
    "ELBV2_LISTENER_HAS_NO_TG",
    "ELBV2_LISTENER_PORT_RESTRICTION",
    "ELBV2_NO_TARGETS_IN_AZ",
    "ELBV2_SOURCE_ADDRESS_PRESERVATION",
    "ELB_NOT_CROSSZONE",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    "FIREWALL_RULES_RESTRICTION",
    "HIGHER_PRIORITY_ROUTE",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS",
    "IGW_NAT_REFLECTION",
    "NGW_REQUIRES_SOURCE_IN_VPC",
    "NGW_SOURCE_ADDRESS_REASSIGN",
    "NO_POSSIBLE_DESTINATION",
    "NO_SOURCE_OR_DESTINATION",
    "PROTOCOL_RESTRICTION",
    "SG_REFERENCING_SUPPORT",
    "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
    "TGW_ATTACH_VPC_AZ_RESTRICTION",
    "TGW_BAD_STATE_VPN",
    "TGW_RTB_BAD_STATE_ROUTE",
    "TGW_RTB_CANNOT_ROUTE",
    "TGW_RTB_HIGHER_PRIORITY_ROUTE",
    "TGW_RTB_MORE_SPECIFIC_ROUTE",
    "TGW_RTB_ROUTES_ARE_UNKNOWN",
    "UNASSOCIATED_COMPONENT",
    "UNKNOWN_DESTINATION",
    "UNKNOWN_PEERED_SGS",
    "UNKNOWN_RESOURCE",
    "UNSUPPORTED_COMPONENT",
    "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION",
    "VPCE_INTRA_VPC_TRAFFIC",
    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
]


# One fault for each check that a code is mapped to, by the name of its case.
FAULTS = {
    "BAD_STATE": {
        "network.nat-unavailable": "NAT gateway failed",
        "network.endpoint-unavailable": "endpoint not accepted",
        "network.peering-broken": "peering deleted",
        "network.transit-gateway-broken": "transit gateway being deleted",
    },
    "BAD_STATE_ATTACHMENT": {
        "network.internet-gateway-missing": "internet gateway detached",
        "network.transit-gateway-broken": "attachment failed",
        "network.no-route": "VPN gateway not attached",
    },
    "BAD_STATE_ROUTE": {
        "network.blackhole-route": "blackhole behind a deleted NAT gateway",
    },
    "CANNOT_ROUTE": {
        "network.no-route": "no route",
    },
    "ENI_SG_RULES_MISMATCH": {
        "network.egress-blocked": "no egress",
        "network.endpoint-ingress-blocked": "endpoint's group",
        "network.target-ingress-blocked": "target's group",
    },
    "ENI_SOURCE_DEST_CHECK_RESTRICTION": {
        "network.nat-unavailable": "NAT instance with the check on",
    },
    "FIREWALL_RULES_RESTRICTION": {
        "network.firewall-in-path": "firewall endpoint",
    },
    "HIGHER_PRIORITY_ROUTE": {
        "network.blackhole-route": "static blackhole",
        "network.public-subnet": "static route before a propagated one",
    },
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS": {
        "network.no-route": "private address by way of the internet gateway",
    },
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS": {
        "network.no-route": "shared address by way of the internet gateway",
    },
    "IGW_NAT_REFLECTION": {
        "network.target-ingress-blocked": "public address of our own VPC",
    },
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS": {
        "network.public-subnet": "public subnet",
    },
    "MORE_SPECIFIC_ROUTE": {
        "network.no-route": "gateway endpoint and UDP",
        "network.blackhole-route": "narrower blackhole",
        "network.endpoint-unavailable": "gateway endpoint being deleted",
    },
    "NGW_REQUIRES_SOURCE_IN_VPC": {
        "network.nat-unavailable": "NAT gateway of another VPC",
    },
    "NGW_SOURCE_ADDRESS_REASSIGN": {
        "network.target-ingress-blocked": "private NAT from an address that the far group does not know",
    },
    "NO_POSSIBLE_DESTINATION": {
        "network.target-missing": "no such interface",
    },
    "NO_ROUTE_TO_DESTINATION": {
        "network.no-route": "no route",
    },
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR": {
        "network.peering-broken": "no transit through a peer",
    },
    "PROTOCOL_RESTRICTION": {
        "network.egress-blocked": "egress of another protocol",
        "network.no-route": "gateway endpoint and UDP",
    },
    "REMAP_EPHEMERAL_PORT": {
        "network.acl-return-blocked": "half of the answers in",
        "network.nat-acl-blocked": "ACL behind NAT by its own port",
    },
    "SG_HAS_NO_RULES": {
        "network.egress-blocked": "no egress",
        "network.endpoint-ingress-blocked": "endpoint's group",
    },
    "SG_REFERENCES_NOT_PRESERVED": {
        "network.target-ingress-blocked": "no references over the transit gateway",
    },
    "SG_REFERENCING_SUPPORT": {
        "network.target-ingress-blocked": "no references over the transit gateway",
    },
    "SUBNET_ACL_RESTRICTION": {
        "network.acl-egress-blocked": "ACL out",
        "network.acl-ingress-blocked": "ACL in",
        "network.acl-return-blocked": "no answer out",
        "network.nat-acl-blocked": "ACL before NAT",
    },
    "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION": {
        "network.transit-gateway-broken": "no association",
    },
    "TGW_ATTACH_VPC_AZ_RESTRICTION": {
        "network.transit-gateway-broken": "no far attachment in the zone",
    },
    "TGW_ROUTE_AZ_RESTRICTION": {
        "network.transit-gateway-broken": "no attachment in the zone",
    },
    "TGW_RTB_BAD_STATE_ROUTE": {
        "network.transit-gateway-broken": "transit blackhole",
    },
    "TGW_RTB_CANNOT_ROUTE": {
        "network.transit-gateway-broken": "no transit route",
    },
    "TGW_RTB_HIGHER_PRIORITY_ROUTE": {
        "network.transit-gateway-broken": "static transit blackhole",
    },
    "TGW_RTB_MORE_SPECIFIC_ROUTE": {
        "network.transit-gateway-broken": "transit blackhole",
    },
    "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT": {
        "network.transit-gateway-broken": "no transit route back",
    },
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED": {
        "network.public-access-blocked": "Block Public Access",
    },
    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION": {
        "network.no-route": "no route",
    },
    "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION": {
        "network.prefix-list-mismatch": "prefix list of another Region",
        "network.no-route": "address that the gateway endpoint's list lacks",
    },
    "DISCONNECTED_VPCS": {
        "network.no-route": "VPCs that nothing joins",
    },
    "NO_PATH": {
        "network.no-route": "no route",
        "network.egress-blocked": "no egress",
        "network.ipv6-dead-end": "no IPv6 route",
    },
    "NO_SOURCE_OR_DESTINATION": {
        "network.target-missing": "no such interface",
    },
    "UNASSOCIATED_COMPONENT": {
        "network.internet-gateway-missing": "internet gateway of another VPC",
    },
}
# A case for each code that we leave undecided. The others say of a path what no case can: that it has no destination, that
# it starts at an endpoint, that it costs more.
UNDECIDED = {
    "BAD_STATE_VPN": "vpn-gateway",
    "ELB_NOT_CROSSZONE": "application load balancer",
    "ELBV2_LISTENER_HAS_NO_TG": "network_load_balancer",
    "ELBV2_LISTENER_PORT_RESTRICTION": "network_load_balancer",
    "ELBV2_LISTENERS_MISMATCH": "network_load_balancer",
    "ELBV2_NO_TARGETS_IN_AZ": "network_load_balancer",
    "ELBV2_SOURCE_ADDRESS_PRESERVATION": "network_load_balancer",
    "REGIONAL_NGW_ROUTE_AZ_RESTRICTION": "regional NAT without an address in the zone",
    "TGW_BAD_STATE_VPN": "VPN behind the transit gateway",
    "TGW_RTB_ROUTES_ARE_UNKNOWN": "transit table not read",
    "UNKNOWN_PEERED_SGS": "peer not read",
    "UNKNOWN_RESOURCE": "nats not read",
    "UNSUPPORTED_COMPONENT": "target of the route",
}
_NO_CASE = {"UNKNOWN_DESTINATION", "VPCE_INTRA_VPC_TRAFFIC", "VPCE_SERVICE_NOT_INSTALLED_IN_AZ"}


def test_every_code_that_a_function_can_meet_has_its_answer() -> None:
    assert {code for code, entry in CODES.items() if entry["rating"] == "A"} == set(COMMON)
    assert {code for code, entry in CODES.items() if entry["rating"] == "B"} == set(POSSIBLE)
    for code, entry in CODES.items():
        assert bool(entry.get("checks")) != bool(entry.get("unknown")), code


def _path(name: str) -> Path:
    (case,) = (case for case in ALL if case.name == name)
    return analyse(case.network, case.flow)


@pytest.mark.parametrize("code", [code for code, entry in CODES.items() if entry.get("checks")])
def test_what_a_code_is_mapped_to_is_what_its_fault_is_called(code: str) -> None:
    assert list(FAULTS[code]) == CODES[code]["checks"]
    for check, name in FAULTS[code].items():
        path = _path(name)
        assert check in {each.check for each in (*path.blockers, *path.suspects)}, name


@pytest.mark.parametrize("code", sorted(UNDECIDED))
def test_what_a_code_leaves_undecided_is_undecided(code: str) -> None:
    path = _path(UNDECIDED[code])
    assert path.reachable is None
    assert path.unknowns


def test_no_code_goes_without_a_case() -> None:
    assert FAULTS.keys() | UNDECIDED.keys() | _NO_CASE == CODES.keys()


# The checks of the area that speak of paths; the others judge names, zones, addresses and what a probe saw.
OURS = [
    "target-missing",
    "egress-blocked",
    "endpoint-ingress-blocked",
    "target-ingress-blocked",
    "acl-egress-blocked",
    "acl-ingress-blocked",
    "acl-return-blocked",
    "no-route",
    "blackhole-route",
    "public-subnet",
    "internet-gateway-missing",
    "nat-unavailable",
    "nat-without-internet",
    "nat-acl-blocked",
    "endpoint-missing",
    "endpoint-unavailable",
    "gateway-endpoint-unrouted",
    "gateway-endpoint-other-region",
    "prefix-list-mismatch",
    "peering-broken",
    "transit-gateway-broken",
    "public-access-blocked",
    "encryption-control-blocks",
    "firewall-in-path",
    "ipv6-dead-end",
]


def test_the_analyser_emits_these_checks_and_no_other() -> None:
    paths = [analyse(case.network, case.flow) for case in ALL]
    emitted = {each.check for path in paths for each in (*path.blockers, *path.suspects)}
    assert emitted - {"dns.vpc-support-off"} == {f"network.{name}" for name in OURS}


def test_every_check_that_the_analyser_emits_is_in_the_catalogue() -> None:
    paths = [analyse(case.network, case.flow) for case in ALL]
    emitted = {each.check for path in paths for each in (*path.blockers, *path.suspects)}
    assert emitted <= set(registry.built_in())
    assert {check for entry in CODES.values() for check in entry.get("checks", ())} <= set(registry.built_in())
