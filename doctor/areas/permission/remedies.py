"""Commands that mend policies: that add what nothing allows, or write back what its owner has narrowed where it denies.

Whether a denial is meant, only its author knows: no command takes one away. The reader saves the document that is shown,
narrows the statement that the finding names, and puts the file's name in the place of NARROWED.

Source: IAM, EC2, SQS, S3, KMS, Secrets Manager, DynamoDB, SNS and Organizations in the AWS CLI command reference.
"""

import shlex
from collections.abc import Iterable
from dataclasses import replace

from doctor.areas.permission.rulings import Ruling, titled
from doctor.evidence.caller import Caller
from doctor.evidence.permissions import Permissions, Policy
from doctor.policies.usual import Use
from doctor.policies.written import policy_with
from doctor.verdict import Remedy

HOW = (
    "Where that denial is not meant for these calls: save the document that the command shows, narrow the statement in it that "
    "the finding names (its actions, its resources, or a condition that excepts the function's role), and have the next "
    "command write the file back, named in the place of NARROWED."
)
WRITTEN = "A document that was changed is written back from a file, named in the place of NARROWED."
_VERSIONS = "IAM keeps five versions of a policy: an old one may have to go first."
_AWS_OWN = (
    "A policy of AWS's own cannot be narrowed: where that denial is not meant for this role, the last command takes the whole "
    "policy from it."
)
_INSTEAD = "A boundary of AWS's own cannot be narrowed: the last command gives the role another one, named by its ARN."


def assumed(caller: Caller | None) -> str:
    """The role's name, where the caller has assumed one; else the word that stands for it."""
    kind, _, role = caller.identity.principal.partition("/") if caller else ("", "", "")
    return role if kind == "assumed-role" else "ROLE"


def allowing(role: str, use: Use) -> str:
    """What allows the role the calls of this use, beside its other policies."""
    document = f"--policy-name allow-{use.service} --policy-document {shlex.quote(policy_with(use))}"
    return f"aws iam put-role-policy --role-name {shlex.quote(role)} {document}"


def of_role(permissions: Permissions, rulings: Iterable[Ruling]) -> Remedy | None:
    """How the role's policies, or its boundary, that deny these calls are narrowed; None where no document was read."""
    wanted = {document for each in rulings for document, _ in each.denying}
    whole = {"boundary": permissions.boundary}
    found = [
        replace(each, arn=each.arn or whole.get(each.kind, ""))
        for each in permissions.policies
        if titled(each) in wanted
    ]
    if not found:
        return None
    role = permissions.caller.name
    commands = [command for number, each in enumerate(found) for command in of_policy(each, role, _file(number))]
    words = dict.fromkeys(words for each in found for words in _words(each))
    return Remedy(" ".join(words), commands=tuple(commands))


def _file(number: int) -> str:
    """The word that stands for the reader's file: each document has one of its own."""
    return f"file://NARROWED_{number + 1}" if number else "file://NARROWED"


def _by_aws(policy: Policy) -> bool:
    return ":iam::aws:" in policy.arn


def _words(policy: Policy) -> tuple[str, ...]:
    """What the reader must know of its commands."""
    if _by_aws(policy):
        return (_AWS_OWN if policy.kind == "managed" else _INSTEAD,)
    return (HOW,) if policy.kind == "inline" else (HOW, _VERSIONS)


def of_policy(policy: Policy, role: str, written: str) -> tuple[str, str]:
    """Of one of the role's policies; `written` is what the command writes. One of AWS's own is taken from the role instead."""
    role = shlex.quote(role)
    if policy.kind == "inline":
        named = f"--role-name {role} --policy-name {shlex.quote(policy.name)}"
        return (
            f"aws iam get-role-policy {named} --query PolicyDocument",
            f"aws iam put-role-policy {named} --policy-document {written}",
        )
    arn = shlex.quote(policy.arn) if policy.arn else "POLICY_ARN"
    version = f'"$(aws iam get-policy --policy-arn {arn} --query Policy.DefaultVersionId --output text)"'
    shown = f"aws iam get-policy-version --policy-arn {arn} --version-id {version} --query PolicyVersion.Document"
    if not _by_aws(policy):
        return shown, f"aws iam create-policy-version --policy-arn {arn} --set-as-default --policy-document {written}"
    if policy.kind == "boundary":
        return shown, f"aws iam put-role-permissions-boundary --role-name {role} --permissions-boundary BOUNDARY_ARN"
    return shown, f"aws iam detach-role-policy --role-name {role} --policy-arn {arn}"


