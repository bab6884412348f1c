"""AWS Reachability Analyzer's codes that a function's outbound path can meet: each is one of our checks, or said to be
unknown (Reachability Analyzer guide, "Explanation codes")."""

import json
from pathlib import Path

from doctor import network, registry
from doctor.network.path import analyse
from tests.network.cases import ALL

CODES = json.loads((Path(network.__file__).parent / "reachability_codes.json").read_text(encoding="utf-8"))
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


def test_every_code_that_a_function_can_meet_has_its_answer() -> None:
    assert {code for code, entry in CODES.items() if entry["rating"] == "A"} == set(COMMON)
    assert {code for code, entry in CODES.items() if entry["rating"] == "B"} == set(POSSIBLE)
    for code, entry in CODES.items():
        assert bool(entry.get("checks")) != bool(entry.get("unknown")), code


def test_the_analyser_emits_each_check_that_a_code_is_mapped_to() -> None:
    paths = [analyse(case.network, case.flow) for case in ALL]
    emitted = {each.check for path in paths for each in (*path.blockers, *path.suspects)}
    assert {check for entry in CODES.values() for check in entry.get("checks", ())} <= emitted


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
