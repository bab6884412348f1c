"""The commands that mend policies: what they name, and that they show and write the document; of laboratory rows the rest."""

import json
from collections.abc import Sequence
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from doctor.areas.permission import remedies
from doctor.areas.permission.rulings import Ruling, by_boundary, by_identity
from doctor.evidence.permissions import Permissions, Policy, Simulated
from doctor.policies.usual import Way
from tests.evidence.permission import ACCOUNT, NO_SEND, SEND, bounded, permissions, policy, used
from tests.lab.aws_commands import run

REGION = "us-east-1"
AWS_ARN = "arn:aws:iam::aws:policy/AWSDenyAll"
FAR_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"


def rulings(facts: Permissions) -> tuple[Ruling, ...]:
    return by_identity(facts, used(), Way())


def mended(facts: Permissions, said: Sequence[Ruling]) -> Sequence[str]:
    remedy = remedies.of_role(facts, said)
    assert remedy
    return remedy.commands


def managed(name: str, arn: str, kind: str = "managed") -> Policy:
    return Policy(name=name, kind=kind, document=policy(NO_SEND).document, arn=arn)


def test_an_inline_policy_is_shown_and_written_back_by_its_name() -> None:
    facts = permissions(policy(SEND), policy(NO_SEND, name="guard"))
    named = "--role-name jobs --policy-name guard"
    assert mended(facts, rulings(facts)) == (
        f"aws iam get-role-policy {named} --query PolicyDocument",
        f"aws iam put-role-policy {named} --policy-document file://NARROWED",
    )


def test_a_managed_policy_gets_a_version_and_whoever_mends_knows_of_the_limit() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/teams/guard"
    facts = permissions(policy(SEND), managed("guard", arn))
    shown, written = mended(facts, rulings(facts))
    assert shown.startswith(f"aws iam get-policy-version --policy-arn {arn} ")
    assert written == (
        f"aws iam create-policy-version --policy-arn {arn} --set-as-default --policy-document file://NARROWED"
    )
    remedy = remedies.of_role(facts, rulings(facts))
    assert remedy
    assert "five versions" in remedy.text


def test_each_document_that_denies_has_a_file_of_its_own() -> None:
    facts = permissions(policy(NO_SEND, name="one"), policy(NO_SEND, name="two"))
    written = [command for command in mended(facts, rulings(facts)) if "put-role-policy" in command]
    assert [each.rpartition("/")[2] for each in written] == ["NARROWED", "NARROWED_2"]


def test_what_is_aws_s_own_is_taken_from_the_role_and_not_changed() -> None:
    facts = permissions(policy(SEND), managed("AWSDenyAll", AWS_ARN))
    assert mended(facts, rulings(facts))[1] == f"aws iam detach-role-policy --role-name jobs --policy-arn {AWS_ARN}"
    facts = permissions(policy(SEND), managed("AWSDenyAll", AWS_ARN, "boundary"), boundary=AWS_ARN)
    said = by_boundary(facts, used(), Way())
    assert mended(facts, said)[1] == (
        "aws iam put-role-permissions-boundary --role-name jobs --permissions-boundary BOUNDARY_ARN"
    )


def test_a_policy_that_does_not_deny_is_left_alone() -> None:
    facts = permissions(policy(SEND))
    assert remedies.of_role(facts, rulings(facts)) is None
    assert remedies.of_role(facts := bounded(SEND), rulings(facts)) is None


def test_where_aws_s_simulation_denies_the_documents_tell_by_which_statement() -> None:
    said = tuple(Simulated(action=each.action, arn=each.arn, decision="explicitDeny") for each in used().wanted)
    facts = permissions(policy(SEND), policy(NO_SEND, name="guard"), simulated=said)
    found = rulings(facts)[0]
    assert found.denying == (("inline policy guard", "Statement[0] (Sid NoQueues)"),)
    assert "inline policy guard, Statement[0] (Sid NoQueues) denies it" in found.why


