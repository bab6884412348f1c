"""Whose credentials these are, by AWS's own word: one signed call on the default chain.

STS is an instrument, not a target: a VPC without an STS endpoint is no fault. Where STS cannot be reached, a
signed call to a declared service judges the credentials as well, since AWS verifies the signature before it
looks at permissions: even AccessDenied proves the credentials sound.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self

from doctor import atlas, boundary
from doctor.evidence import Facts, Missing
from doctor.evidence.calls.replies import bound_replies, is_own
from doctor.evidence.environment import is_aws, override
from doctor.redact import cut
from doctor.world import World

# Reads that return names at the most; denied is as good an answer as granted.
_SIGNED_READS = {
    "sqs": ("list_queues", "sqs:ListQueues"),
    "dynamodb": ("list_tables", "dynamodb:ListTables"),
    "s3": ("list_buckets", "s3:ListAllMyBuckets"),
    "sns": ("list_topics", "sns:ListTopics"),
    "secretsmanager": ("list_secrets", "secretsmanager:ListSecrets"),
    "kms": ("list_aliases", "kms:ListAliases"),
}

# Error codes by which AWS refuses the credentials themselves; of these, the ones that speak of the signature, and those
# that speak of its time: the key itself was not refused.
REJECTIONS = atlas.Codes(speaker="aws-refusing")
SIGNATURE_CODES = atlas.Codes("signature-refused", "signature-unreadable")
TIME_CODES = atlas.Codes("time-refused")
_LONGEST, _HEAD, _END = 4000, 260, 180  # characters of a message: looked at, and kept of its start and its end
# What urllib3 puts before its words, and the digits after a tenth of a second: they help nobody, and differ each time.
_OBJECT, _FRACTION = re.compile(r"<[^<>]* at 0x[0-9a-f]+>:? ?"), re.compile(r"(timeout=\d+\.\d)\d+")
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{8}([0-9]{4})(?![0-9])")


class Answer(StrEnum):
    """What came of a signed call."""

    ACCEPTED = "accepted"  # AWS verified the signature
    REJECTED = "rejected"  # AWS answered, and refused the credentials
    REFUSED = "refused"  # an answer that is no verdict on the credentials: throttled, HTML of a proxy, 500
    UNREACHABLE = "unreachable"  # no answer
    UNSIGNED = "unsigned"  # the call was never sent: no credentials, no region, no such profile


_NO_VERDICT = (Answer.UNREACHABLE, Answer.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """AWS's answer to one signed call. `took` is seconds, `skew` those that AWS's clock is ahead of ours.

    Account numbers are cut to their last four digits, and the unique id of a role's session, `role_id`, as `cut_id` does.
    `silent_sts` is the host at which STS was asked in vain before another service answered; `mute` are services that were
    asked in its place and had not answered when their time was over.
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
    role_id: str = ""
    took: float = 0.0
    skew: float | None = None
    silent_sts: str = ""
    mute: tuple[str, ...] = ()


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
        yield cls(identity=identify(world), sts_declared=any(target.service == "sts" for target in world.services))


def identify(world: World, **credentials: str) -> Identity:
    """Who AWS says that these credentials are (none given: the default chain's): STS, else a declared service."""
    identity = ask(world, most=world.left(0.5, most=8), **credentials)
    declared = {target.service for target in world.services if target.reachable}
    for service in sorted(declared & set(_SIGNED_READS)):
        if identity.answer not in _NO_VERDICT:
            break
        other = ask(world, service, most=world.left(0.3, most=5), **credentials)
        if other.answer in (Answer.ACCEPTED, Answer.REJECTED):
            identity = replace(other, silent_sts=identity.host)
        elif other.answer is Answer.UNREACHABLE and not other.error:  # our time was over, and nothing had failed
            identity = replace(identity, mute=(*identity.mute, service))
    return identity


def ask(world: World, service: str = "sts", *, most: float, **credentials: str) -> Identity:
    """Make one signed call and classify what comes back, within `most` seconds.

    A thread does it, because no boto3 timeout bounds name resolution; a thread that hangs dies with this child.
    """
    seen: dict[str, Any] = {"answer": Answer.UNREACHABLE, "message": f"no answer within {most:.1f} s"}
    started = time.monotonic()
    thread = threading.Thread(target=_call, args=(world, service, most, credentials, seen), daemon=True)
    thread.start()
    thread.join(most)
    if thread.is_alive() and "host" not in seen:
        seen["message"] = f"no request was sent within {most:.1f} s"
    return Identity(instrument=service, took=round(time.monotonic() - started, 4), **dict(seen))


def _call(world: World, service: str, most: float, credentials: dict[str, str], seen: dict[str, Any]) -> None:
    from botocore.config import Config  # children only

    if elsewhere := overridden(world, service):
        seen.update(answer=Answer.UNSIGNED, error="EndpointOverride", message=elsewhere)
        return
    operation = _SIGNED_READS[service][0] if service != "sts" else "get_caller_identity"
    patience = max(0.5, most / 2)
    config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
    try:
        socket.getaddrinfo = only_probeable(socket.getaddrinfo, allow_loopback=world.allow_local)
        bound_replies()
        made = world.session().client(service, config=config, **credentials)  # type: ignore[call-overload]
        made.meta.events.register("before-send.*.*", lambda request, **_: seen.update(host=host_of(request.url)))
        bodies: list[bytes] = []
        made.meta.events.register("after-call.*.*", lambda http_response, **_: bodies.append(http_response.content))
        reply = getattr(made, operation)()
    except Exception as error:  # noqa: BLE001 - silence would pass for a dead network
        failure = failed(error)
        # Before a request is sent, a provider may ask AWS for credentials (AssumeRole, SSO): that answer is not ours.
        seen.update(failure if "host" in seen else failure | {"answer": Answer.UNSIGNED})
    else:
        seen.update(_granted(reply, is_own(service, reply, bodies[-1])))


