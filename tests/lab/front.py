"""What AWS decides of a rightly signed call: by the policies that the emulated account holds, in the words of its denials.

moto lets every call pass. This reads the same account's policies, asks the tests' own evaluator (`tests.policies.naive`,
nothing of the doctor's), and denies as AWS does: with the kind of policy in the message's tail. Which endpoint a call came
by is told by the packets: behind NAT nobody has a private address.

Source of the tails: IAM user guide, "Troubleshoot access denied error messages".
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

from doctor.demo import gate
from tests.network.account import ACCOUNT, REGION
from tests.policies import naive

FROM = "HTTP_X_LAB_FROM"  # the header in which a gate's request tells the caller's address
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/orders"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders/orders"
Policy = dict[str, Any]

_VPC = ip_network("10.0.0.0/8")
SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")
_BUCKET = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]*)\.s3[.-].*|s3[.-].*")
# What parameters name the resource, and its ARN's last part; a call that names none is about all of them.
_NAMED = {
    "sqs": (("QueueUrl", "QueueName"), "{name}"),
    "dynamodb": (("TableName",), "table/{name}"),
    "secretsmanager": (("SecretId",), "secret:{name}-AbCdEf"),
    "sns": (("TopicArn",), "{name}"),
    "kms": (("KeyId",), "key/{name}"),
    "ssm": ((), "*"),
}
_OF_S3 = {"HEAD": "s3:ListBucket", "GET": "s3:ListBucket", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
_WORDS = {
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "endpoint": "a VPC endpoint policy",
    "resource": "a resource-based policy",
    "identity": "an identity-based policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as policies see it. `private` tells that it came by a VPC endpoint; `bucket` is "" for all other services."""

    service: str
    action: str
    resource: str
    owner: str
    private: bool
    region: str
    bucket: str = ""


def called(request: gate.Request) -> Call | None:
    """The call that a request makes; None for services whose permissions are not what the laboratory is about."""
    scope = SCOPE.search(request.headers.get("Authorization", ""))
    if scope is None:
        return None
    service, region = scope["service"], scope["region"]
    private = ip_address(request.headers.get("X-Lab-From", "::1").removeprefix("::ffff:")) in _VPC
    if service == "s3":
        return _of_s3(request, private, region)
    if service not in _NAMED:
        return None
    operation, asked = _asked(request)
    parameters, form = _NAMED[service]
    named = next((str(asked[each]) for each in parameters if asked.get(each)), "*")
    owner, name = _whose(named)
    resource = f"arn:aws:{service}:{region}:{owner}:{form.format(name=name)}"
    return Call(
        service=service,
        action=f"{service}:{operation}",
        resource=resource,
        owner=owner,
        private=private,
        region=region,
    )


def _asked(request: gate.Request) -> tuple[str, Mapping[str, Any]]:
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if target:
        return target, json.loads(request.body or b"{}")
    asked = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return asked.get("Action", ""), asked


def _whose(named: str) -> tuple[str, str]:
    """Account and name that a URL, an ARN or a bare name tells."""
    if named.startswith("arn:"):
        parts = named.split(":", 5)
        return parts[4] or ACCOUNT, _bare(named)
    url = re.search(r"/(\d{12})/(.+)", named)
    return (url[1], url[2]) if url else (ACCOUNT, named)


def _bare(arn: str) -> str:
    """The name in an ARN's last part."""
    return re.sub(r"^(?:table/|key/|secret:)|-AbCdEf$", "", arn.split(":", 5)[5])


def bucket_of(host: str, path: str) -> str:
    """The bucket that a request to S3 names, in its host or as the first part of its path."""
    found = _BUCKET.fullmatch(host.partition(":")[0])
    return (found["bucket"] if found else "") or path.partition("?")[0].lstrip("/").partition("/")[0]


def _of_s3(request: gate.Request, private: bool, region: str) -> Call:
    bucket = bucket_of(request.headers.get("Host", ""), request.uri)
    action = _OF_S3.get(request.method, "s3:*") if bucket else "s3:ListAllMyBuckets"
    action = "s3:GetBucketLocation" if request.uri.endswith("?location") else action
    return Call(
        service="s3",
        action=action,
        resource=f"arn:aws:s3:::{bucket or '*'}",
        owner=owner_of(bucket) or ACCOUNT,
        private=private,
        region=region,
        bucket=bucket,
    )


def owner_of(bucket: str) -> str:
    """The account that a bucket belongs to; "" where there is no such bucket."""
    _, account = s3_backends.bucket_accounts.get(bucket, ("", ""))
    return str(account)


def region_of(bucket: str) -> str:
    """The region of a bucket; "" where there is no such bucket."""
    account = owner_of(bucket)
    return str(s3_backends[account]["aws"].buckets[bucket].region_name) if account else ""


