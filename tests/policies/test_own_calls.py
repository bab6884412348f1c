"""A call of a function as policies see it: where it is made, by which way, and who is meant by a principal."""

from dataclasses import replace
from typing import Any

import pytest

from doctor.areas.permission.observations import observed, target_of, way_to
from doctor.areas.permission.rulings import by_boundary, by_endpoint, by_identity
from doctor.declare import Observation
from doctor.evidence import Reason
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.permissions import Permissions, Simulated
from doctor.policies.kinds import Decision
from doctor.policies.usual import BY_LAMBDA, Use, Way, use
from doctor.verdict import Outcome, Remedy
from tests.evidence.permission import (
    ACCOUNT,
    EVERYTHING,
    NO_SEND,
    QUEUE,
    ROLE,
    SEND,
    feeding,
    permissions,
    policy,
    s3,
    simulated,
    sqs,
    used,
)

FAR = used("sqs", QUEUE.replace("us-east-1", "eu-west-1"))
BUCKETS = tuple(used("s3", name) for name in ("mine", "arn:aws:s3:::mine", ""))
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/jobs/jobs"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SHUT = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE, SESSION, ROOT]}, "Action": "*", "Resource": "*"}
BY_ENDPOINT = Way(known=True, endpoint="vpce-sqs", vpc="vpc-1")
BY_GATEWAY = Way(known=True, endpoint="vpce-s3", vpc="vpc-1", gateway=True)


def only(condition: dict[str, Any], effect: str = "Allow") -> dict[str, Any]:
    return {**ALL, "Effect": effect, "Condition": condition}


def identity(facts: Permissions, each: Use, way: Way = Way()) -> set[Decision]:  # noqa: B008 - frozen
    return {ruling.decision for ruling in by_identity(facts, each, way)}


def endpoint(*statements: dict[str, Any], each: Use, way: Way, facts: Permissions | None = None) -> set[Decision]:
    rulings = by_endpoint(facts or permissions(), each, way, {"Version": "2012-10-17", "Statement": list(statements)})
    return {ruling.decision for ruling in rulings}