def overridden(world: World, service: str) -> str:
    """Why no signed call is sent: the deployer's endpoint is connected to, and gets no credentials from us."""
    if world.allow_local or world.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    for variable in (f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}", "AWS_ENDPOINT_URL"):
        if url := world.environ.get(variable, "").strip():
            stands = override(variable, service, url)
            return (
                ""
                if stands.aws
                else f"{variable} puts {stands.address} in AWS's place, and no signed call is sent there"
            )
    return ""


def only_probeable(resolve: Callable[..., Any], *, allow_loopback: bool) -> Callable[..., Any]:
    """A getaddrinfo that gives no address which the doctor may not connect to, whoever put AWS's name there."""

    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        found = resolve(host, *rest, **named)
        if not is_aws(str(host)):
            return found
        allowed = [entry for entry in found if not boundary.refusal(entry[4][0], allow_loopback=allow_loopback)]
        if not allowed:
            raise OSError(f"{host} leads to {found[0][4][0]}, which is never probed")
        return allowed

    return guarded


def failed(error: Exception) -> dict[str, Any]:
    """What a call's exception says, as fields of `Identity`: at least `answer`, `error` and `message`."""
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if isinstance(error, ClientError):
        return _refusal(error)
    said: dict[str, Any] = {"answer": Answer.REFUSED, "error": type(error).__name__, "message": _words(str(error))}
    if isinstance(error, HTTPClientError | NoConnectionError):
        return said | {"answer": Answer.UNREACHABLE, "message": _root(error.kwargs.get("error") or error)}
    return said


def host_of(url: str) -> str:
    """Host and port of a URL, without user and password."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _granted(reply: dict[str, Any], own: bool) -> dict[str, Any]:
    # arn:aws:sts::123456789012:assumed-role/role/session: the session name may be a person's
    principal = "/".join(str(reply.get("Arn", "")).rpartition(":")[2].split("/")[:2])
    account = str(reply.get("Account", ""))
    request_id = bool(reply.get("ResponseMetadata", {}).get("RequestId"))
    lacks = "AWS's request id" if not request_id else "" if own else "what was asked for"
    return {
        "answer": Answer.ACCEPTED if request_id and own else Answer.REFUSED,  # any server can say 200 and {}
        "request_id": request_id,
        "skew": _skew(reply),
        "message": f"a success without {lacks}" if lacks else "",
        "account": f"…{account[-4:]}" if account else "",
        "principal": principal,
        "role_id": cut_id(str(reply.get("UserId", ""))),
    }


def cut_id(unique: str) -> str:
    """A role's unique id, which its sessions carry before a colon (IAM user guide, "IAM identifiers"): enough to compare."""
    role = unique.partition(":")[0]
    return f"{role[:4]}…{role[-4:]}" if role.startswith("AROA") else ""


def _skew(reply: dict[str, Any]) -> float | None:
    from email.utils import parsedate_to_datetime  # children only: botocore has loaded it

    date = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return round(parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (ValueError, TypeError, OverflowError):
        return None


def _refusal(error: Any) -> dict[str, Any]:
    said = error.response.get("Error", {})
    code = str(said.get("Code") or "")
    metadata = error.response.get("ResponseMetadata", {})
    request_id = bool(metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("x-amzn-requestid"))
    message = str(said.get("Message") or "")
    return {
        "answer": _verdict_on_credentials(code, message, request_id),
        "code": code,
        "error": type(error).__name__,
        "message": _words(message),
        "request_id": request_id,
        "skew": _skew(error.response),
    }


def _verdict_on_credentials(code: str, message: str, request_id: bool) -> Answer:
    """What the atlas makes of an error. A denial comes after the signature was verified, if it is AWS's own."""
    cause = atlas.answered(code, message)
    if cause and cause.speaker == "aws-refusing":
        return Answer.REJECTED
    return Answer.ACCEPTED if request_id and cause and cause.speaker.startswith("aws-denying") else Answer.REFUSED


def _words(message: str) -> str:
    """A message, which may quote a whole reply, with account numbers cut: a denial begins with who, and ends with why."""
    whole = cut(_ACCOUNT.sub(r"…\1", message), _LONGEST)
    return whole if len(whole) <= _HEAD + _END else f"{whole[:_HEAD]} … {whole[-_END:]}"


def _root(error: BaseException) -> str:
    """The innermost cause in a line: botocore's own text is the same for five different faults."""
    reason: object = error
    while (inner := getattr(reason, "reason", None)) is not None and isinstance(inner, BaseException):
        reason = inner
    told = next((each for each in reversed(getattr(reason, "args", ())) if isinstance(each, str)), str(reason))
    words = _FRACTION.sub(r"\1", _OBJECT.sub("", told))
    return f"{type(reason).__name__}: {cut(words, 250)}"
