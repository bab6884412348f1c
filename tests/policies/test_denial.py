"""What AWS's messages tell of a denial; the messages are those of the IAM user guide's page on them, with other names."""

import pytest

from doctor.policies.denial import Denial, read
from doctor.policies.kinds import Kind

WHO = "User: arn:aws:sts::123456789012:assumed-role/jobs/jobs is not authorized to perform: "
ON = " on resource: arn:aws:sqs:us-east-1:123456789012:orders "


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.SERVICE_CONTROL, "service control policy"),
        (Kind.RESOURCE_CONTROL, "resource control policy"),
        (Kind.ENDPOINT, "VPC endpoint policy"),
        (Kind.BOUNDARY, "permissions boundary"),
        (Kind.SESSION, "session policy"),
        (Kind.RESOURCE, "resource-based policy"),
        (Kind.IDENTITY, "identity-based policy"),
    ],
)
class TestEachKind:
    def test_a_statement_denies(self, kind: Kind, told: str) -> None:
        article = "an" if told[0] in "i" else "a"
        said = read(f"{WHO}sqs:SendMessage{ON}with an explicit deny in {article} {told}")
        assert said == Denial(kind=kind, explicit=True, action="sqs:SendMessage")

    def test_a_statement_denies_and_its_policy_is_named(self, kind: Kind, told: str) -> None:
        arn, article = "arn:aws:organizations::123456789012:policy/o-1/x/p-1", "an" if told[0] in "i" else "a"
        said = read(f"{WHO}sqs:SendMessage{ON}with an explicit deny in {article} {told}: {arn}")
        assert said == Denial(kind=kind, explicit=True, action="sqs:SendMessage")

    def test_no_statement_allows(self, kind: Kind, told: str) -> None:
        said = read(f"{WHO}sqs:SendMessage{ON}because no {told} allows the sqs:SendMessage action")
        # Every resource has a resource control policy that allows all, so that nobody has seen AWS say this of that kind.
        assert said == Denial(kind=None if kind is Kind.RESOURCE_CONTROL else kind, action="sqs:SendMessage")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Access Denied",
        "Forbidden",
        "with an explicit deny",
        "because no weather policy allows the sqs:X action",
        "<html>",
    ],
)
def test_what_does_not_tell_tells_nothing(message: str) -> None:
    assert read(message).kind is None


def test_a_message_that_says_no_policy() -> None:
    assert read(f"{WHO}kms:Decrypt on this resource") == Denial(kind=None, action="kms:Decrypt")
    assert read(("because no " + "a" * 40) * 5_000).kind is None