def of_endpoint(endpoint: str) -> tuple[str, str]:
    """Of a VPC endpoint, by its id."""
    return (
        f"aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {endpoint} --query 'VpcEndpoints[0].PolicyDocument' "
        "--output text",
        f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --policy-document file://NARROWED",
    )


# Of each kind of resource: the word for one whose name is not known, how the CLI names it, what shows its policy, what writes it.
# GetKeyPolicy and PutKeyPolicy take no alias (KMS API reference), and DynamoDB's take ARNs alone. A queue's attributes are
# shown as they are written: an object whose member Policy holds the document as text.
_RESOURCES = {
    "bucket": (
        "BUCKET",
        "--bucket {name}",
        "aws s3api get-bucket-policy {named} --query Policy --output text",
        "aws s3api put-bucket-policy {named} --policy file://NARROWED",
    ),
    "queue": (
        "QUEUE",
        '--queue-url "$(aws sqs get-queue-url --queue-name {name} --query QueueUrl --output text)"',
        "aws sqs get-queue-attributes {named} --attribute-names Policy --query Attributes",
        "aws sqs set-queue-attributes {named} --attributes file://NARROWED",
    ),
    "table": (
        "TABLE",
        '--resource-arn "$(aws dynamodb describe-table --table-name {name} --query Table.TableArn --output text)"',
        "aws dynamodb get-resource-policy {named} --query Policy --output text",
        "aws dynamodb put-resource-policy {named} --policy file://NARROWED",
    ),
    "secret": (
        "SECRET",
        "--secret-id {name}",
        "aws secretsmanager get-resource-policy {named} --query ResourcePolicy --output text",
        "aws secretsmanager put-resource-policy {named} --resource-policy file://NARROWED",
    ),
    "key": (
        "KEY",
        "--key-id {name}",
        "aws kms get-key-policy {named} --policy-name default --query Policy --output text",
        "aws kms put-key-policy {named} --policy-name default --policy file://NARROWED",
    ),
    "alias": (
        "KEY",
        '--key-id "$(aws kms describe-key --key-id {name} --query KeyMetadata.Arn --output text)"',
        "aws kms get-key-policy {named} --policy-name default --query Policy --output text",
        "aws kms put-key-policy {named} --policy-name default --policy file://NARROWED",
    ),
    "topic": (
        "TOPIC_ARN",
        "--topic-arn {name}",
        "aws sns get-topic-attributes {named} --query Attributes.Policy --output text",
        "aws sns set-topic-attributes {named} --attribute-name Policy --attribute-value file://NARROWED",
    ),
}


def of_resource(kind: str, name: str) -> tuple[str, ...]:
    """Of a resource's own policy; a word in capitals stands for a `name` that is "". None, where its kind has no policy."""
    kind = "alias" if kind == "key" and "alias/" in name else kind
    if kind not in _RESOURCES:
        return ()
    word, naming, *commands = _RESOURCES[kind]
    named = naming.format(name=shlex.quote(name) if name else word)
    return tuple(each.format(named=named) for each in commands)


def of_organization(filter_: str) -> tuple[str, str, str]:
    """Of an organization, in its management account: which policies there are, what one says, and how it is written back."""
    return (
        f"aws organizations list-policies-for-target --target-id ACCOUNT --filter {filter_}",
        "aws organizations describe-policy --policy-id POLICY --query Policy.Content --output text",
        "aws organizations update-policy --policy-id POLICY --content file://NARROWED",
    )