class Policies:
    """The account's policies. `ceilings` are those that no API of the account tells: of the organization, of the session.

    For each kind (`scp`, `rcp`, `session`) a list of levels, and each level is a list of policies.
    """

    def __init__(self) -> None:
        self.ceilings: dict[str, list[list[Policy]]] = {}

    def refusal(self, request: gate.Request) -> gate.Fault | None:
        """What AWS says where its policies do not let the role call this; None where they do."""
        call = called(request)
        tail = self._tail(call) if call else ""
        if not call or not tail:
            return None
        words = f"User: {SESSION_ARN} is not authorized to perform: {call.action} on resource: {call.resource} {tail}"
        return denied(words)

    def _tail(self, call: Call) -> str:
        """How the message ends; "" where the call is allowed."""
        request = _request(call)
        found = {
            kind: [naive.said(level, kind, request, naive.Reading()) for level in levels]
            for kind, levels in self._levels(call).items()
        }
        for kind, words in _WORDS.items():
            if any(effects["Deny"] for effects in found.get(kind, [])):
                return f"with an explicit deny in {words}"
        for kind in ("scp", "rcp", "endpoint"):
            if not all(effects["Allow"] for effects in found.get(kind, [])):
                return _none_allows(kind, call)
        if naive.granted(found, request, naive.Reading()):
            return ""
        if call.owner != ACCOUNT and not any(effects["Allow"] for effects in found.get("resource", [])):
            return _none_allows("resource", call)
        limits = ("boundary", "session")
        limit = next((kind for kind in limits if not all(each["Allow"] for each in found.get(kind, []))), "identity")
        return _none_allows(limit, call)

    def _levels(self, call: Call) -> dict[str, list[list[Policy]]]:
        levels = {**self.ceilings, "identity": [list(_identity())], "resource": [list(_resource(call))]}
        if bounded := list(_boundary()):
            levels["boundary"] = [bounded]
        if call.private and (endpoint := endpoint_of(call.service)):
            levels["endpoint"] = [[json.loads(endpoint.policy_document)]]
        return levels


def denied(words: str) -> gate.Fault:
    """An authorization failure, by each protocol's code."""
    return gate.Fault("AccessDenied", "AccessDeniedException", "AccessDenied", words, "UnauthorizedOperation")


def _none_allows(kind: str, call: Call) -> str:
    return f"because no {_WORDS[kind].partition(' ')[2]} allows the {call.action} action"


def _request(call: Call) -> dict[str, Any]:
    """The call as the evaluator takes it, with the context that AWS gives to every call of a function."""
    context = {
        "aws:principalarn": [ROLE_ARN],
        "aws:principalaccount": [ACCOUNT],
        "aws:resourceaccount": [call.owner],
        "aws:securetransport": ["true"],
        "aws:requestedregion": [call.region],
    }
    endpoint = endpoint_of(call.service) if call.private else None
    if endpoint:
        context |= {"aws:sourcevpce": [endpoint.id], "aws:sourcevpc": [endpoint.vpc_id]}
    else:
        context |= {"aws:sourceip": ["198.51.100.10"]}
    return {
        "action": call.action,
        "resource": call.resource,
        "session": SESSION_ARN,
        "role": ROLE_ARN,
        "account": ACCOUNT,
        "owner": call.owner,
        "context": context,
    }


def endpoint_of(service: str) -> Any:
    """moto's VPC endpoint of a service; None where there is none."""
    made = ec2_backends[ACCOUNT][REGION].vpc_end_points.values()
    return next((each for each in made if each.service_name == f"com.amazonaws.{REGION}.{service}"), None)


def _identity() -> Iterable[Policy]:
    role = iam_backends[ACCOUNT]["aws"].get_role("orders")
    for text in role.policies.values():
        yield json.loads(text)
    for policy in role.managed_policies.values():
        yield _current(policy)


def _boundary() -> Iterable[Policy]:
    backend = iam_backends[ACCOUNT]["aws"]
    if arn := backend.get_role("orders").permissions_boundary_arn:
        yield _current(backend.managed_policies[arn])


def _current(managed: Any) -> Policy:
    text = next(each.document for each in managed.versions if each.version_id == managed.default_version_id)
    return dict(json.loads(text))


def _resource(call: Call) -> Iterable[Policy]:
    text: Any = None
    if call.bucket and owner_of(call.bucket):
        text = s3_backends[owner_of(call.bucket)]["aws"].buckets[call.bucket].policy
    elif call.service == "sqs":
        queue = sqs_backends[call.owner][call.region].queues.get(call.resource.rpartition(":")[2])
        text = queue.policy if queue else None
    elif call.service == "kms":
        text = _of_key(call)
    elif call.service == "secretsmanager":
        secret = secretsmanager_backends[call.owner][call.region].secrets.get(_bare(call.resource))
        text = secret.policy if secret else None
    if text:
        yield json.loads(text)


def _of_key(call: Call) -> str:
    """A key's policy; of calls that are about none of them, that which leaves it to the account, as KMS does."""
    keys, named = kms_backends[call.owner][call.region], _bare(call.resource)
    key = keys.keys.get(keys.get_key_id_from_alias(named) or named)
    left = {"Effect": "Allow", "Principal": {"AWS": call.owner}, "Action": "kms:*", "Resource": "*"}
    return str(key.policy) if key else json.dumps({"Statement": left})
