"""A remedy's commands are carried out against the emulated account, and the same judgement finds the function healthy.

Commands that only look are carried out as well, where nothing is left for the reader to put in. Where a statement denies, the
reader narrows the document: what they write stands here beside the row.

These rows are mended by nothing that the emulated account could be told; the mended variants of some are in `sound`:

- An organization's policies stand in the front alone, since no API of the function's account tells them, and the management
  account is none of the laboratory's. `tests/policies/test_mending.py` has moto's organization carry out those commands.
- A session policy is passed by the code's own AssumeRole, a client's keys, region and profile by the code's own settings
  (`faults_keys.CLIENT`, "queue's URL of another region"): commands find the place in the code.
- The environment's keys are set by Lambda, by a container image's own entry point, or by code before boto3 is there
  (`faults_keys.ENVIRONMENT`): Lambda's API refuses variables of these names, and no command reaches a sandbox's clock.
- "the role was made again", "the role is gone": the sandbox's token is Lambda's to renew, once the function's role was
  chosen again. The emulator's functions keep the one that they were started with.
- "bucket of another region", and the one with a gateway alone: the bucket is right, and the client's region or the way there
  is not. "another account's bucket, open to all": whose bucket is meant, the function's variable and its code decide.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from faults_permissions import EVERYTHING, IN_BUCKET, OWNERS, QUEUE, TABLE
from tables import BY_NAME
from vpc import Vpc
from vpc_role import ROLE, deny, policy

MENDED = (
    "role without the queue's actions",
    *("no such bucket", "no such queue", "no such table", "no such secret", "no such parameter"),
    *(
        "table is still created",
        "secret scheduled for deletion",
        "queue hides messages for less than the function takes",
        "queue's URL with a name that drifted",
        "table's variable that drifted",
    ),
    *("role that names another queue", "role that may list tables, and no more", "role without the secret"),
    *("role that names the bucket and not its objects", "boundary without the queue's actions"),
    *("SQS's endpoint lets another queue through", "S3's endpoint lets another bucket through"),
    "SQS's endpoint lets another account through",
    *(
        "no egress at all",
        "endpoint lets nobody in",
        "request stopped by the own ACL",
        "answer stopped by the endpoint's ACL",
    ),
    *("database lets nobody in", "no egress, to a gateway endpoint", "no egress, two services"),
)

_GONE = "vpce-0123456789abcdef0"
# A denial that excepts the function's role.
_BUT_OURS = {"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": _GONE, "aws:PrincipalArn": ROLE}}}
_REGIONS = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
_KEPT = deny("dynamodb:DeleteTable", resource=TABLE)


def _attributes(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A queue's, as they are shown and written."""
    return {"Policy": json.dumps(policy(*map(dict, statements)))}


# What the reader makes of the document that denies: it still denies something.
NARROWED: dict[str, dict[str, Any]] = {
    "managed policy denies DynamoDB": policy(_KEPT),
    "role denied outside another region": policy(deny("*", Condition=_REGIONS)),
    "boundary denies the table": policy(EVERYTHING, _KEPT),
    "DynamoDB's endpoint denies the table": policy({"Principal": "*", **EVERYTHING}, {"Principal": "*", **_KEPT}),
    "bucket denies all but an endpoint that is gone": policy(deny("s3:*", resource=IN_BUCKET, **_BUT_OURS)),
    "queue denies all but an endpoint that is gone": _attributes(deny("sqs:*", resource=QUEUE, **_BUT_OURS)),
    "queue denies the role": _attributes(deny("sqs:DeleteQueue", resource=QUEUE, Principal={"AWS": ROLE})),
    "secret denies the role": policy(deny("secretsmanager:DeleteSecret", Principal={"AWS": ROLE})),
    "key denies the role": policy(OWNERS, deny("kms:ScheduleKeyDeletion", Principal={"AWS": ROLE})),
    "the variables' key denied to the role": policy(
        deny("kms:Decrypt", resource="arn:aws:kms:*:*:key/of-another-team")
    ),
}


@pytest.fixture(scope="module")
def vpc(means: None) -> Iterator[Vpc]:
    with Vpc() as running:
        yield running


@pytest.fixture(scope="module")
def words(vpc: Vpc) -> dict[str, str]:
    """What the reader puts in the place of words in capitals: a table's key, and a file with a secret's value."""
    value: Path = vpc.folder / "value"
    value.write_text("not much of a secret")
    return {"KEY": "id", "VALUE": str(value)}


def problems(verdict: dict[str, Any]) -> list[str]:
    """The problems of a verdict, hints left aside."""
    found = [each for each in verdict["findings"] if each["outcome"] == "problem" and each["severity"] != "hints"]
    return [each["id"] for each in found]


@pytest.mark.long
@pytest.mark.parametrize("name", MENDED)
def test_the_commands_mend_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    _mended(vpc, words, name)


@pytest.mark.long
@pytest.mark.parametrize("name", NARROWED)
def test_the_narrowed_document_mends_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    narrowed: Path = vpc.folder / "narrowed"
    narrowed.write_text(json.dumps(NARROWED[name]))
    commands = _mended(vpc, {**words, "NARROWED": str(narrowed)}, name)
    assert not any(word in command for command in commands for word in ("BUCKET", "QUEUE", "ROLE", "URL", "ENDPOINT"))


def _mended(vpc: Vpc, words: Mapping[str, str], name: str) -> list[str]:
    """Whether the first diagnosis is the right one, and nothing is wrong any more after its commands; which they were."""
    told = vpc.do("remedied", name=name, words=words)
    assert told["before"]["diagnoses"][0]["check"] == BY_NAME[name].expect[0]
    assert told["commands"]
    assert problems(told["after"]) == [], told["commands"]
    assert told["after"]["status"] == "healthy", told["after"]["headline"]
    return list(told["commands"])
