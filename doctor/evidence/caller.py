"""Whose credentials these are, by AWS's own word: one signed call on the default chain.

STS is an instrument, not a target: a VPC without an STS endpoint is no fault. Where STS cannot be reached, a
signed call to a declared service judges the credentials as well, since AWS verifies the signature before it
looks at permissions: even AccessDenied proves the credentials sound.
"""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Self

from doctor import arn, error_atlas
from doctor.evidence import Facts, Missing
from doctor.evidence.calls.guard import only_probeable, overridden
from doctor.evidence.calls.replies import bound_replies, is_own
from doctor.isolation import bounded
from doctor.redact import cut
from doctor.world import World

# Reads that return names at the most, in the order in which they are tried; denied is as good an answer as granted.
# EC2 comes last: its model takes botocore longest to load, and its refusals tell least. Regions are no account's secret.
_SIGNED_READS = {
    "dynamodb": ("list_tables", "dynamodb:ListTables"),
    "kms": ("list_aliases", "kms:ListAliases"),
    "s3": ("list_buckets", "s3:ListAllMyBuckets"),
    "secretsmanager": ("list_secrets", "secretsmanager:ListSecrets"),
    "sns": ("list_topics", "sns:ListTopics"),
    "sqs": ("list_queues", "sqs:ListQueues"),
    "ec2": ("describe_regions", "ec2:DescribeRegions"),
}
CLOCK_ALLOWED = 300.0  # seconds; AWS General Reference, "Signature Version 4: date and time"

# Error codes by which AWS refuses the credentials themselves; of these, the ones that speak of the signature: the key
# itself was not refused.
REJECTIONS = error_atlas.Codes(speaker="aws-refusing")
SIGNATURE_CODES = error_atlas.Codes("signature-refused", "signature-unreadable")
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


# botocore.exceptions: the request was on its way when these were met. Until then another address or name may be at fault.
_UNHEARD = ("ReadTimeoutError", "SSLError", "ConnectionClosedError")
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

    @property
    def refused_as(self) -> str:
        """AWS's code in brackets, as it stands behind a sentence; "" where AWS did not refuse the credentials."""
        return f" ({self.code})" if self.answer is Answer.REJECTED and self.code else ""

    @property
    def clock_refused(self) -> bool:
        """Whether AWS refuses the time of the request: by its words or, at EC2, which has none of its own, by its Date.

        EC2 says AuthFailure of a clock that is off, as of an unknown key (aws/aws-sdk-java#519), and RequestExpired of a
        token that is over, as of a request (aws/aws-sdk-ruby#143).
        """
        if self.instrument == "ec2" and self.skew is not None:
            return self.answer is Answer.REJECTED and abs(self.skew) > CLOCK_ALLOWED
        return error_atlas.means(self.code, self.message, "time-refused")

    @property
    def held_back(self) -> bool:
        """Whether botocore did not sign, since it holds the login or the credentials for expired: nothing was sent."""
        return self.answer is Answer.UNSIGNED and error_atlas.worded(self.message, ("stale-login",)) is not None

    @property
    def unheard(self) -> bool:
        """Whether the connection stood, and the call had no answer over it: what a bare probe may well get."""
        return self.answer is Answer.UNREACHABLE and self.error in _UNHEARD

    @property
    def token_expired(self) -> bool:
        """Whether AWS says that the session token's time is over."""
        late = error_atlas.means(self.code, self.message, "time-refused") and not self.clock_refused
        return late or error_atlas.means(self.code, self.message, "token-expired")


@dataclass(frozen=True, kw_only=True)
class Caller(Facts):
    """The default chain's identity. `sts_declared` tells whether STS itself is a target of this run."""

    kind: ClassVar[str] = "caller"
    actions: ClassVar[tuple[str, ...]] = (
        "sts:GetCallerIdentity",
        *(action for _, action in _SIGNED_READS.values()),
    )
    preload: ClassVar[str] = "doctor.isolation.preload"

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
    for service in (each for each in _SIGNED_READS if each in declared):
        if identity.answer not in _NO_VERDICT:
            break
        other = ask(world, service, most=world.left(0.3, most=5), **credentials)
        if other.answer in (Answer.ACCEPTED, Answer.REJECTED):
            identity = replace(other, silent_sts=identity.host)
        elif other.unheard or (other.answer is Answer.UNREACHABLE and not other.error):  # our time was over
            identity = replace(identity, mute=(*identity.mute, service))
    return identity


def ask(world: World, service: str = "sts", *, most: float, **credentials: str) -> Identity:
    """Make one signed call and classify what comes back, within `most` seconds."""
    seen: dict[str, Any] = {"answer": Answer.UNREACHABLE, "message": f"no request was sent within {most:.1f} s"}
    started = time.monotonic()
    bounded.within(most, partial(_call, world, service, most, credentials, seen))
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
        session = world.session()
        _as_configured(session)
        made = session.client(service, config=config, **credentials)  # type: ignore[call-overload]
        waiting = f"no answer within {most:.1f} s"
        made.meta.events.register(
            "before-send.*.*", lambda request, **_: seen.update(host=host_of(request.url), message=waiting)
        )
        bodies: list[bytes] = []
        made.meta.events.register("after-call.*.*", lambda http_response, **_: bodies.append(http_response.content))
        reply = getattr(made, operation)()
    except Exception as error:  # noqa: BLE001 - silence would pass for a dead network
        failure = failed(error)
        # Before a request is sent, a provider may ask AWS for credentials (AssumeRole, SSO): that answer is not ours.
        seen.update(failure if "host" in seen else failure | {"answer": Answer.UNSIGNED})
    else:
        seen.update(_granted(reply, is_own(service, reply, bodies[-1])))


def _as_configured(session: Any) -> None:
    """Raise what every client of the application meets, and this one would not, since it sets its own retries."""
    from botocore.config import Config

    attempts = session._session.get_config_variable("max_attempts")
    if attempts is not None:
        Config(retries={"total_max_attempts": attempts})


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
    principal = "/".join(arn.parse(str(reply.get("Arn", ""))).resource.split("/")[:2])
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
    cause = error_atlas.answered(code, message)
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
