"""Whose credentials these are, by AWS's own word: one signed call on the default chain.

STS is an instrument, not a target: a VPC without an STS endpoint is no fault. Where STS cannot be reached, a
signed call to a declared service judges the credentials as well, since AWS verifies the signature before it
looks at permissions: even AccessDenied proves the credentials sound.
"""

import email.utils
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.request import ServiceTarget
from doctor.world import World

if TYPE_CHECKING:
    import boto3

# Reads that return names at the most; denied is as good an answer as granted.
_SIGNED_READS = {
    "sqs": ("list_queues", "sqs:ListQueues"),
    "dynamodb": ("list_tables", "dynamodb:ListTables"),
    "s3": ("list_buckets", "s3:ListAllMyBuckets"),
    "sns": ("list_topics", "sns:ListTopics"),
    "secretsmanager": ("list_secrets", "secretsmanager:ListSecrets"),
    "kms": ("list_aliases", "kms:ListAliases"),
}

# Error codes by which AWS refuses the credentials themselves. One cause, one code a protocol family
# (AWS General Reference, "Common errors"; S3 error responses).
REJECTIONS = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "InvalidToken",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "AuthorizationHeaderMalformed",
        "RequestTimeTooSkewed",
    }
)


class Answer(StrEnum):
    """What came of a signed call."""

    ACCEPTED = "accepted"  # AWS verified the signature
    REJECTED = "rejected"  # AWS answered, and refused the credentials
    REFUSED = "refused"  # an answer that is no verdict on the credentials: throttled, HTML of a proxy, 500
    UNREACHABLE = "unreachable"  # no answer
    UNSIGNED = "unsigned"  # the call was never sent: no credentials, no region, no such profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """AWS's answer to one signed call. `took` is seconds, `skew` those that AWS's clock is ahead of ours.

    Account numbers are cut to their last four digits.
    """

    instrument: str
    answer: Answer
    host: str = ""
    code: str = ""
    error: str = ""
    message: str = ""
    request_id: bool = False
    account: str = ""
    principal: str = ""
    took: float = 0.0
    skew: float | None = None


@dataclass(frozen=True, kw_only=True)
class Caller(Facts):
    """The default chain's identity. `sts_declared` tells whether STS itself is a target of this run."""

    kind: ClassVar[str] = "caller"
    actions: ClassVar[tuple[str, ...]] = (
        "sts:GetCallerIdentity",
        *(action for _, action in _SIGNED_READS.values()),
    )
    preload: ClassVar[str] = "doctor.preload"

    identity: Identity
    sts_declared: bool

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Sign one call; where STS is out of reach, one to each declared service that has a harmless read."""
        declared = {target.service for target in world.request.targets if isinstance(target, ServiceTarget)}
        identity = ask(world, world.session(), most=world.left(0.5, most=8))
        for service in sorted(declared & set(_SIGNED_READS)):
            if identity.answer is not Answer.UNREACHABLE:
                break
            other = ask(world, world.session(), service, most=world.left(0.3, most=5))
            identity = other if other.answer in (Answer.ACCEPTED, Answer.REJECTED) else identity
        yield cls(identity=identity, sts_declared="sts" in declared)


def ask(world: World, session: "boto3.Session", service: str = "sts", *, most: float, **client: Any) -> Identity:
    """Make one signed call and classify what comes back, within `most` seconds.

    A thread does it, because no boto3 timeout bounds name resolution; a thread that hangs dies with this child.
    """
    seen: dict[str, Any] = {"answer": Answer.UNREACHABLE, "message": f"no answer within {most:.1f} s"}
    started = time.monotonic()
    thread = threading.Thread(target=_call, args=(session, service, most, client, seen), daemon=True)
    thread.start()
    thread.join(most)
    return Identity(instrument=service, took=round(time.monotonic() - started, 4), **dict(seen))


def _call(session: "boto3.Session", service: str, most: float, client: dict[str, Any], seen: dict[str, Any]) -> None:
    from botocore.config import Config  # children only
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError
    from botocore.parsers import ResponseParserError

    operation = _SIGNED_READS[service][0] if service != "sts" else "get_caller_identity"
    patience = max(0.5, most / 2)
    config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
    try:
        made = session.client(service, config=config, **client)  # type: ignore[call-overload]
        made.meta.events.register("before-send.*.*", lambda request, **_: seen.update(host=_host(request.url)))
        reply = getattr(made, operation)()
    except ClientError as error:
        seen.update(_refusal(error))
    except (HTTPClientError, NoConnectionError) as error:
        inner = error.kwargs.get("error")
        seen.update(answer=Answer.UNREACHABLE, error=type(error).__name__, message=_root(inner or error))
    except ResponseParserError as error:
        seen.update(answer=Answer.REFUSED, error=type(error).__name__, message=str(error)[:300])
    except (BotoCoreError, ValueError) as error:
        seen.update(answer=Answer.UNSIGNED, error=type(error).__name__, message=str(error)[:300])
    except Exception as error:  # noqa: BLE001 - silence would pass for a dead network
        seen.update(answer=Answer.REFUSED, error=type(error).__name__, message=str(error)[:300])
    else:
        seen.update(_granted(reply))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _granted(reply: dict[str, Any]) -> dict[str, Any]:
    # arn:aws:sts::123456789012:assumed-role/role/session: the session name may be a person's
    principal = "/".join(str(reply.get("Arn", "")).rpartition(":")[2].split("/")[:2])
    account = str(reply.get("Account", ""))
    return {
        "answer": Answer.ACCEPTED,
        "request_id": bool(reply.get("ResponseMetadata", {}).get("RequestId")),
        "skew": _skew(reply),
        "message": "",
        "account": f"…{account[-4:]}" if account else "",
        "principal": principal,
    }


def _skew(reply: dict[str, Any]) -> float | None:
    date = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return round(email.utils.parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (ValueError, TypeError, OverflowError):
        return None


def _refusal(error: Any) -> dict[str, Any]:
    code = str(error.response.get("Error", {}).get("Code", ""))
    metadata = error.response.get("ResponseMetadata", {})
    request_id = bool(metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("x-amzn-requestid"))
    if code in REJECTIONS:
        answer = Answer.REJECTED
    elif code.startswith(("AccessDenied", "UnauthorizedOperation")):
        answer = Answer.ACCEPTED
    else:
        answer = Answer.REFUSED
    message = str(error.response.get("Error", {}).get("Message", ""))[:300]
    return {
        "answer": answer,
        "code": code,
        "error": type(error).__name__,
        "message": message,
        "request_id": request_id,
    }


def _root(error: BaseException) -> str:
    """The innermost cause in a line: botocore's own text is the same for five different faults."""
    reason: object = error
    while (inner := getattr(reason, "reason", None)) is not None and isinstance(inner, BaseException):
        reason = inner
    return f"{type(reason).__name__}: {str(reason)[:250]}"