@pytest.mark.parametrize("kind", ["bucket", "queue", "table", "secret", "key", "topic"])
def test_a_name_that_is_not_known_is_one_word_in_capitals(kind: str) -> None:
    shown, written = remedies.of_resource(kind, "")
    assert "file://NARROWED" in written
    assert {"BUCKET", "QUEUE", "TABLE", "SECRET", "KEY", "TOPIC_ARN"} & set(shown.split())
    assert not any(word.isupper() for word in remedies.of_resource(kind, "orders")[0].split())
    assert "'a b'" in remedies.of_resource(kind, "a b")[1]


def test_what_has_no_policy_of_its_own_has_no_command() -> None:
    assert remedies.of_resource("parameter", "/orders/mode") == ()


def document(action: str, effect: str = "Deny", resource: str = "*") -> str:
    statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _run(commands: Sequence[str], words: dict[str, str]) -> list[str]:
    return run(commands, lambda service, region: boto3.client(service, region_name=region or REGION), words)


def _back_and_forth(commands: Sequence[str], folder: Path, before: str, after: str) -> None:
    """What the first command shows is what stands there; once the second has run, what the reader wrote."""
    file = folder / "narrowed"
    file.write_text(after)
    shown, _ = _run(commands, {"NARROWED": str(file)})
    assert json.loads(shown) == json.loads(before)
    assert json.loads(_run(commands[:1], {})[0]) == json.loads(after)


def test_a_key_s_policy_is_shown_and_written_back(tmp_path: Path) -> None:
    with mock_aws():
        kms = boto3.client("kms", region_name=REGION)
        key = kms.create_key(Policy=document("kms:Decrypt"))["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
        for name in (key, "alias/orders"):
            after = document("kms:DeleteAlias", resource=name)
            before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
            _back_and_forth(remedies.of_resource("key", name), tmp_path, before, after)


@pytest.mark.long
def test_the_policies_of_secrets_tables_and_topics_are_shown_and_written_back(tmp_path: Path) -> None:
    with mock_aws():
        secrets, sns = boto3.client("secretsmanager", region_name=REGION), boto3.client("sns", region_name=REGION)
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        secrets.create_secret(Name="orders", SecretString="-")
        secrets.put_resource_policy(SecretId="orders", ResourcePolicy=document("secretsmanager:GetSecretValue"))
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=document("sns:Publish", resource=topic)
        )
        dynamodb.create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_resource_policy(ResourceArn=FAR_TABLE, Policy=document("dynamodb:GetItem"))
        for kind, name, denied, narrowed, resource in (
            ("secret", "orders", "secretsmanager:GetSecretValue", "secretsmanager:DeleteSecret", "*"),
            ("topic", topic, "sns:Publish", "sns:DeleteTopic", topic),
            ("table", "orders", "dynamodb:GetItem", "dynamodb:DeleteTable", "*"),
        ):
            before, after = (document(each, resource=resource) for each in (denied, narrowed))
            _back_and_forth(remedies.of_resource(kind, name), tmp_path, before, after)


@pytest.mark.long
def test_an_organization_s_policy_is_listed_shown_and_written_back(tmp_path: Path) -> None:
    with mock_aws():
        organizations = boto3.client("organizations", region_name=REGION)
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        account = organizations.create_account(Email="a@b.example", AccountName="orders")["CreateAccountStatus"]
        made = organizations.create_policy(
            Content=document("sqs:*"), Description="", Name="guard", Type="SERVICE_CONTROL_POLICY"
        )["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=made, TargetId=account["AccountId"])
        listed, *commands = remedies.of_organization("SERVICE_CONTROL_POLICY")
        words = {"ACCOUNT": account["AccountId"], "POLICY": made}
        assert made in _run([listed], words)[0]
        commands = [each.replace("POLICY", made) for each in commands]
        _back_and_forth(commands, tmp_path, document("sqs:*"), document("sqs:DeleteQueue"))