class TestTheRegionThatIsCalled:
    @pytest.mark.parametrize("each", [FAR, used("sqs", f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders")])
    def test_it_is_that_of_the_resource(self, each: Use) -> None:
        here, there = ({"StringEquals": {"aws:RequestedRegion": region}} for region in ("us-east-1", "eu-west-1"))
        abroad = {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
        assert identity(permissions(policy(only(here))), each) == {Decision.DENIED}
        assert identity(permissions(policy(only(there))), each) == {Decision.ALLOWED}
        assert identity(permissions(policy(ALL, only(abroad, "Deny"))), each) == {Decision.DENIED}

    @pytest.mark.parametrize("each", [used(), used(resource="")])
    def test_it_is_the_functions_own_where_no_other_is_named(self, each: Use) -> None:
        here, there = ({"StringEquals": {"aws:RequestedRegion": region}} for region in ("us-east-1", "eu-west-1"))
        assert identity(permissions(policy(only(here))), each) == {Decision.ALLOWED}
        assert identity(permissions(policy(only(there))), each) == {Decision.DENIED}

    @pytest.mark.parametrize("each", BUCKETS)
    def test_of_a_bucket_nobody_knows_it_but_that_there_is_one(self, each: Use) -> None:
        for region in ("us-east-1", "eu-west-1"):
            facts = permissions(policy(only({"StringEquals": {"aws:RequestedRegion": region}})))
            assert identity(facts, each) == {Decision.UNKNOWN}
        there_is = permissions(policy(only({"Null": {"aws:RequestedRegion": "false"}})))
        assert identity(there_is, each) == {Decision.ALLOWED}

    def test_lambda_polls_where_the_source_is(self) -> None:
        (source,) = feeding(QUEUE.replace("us-east-1", "eu-west-1"))
        facts = permissions(policy(only({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})))
        assert identity(facts, source, BY_LAMBDA) == {Decision.ALLOWED}


class TestAnEndpointOfThisRegion:
    INSIDE = permissions(policy(only({"StringEquals": {"aws:SourceVpce": "vpce-sqs"}})))

    def test_it_carries_no_calls_to_another(self) -> None:
        assert identity(self.INSIDE, used(), BY_ENDPOINT) == {Decision.ALLOWED}
        assert identity(self.INSIDE, FAR, BY_ENDPOINT) == {Decision.UNKNOWN}
        bounded = replace(self.INSIDE, policies=(replace(self.INSIDE.policies[0], kind="boundary", name="limit"),))
        assert {each.decision for each in by_boundary(bounded, FAR, BY_ENDPOINT)} == {Decision.UNKNOWN}

    def test_that_no_endpoint_is_passed_here_says_nothing_of_there(self) -> None:
        past = permissions(policy(only({"Null": {"aws:SourceVpce": "true"}})))
        assert identity(past, used(), Way(known=True)) == {Decision.ALLOWED}
        assert identity(past, FAR, Way(known=True)) == {Decision.UNKNOWN}

    def test_its_policy_is_not_asked(self) -> None:
        here = {**EVERYTHING, "Resource": "arn:aws:sqs:us-east-1:*:*"}
        assert endpoint(here, each=used(), way=BY_ENDPOINT) == {Decision.ALLOWED}
        assert endpoint(here, each=FAR, way=BY_ENDPOINT) == set()
        said: Observation = observed((), FAR, subject="vpce-sqs", who="the policy of vpce-sqs", remedy=Remedy("-"))
        assert said.outcome is Outcome.NOT_APPLICABLE
        assert said.message.endswith("go to eu-west-1")

    def test_the_way_tells_a_gateway_from_an_interface(self) -> None:
        assert (way_to(s3()).endpoint, way_to(s3()).gateway) == ("vpce-s3", True)
        assert (way_to(sqs()).endpoint, way_to(sqs()).gateway) == ("vpce-sqs", False)


class TestPrincipalsOfAGateway:
    """PrivateLink guide, "Principals for gateway endpoints": `*` alone, and an account is its root user."""

    @pytest.mark.parametrize(
        ("principal", "allowed"),
        [
            ("*", Decision.ALLOWED),
            ({"AWS": "*"}, Decision.ALLOWED),
            ({"AWS": [ACCOUNT, "*"]}, Decision.ALLOWED),
            ({"AWS": ACCOUNT}, Decision.DENIED),
            ({"AWS": ROOT}, Decision.DENIED),
            ({"AWS": "210987654321"}, Decision.DENIED),
            ({"Service": "lambda.amazonaws.com"}, Decision.DENIED),
            ({"AWS": ROLE}, Decision.UNKNOWN),
            ({"AWS": SESSION}, Decision.UNKNOWN),
            ({"AWS": [ACCOUNT, ROLE]}, Decision.UNKNOWN),
        ],
    )
    def test_who_is_allowed(self, principal: Any, allowed: Decision) -> None:
        assert endpoint({**EVERYTHING, "Principal": principal}, each=used("s3", "mine"), way=BY_GATEWAY) == {allowed}

    @pytest.mark.parametrize(
        ("principal", "denied"),
        [
            ("*", Decision.DENIED),
            ({"AWS": ROOT}, Decision.UNKNOWN),
            ({"AWS": ROLE}, Decision.UNKNOWN),
            ({"AWS": "210987654321"}, Decision.ALLOWED),
        ],
    )
    def test_who_is_denied(self, principal: Any, denied: Decision) -> None:
        shut = {**EVERYTHING, "Effect": "Deny", "Principal": principal}
        assert endpoint(EVERYTHING, shut, each=used("s3", "mine"), way=BY_GATEWAY) == {denied}

    def test_an_interface_takes_account_and_role(self) -> None:
        for principal in (ACCOUNT, ROOT, ROLE, SESSION):
            allow = {**EVERYTHING, "Principal": {"AWS": principal}}
            assert endpoint(allow, each=used(), way=BY_ENDPOINT) == {Decision.ALLOWED}

    def test_not_principal_says_nothing_there(self) -> None:
        allow = {"Effect": "Allow", "NotPrincipal": {"AWS": "210987654321"}, "Action": "*", "Resource": "*"}
        assert endpoint(allow, each=used("s3", "mine"), way=BY_GATEWAY) == {Decision.UNKNOWN}


class TestADenialOfAllButSome:
    """IAM user guide, "Permissions boundaries for IAM entities": whoever has one is denied, named or not."""

    LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    LOST = (Unread(part="role", reason=Reason.DENIED, detail="iam:GetRole: AccessDenied"),)

    @pytest.mark.parametrize(
        ("facts", "decision"),
        [
            (permissions(), Decision.ALLOWED),
            (permissions(boundary=LIMIT), Decision.DENIED),
            (permissions(unread=LOST), Decision.UNKNOWN),
        ],
    )
    def test_a_boundary_decides(self, facts: Permissions, decision: Decision) -> None:
        assert endpoint(EVERYTHING, SHUT, each=used(), way=BY_ENDPOINT, facts=facts) == {decision}

    def test_who_is_not_named_is_denied_in_any_case(self) -> None:
        shut = {**SHUT, "NotPrincipal": {"AWS": "210987654321"}}
        for facts in (permissions(), permissions(boundary=self.LIMIT), permissions(unread=self.LOST)):
            assert endpoint(EVERYTHING, shut, each=used(), way=BY_ENDPOINT, facts=facts) == {Decision.DENIED}


def test_an_account_of_another_partition_is_another() -> None:
    root = {**EVERYTHING, "Principal": {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}}
    assert endpoint(root, each=used(), way=BY_ENDPOINT) == {Decision.DENIED}


@pytest.mark.parametrize(
    ("service", "resource", "region", "host"),
    [
        ("s3", "arn:aws:s3:::mine", "us-east-1", "s3.us-east-1.amazonaws.com:443"),
        ("s3", "mine", "us-east-1", "s3.us-east-1.amazonaws.com:443"),
        ("sqs", QUEUE.replace("us-east-1", "eu-west-1"), "us-east-1", "sqs.eu-west-1.amazonaws.com:443"),
        ("sqs", "orders", "cn-north-1", "sqs.cn-north-1.amazonaws.com.cn:443"),
        ("stepfunctions", "jobs", "us-gov-west-1", "states.us-gov-west-1.amazonaws.com:443"),
        ("kinesis", "clicks", "us-east-1", "kinesis.us-east-1.amazonaws.com:443"),
    ],
)
def test_the_host_of_a_use_is_that_of_its_region(service: str, resource: str, region: str, host: str) -> None:
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")
    found = use(service, resource, partition=partition, region=region, account=ACCOUNT)
    assert found
    assert target_of(found, None) == (host,)


class TestWhatWasNotSimulated:
    OTHER = (Simulated(action="sqs:SendMessage", arn="arn:aws:sqs:us-east-1:123456789012:other", decision="allowed"),)

    def test_it_is_not_known_where_no_document_was_read(self) -> None:
        facts = permissions(simulated=self.OTHER)
        assert identity(facts, used()) == {Decision.UNKNOWN}
        bounded = replace(facts, boundary=TestADenialOfAllButSome.LIMIT)
        assert {each.decision for each in by_boundary(bounded, used(), Way())} == {Decision.UNKNOWN}

    def test_documents_decide_where_there_are_any(self) -> None:
        assert identity(permissions(policy(NO_SEND), simulated=self.OTHER), used()) == {Decision.DENIED}
        both = {**SEND, "Action": "sqs:*"}
        assert identity(permissions(policy(both), simulated=self.OTHER), used()) == {Decision.ALLOWED}

    def test_what_was_simulated_counts(self) -> None:
        assert identity(permissions(simulated=simulated("implicitDeny")), used()) == {Decision.DENIED}
