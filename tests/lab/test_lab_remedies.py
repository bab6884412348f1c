"""A remedy's commands are carried out against the emulated account, and the same judgement finds the function healthy.

Commands that only look are carried out as well, where nothing is left for the reader to put in. Where a statement denies, the
reader narrows the document: what they write stands here beside the row.

Every other row has its reason in `UNMENDED`. The mended variants of some are in `sound`, and `tests/policies/test_mending.py`
has moto's organization carry out the commands that change an organization's policies.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import faults_paired
import pytest
from faults_permissions import EVERYTHING, IN_BUCKET, OWNERS, QUEUE, TABLE
from tables import BY_NAME, FAULTS
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
    *("no egress, by NAT", "no egress to the database", "egress to another port", "egress to another block"),
    *("egress to another group", "egress to another service's list", "egress to the VPC, target beyond it"),
    *("endpoint lets other blocks in", "endpoint lets another group in", "endpoint lets another port in"),
    *("database lets others in", "peer's database lets others in"),
    *("request beyond the VPC stopped by the own ACL", "request stopped by the endpoint's ACL"),
    *("request to the database stopped by its ACL", "answer stopped by the own ACL"),
    *("nearly all answers stopped by the own ACL", "answer from the internet stopped by the own ACL"),
    "endpoint's ACL lets out 443 alone",
    *("NAT's ACL, requests out", "NAT's ACL, requests in", "NAT's ACL, answers in", "NAT's ACL, answers out"),
    *("isolated, and no endpoint", "isolated, gateway endpoint gone", "second subnet leads nowhere"),
    *("isolated, S3's gateway endpoint unrouted", "isolated, DynamoDB's gateway endpoint unrouted"),
    *("isolated, target on the internet", "default route straight to the internet gateway"),
    *("internet gateway detached", "NAT without internet", "peering not accepted", "peer does not route back"),
    *("resolver off", "isolated, host names off", "isolated, private names off"),
    *("NAT failed", "NAT deleting", "NAT private", "blackhole", "dual stack without a way for IPv6"),
    *("Block Public Access", "encryption control enforces", "DNS Firewall denies", "DNS Firewall empties"),
    *("a zone shadows AWS", "the role was made again"),
)

# The symptom comes first, which has no cure of its own, and the commands are those of the cause that stands beside it.
CAUSED = {
    "a rule diverts AWS": "dns.resolver-rule-diverts",
    **dict.fromkeys(
        (
            *("own resolver denies", "own resolver fails", "own resolver is silent"),
            "own resolver leads past the endpoint",
        ),
        "dns.custom-resolver",
    ),
}

# Why the commands of the other rows are not carried out: by the check that their first diagnosis is of.
UNMENDED: dict[str, tuple[str, ...]] = {
    "what is to be written only the reader knows: which private subnets the function shall stand in, which attachment leads to "
    "the network that is meant": (*("network.public-subnet", "network.transit-gateway-broken"),),
    "nobody has the address, or it is of no network here: which one is meant the reader decides, and the commands look": (
        *("network.target-missing", "network.no-route"),
    ),
    "the endpoint's state is AWS's or its service owner's, who accepts it in an account of their own": (
        "network.endpoint-unavailable",
    ),
    "the zone, the rule or the resolver answers for others too: the commands find whose it is, and what it shall answer is "
    "theirs to say; an answer that nothing configured explains has no command at all": (
        *("dns.private-zone-shadows", "dns.server-failure", "dns.name-not-found", "dns.no-address"),
        *("dns.resolver-silent", "dns.stale-answer", "dns.public-answer", "client.slow-dns"),
    ),
    "it stands beyond the API: a server, an appliance or its certificate, which no command of AWS changes; the commands look": (
        *("reach.connection-refused", "reach.certificate-untrusted", "reach.certificate-wrong-name"),
        *("reach.no-response", "reach.handshake-timeout", "reach.connection-reset", "reach.not-tls", "reach.not-aws"),
        *("reach.unreachable", "reach.connect-timeout", "reach.some-addresses-dead"),
        *("reach.flaky", "client.slow-service", "network.model-contradicted", "reach.expectation-failed"),
    ),
    "Lambda sets the keys of the environment, or a container image's entry point or code before boto3 is there; Lambda's API "
    "refuses variables of these names": (
        *("credentials.blank-environment-keys", "credentials.none-found", "credentials.partial"),
        *("credentials.missing-session-token", "credentials.stray-session-token", "credentials.malformed-key"),
        *("credentials.placeholder-keys", "credentials.expired", "credentials.signature-mismatch"),
        *("credentials.environment-overridden", "credentials.long-lived-key", "credentials.wrong-principal"),
    ),
    "the commands find whose the keys are that AWS refuses; what put them there is the code's or its packaging's, and which "
    "policies a role had that is gone nobody tells any more": ("credentials.rejected",),
    "no command reaches a sandbox's clock": ("credentials.clock-skew",),
    "a client's keys, region, host or profile are set by the code's own settings, and the commands find the place": (
        *("credentials.application-client-differs", "credentials.blank-explicit-keys", "credentials.profile-selected"),
        *("credentials.keys-copied-into-settings", "client.region-differs", "client.legacy-host"),
    ),
    "a variable holds what the reader means to be elsewhere; the emulator's functions keep the variables that they were "
    "started with": (
        *(
            "client.ca-bundle-unusable",
            "client.endpoint-override",
            "client.global-sts-host",
            "client.proxy-unreachable",
        ),
        *("client.region-missing", "client.region-unknown"),
    ),
    "an organization's policies stand in the front alone: no API of the function's account tells them, and the management "
    "account is none of the laboratory's": ("permission.service-control-policy", "permission.resource-control-policy"),
    "the code passes the session's policy in its own AssumeRole": ("permission.session-policy",),
    "the bucket is right, and the client's region or the way there is not; or whose bucket is meant the code decides": (
        *("resource.bucket-other-region", "resource.bucket-other-owner"),
    ),
}
# Two faults at once: the commands of the first diagnosis mend the first, and the second is the next one's.
NEXT = (*(row.name for row in faults_paired.ROWS), "own ACL without any rule", "isolated, and no endpoint for two")

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
    """What the reader puts in the place of words in capitals: a table's key, a file with a secret's value, another role."""
    value: Path = vpc.folder / "value"
    value.write_text("not much of a secret")
    return {"KEY": "id", "VALUE": str(value), "OTHER_ROLE_ARN": f"{ROLE}-for-a-moment"}


def problems(verdict: dict[str, Any]) -> list[str]:
    """The problems of a verdict, hints left aside."""
    found = [each for each in verdict["findings"] if each["outcome"] == "problem" and each["severity"] != "hints"]
    return [each["id"] for each in found]


def test_every_fault_is_mended_or_says_why_not() -> None:
    reasons = [check for checks in UNMENDED.values() for check in checks]
    tried = {*MENDED, *CAUSED, *NARROWED}
    left = [row for row in FAULTS if row.name not in (*tried, *NEXT)]
    assert [row.name for row in left if row.expect[0] not in reasons] == []
    assert set(reasons) <= {row.expect[0] for row in left}, "a reason is for some row"
    assert len(reasons) == len(set(reasons)), "for one reason"
    assert not tried & set(NEXT)
    assert tried | set(NEXT) <= {row.name for row in FAULTS}


@pytest.mark.long
@pytest.mark.parametrize("name", MENDED)
def test_the_commands_mend_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    _mended(vpc, words, name)


@pytest.mark.long
@pytest.mark.parametrize("name", CAUSED)
def test_the_commands_of_the_cause_mend_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    _mended(vpc, words, name, CAUSED[name])


@pytest.mark.long
@pytest.mark.parametrize("name", NARROWED)
def test_the_narrowed_document_mends_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    narrowed: Path = vpc.folder / "narrowed"
    narrowed.write_text(json.dumps(NARROWED[name]))
    commands = _mended(vpc, {**words, "NARROWED": str(narrowed)}, name)
    assert not any(word in command for command in commands for word in ("BUCKET", "QUEUE", "ROLE", "URL", "ENDPOINT"))


def _mended(vpc: Vpc, words: Mapping[str, str], name: str, cause: str = "") -> list[str]:
    """Whether the first diagnosis is the right one, and nothing is wrong any more after its commands; which they were."""
    told = vpc.do("remedied", name=name, words=words, cause=cause)
    assert told["before"]["diagnoses"][0]["check"] == BY_NAME[name].expect[0]
    assert told["commands"]
    assert problems(told["after"]) == [], told["commands"]
    assert told["after"]["status"] == "healthy", told["after"]["headline"]
    return list(told["commands"])
