"""Myths that live on in records and on public pages: moments in which a believer would complain, and the doctor does not.

Each test first shows that the moment is one of which the myth speaks.
"""

import re
from typing import Any

from doctor import registry
from doctor.verdict import Severity, Status
from tests.cases import myths

SOUND = "incident-004-ideal-response/evidence-after-egress"  # isolated, strict groups, one zone's endpoint, no STS
BY_NAT = "incident-001-deployment-notes/evidence-blank-session"
REFUSED = "incident-000-credential-fix/evidence"


def group(moment: myths.Moment, id_: str) -> dict[str, Any]:
    return next(each for each in moment.replies("SecurityGroups") if each["GroupId"] == id_)


def assert_silent_about(moment: myths.Moment) -> None:
    verdict = moment.verdict()
    assert not myths.complaints(verdict)
    assert verdict.status is Status.HEALTHY


def test_the_moments_can_tell() -> None:
    """The same moments with a fault do have it told: silence is no blindness."""
    inactive = myths.recorded(SOUND).having("function", reserved=0).verdict()
    assert [each.partition("@")[0] for each in myths.complaints(inactive)] == ["function.concurrency-zero"]
    assert inactive.status is Status.UNHEALTHY
    assert "credentials.missing-session-token" in {each.check for each in myths.recorded(REFUSED).verdict().diagnoses}


def test_an_endpoints_group_needs_no_egress_for_its_answers() -> None:
    moment = myths.recorded(SOUND)
    guards = {each["GroupId"] for endpoint in moment.replies("VpcEndpoints") for each in endpoint["Groups"]}
    assert guards
    assert all(group(moment, id_)["IpPermissionsEgress"] == [] for id_ in guards)
    assert_silent_about(moment)


def test_a_functions_group_needs_no_ingress_nor_ephemeral_ports() -> None:
    moment = myths.recorded(SOUND)
    assert all(group(moment, id_)["IpPermissions"] == [] for id_ in moment.facts("function")["groups"])
    assert_silent_about(moment)


def test_an_execution_takes_no_address_of_its_own() -> None:
    """Five hundred at once, in subnets with three addresses left."""
    moment = myths.recorded(SOUND).having("function", reserved=500)
    for number, _ in enumerate(moment.replies("Subnets")):
        moment = moment.saying("Subnets", number, AvailableIpAddressCount=3)
    assert_silent_about(moment)


def test_interfaces_need_no_way_to_ec2() -> None:
    moment = myths.recorded(SOUND)
    subnets = set(moment.facts("function")["subnets"])
    tables = [t for t in moment.replies("RouteTables") if subnets & {a.get("SubnetId") for a in t["Associations"]}]
    assert tables
    assert not [
        route for table in tables for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"
    ]
    assert not [each for each in moment.replies("VpcEndpoints") if each["ServiceName"].endswith(".ec2")]
    assert_silent_about(moment)
    pending = moment.having("function", state="Pending", state_code="Creating").verdict()
    assert [each.partition("@")[0] for each in myths.complaints(pending)] == ["function.not-active"], "and no route"


def test_clients_belong_to_the_top_of_the_module_in_a_vpc_too() -> None:
    """Of the module's client and of the handler's the doctor says the same, and recommends the former where one is slow."""
    at_the_top = myths.recorded("incident-004-ideal-response/evidence").facts("application")
    moment = myths.recorded(SOUND).having("application", **at_the_top)
    assert moment.facts("function")["vpc"]
    assert_silent_about(moment)
    assert "once, at the top of the module" in registry.load("client.slow-creation").remedy.text


def test_a_roles_credentials_do_not_come_through_sts() -> None:
    moment = myths.recorded(SOUND)
    assert moment.facts("clients")["first"]["stopped_in"] == "connect"
    assert moment.facts("caller")["identity"]["silent_sts"] == "sts.us-east-1.amazonaws.com"
    assert_silent_about(moment)


def test_a_gateways_patience_can_be_raised() -> None:
    """What a REST API was raised to stands in no evidence: a longer function is a risk, with that said, and breaks nothing."""
    verdict = myths.recorded(SOUND).having("function", timeout=60, invokers=("API Gateway",)).verdict()
    assert verdict.status is Status.HEALTHY
    (told,) = (each for each in verdict.findings if each.check == "function.timeout-beyond-gateway")
    assert told.severity is Severity.RISKS
    assert "unless its quota was raised" in told.message


def test_a_token_of_a_regional_sts_is_good_in_other_regions() -> None:
    moment = myths.recorded(BY_NAT)
    abroad = "sqs.eu-west-1.amazonaws.com"
    endpoint = moment.facts("endpoint") | {"host": abroad, "region": "eu-west-1", "resource_region": "eu-west-1"}
    moved = moment.having("endpoint", **endpoint)
    for kind in ("names", "reach"):
        moved = moved.having(kind, host=abroad)
    moved = moved.without("paths", "network", "permissions", "function", "resource_outside")
    reads = [each | {"host": abroad} for each in moment.facts("refusals")["reads"]]
    moved = moved.having("refusals", reads=reads)
    assert moved.facts("caller")["identity"]["host"] == "sts.us-east-1.amazonaws.com"
    assert not [each for each in myths.complaints(moved.verdict()) if each.startswith(("credentials.", "identity."))]


def test_keepalive_alone_is_no_remedy() -> None:
    """A client that sets none, through a NAT gateway: nothing is missing, and nowhere is it recommended."""
    moment = myths.recorded(BY_NAT)
    assert [each["State"] for each in moment.replies("NatGateways")] == ["available"]
    assert_silent_about(moment)
    texts = [registry.load(id_).remedy for id_ in registry.built_in()]
    assert not [each for each in texts if "keepalive" in repr(each).lower().replace("_", "")]


def test_security_groups_do_not_stop_the_vpcs_own_resolver() -> None:
    moment = myths.recorded(SOUND)
    rules = [rule for id_ in moment.facts("function")["groups"] for rule in group(moment, id_)["IpPermissionsEgress"]]
    assert {(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")) for rule in rules} == {("tcp", 443, 443)}
    assert {each["reply"] for each in moment.facts("names")["lookups"] if each["record"] == "A"} == {"resolved"}
    assert_silent_about(moment)


def test_an_endpoint_in_another_zone_is_a_hint() -> None:
    moment = myths.recorded(SOUND)
    zones = {each["SubnetId"]: each["AvailabilityZone"] for each in moment.replies("Subnets")}
    ours = {zones[id_] for id_ in moment.facts("function")["subnets"]}
    theirs = {zones[id_] for each in moment.replies("VpcEndpoints") for id_ in each["SubnetIds"]}
    assert ours - theirs
    assert_silent_about(moment)
    assert {each.check for each in moment.verdict().diagnoses} == {"network.endpoint-zone-missing"}


def test_no_loop_of_retries_mends_a_rejected_key() -> None:
    first = myths.recorded(REFUSED).verdict().diagnoses[0]
    assert first.check == "credentials.missing-session-token"
    advice = " ".join((first.remedy.text, *first.remedy.commands, first.remedy.template)).lower()
    assert not re.search(r"retr(?:y|ies)|back-?off|again|wait|sleep|new session", advice)
