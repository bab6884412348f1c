"""The signature check that moto leaves out: a WSGI gate in front of the embedded AWS.

It verifies AWS Signature Version 4 as AWS does, by signing the request again with the secret that it knows, and
refuses in the words of the service's protocol: the codes are those that an engineer finds in the incident's log.
Runs in the embedded AWS's own process (`doctor.demo.server`), so botocore is imported at once.
"""

import hashlib
import hmac
import io
import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from werkzeug.datastructures import EnvironHeaders

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]*)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request, *SignedHeaders=(?P<headers>[a-z0-9;_.-]+), *Signature=(?P<signature>[0-9a-f]{64})"
)
_MOMENT = "%Y%m%dT%H%M%SZ"
_SKEW = timedelta(minutes=5)  # AWS General Reference: a signature is good for five minutes
_UNHASHED = ("UNSIGNED-PAYLOAD", "STREAMING-")  # what S3 clients may say in place of the body's hash


class Key(NamedTuple):
    """Temporary credentials as STS issues them."""

    id: str
    secret: str
    token: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request is refused: the codes of query (STS, SNS), JSON (DynamoDB, Lambda), S3 and EC2, and what AWS says."""

    query: str
    json: str
    s3: str
    message: str
    ec2: str = "AuthFailure"


# AWS General Reference, "Common errors"; S3 API reference, "Error responses".
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - AWS's own sentence
UNSIGNED = Fault(
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AccessDenied",
    "Request is missing Authentication Token",
)
MALFORMED = Fault(
    "IncompleteSignature",
    "IncompleteSignatureException",
    "AuthorizationHeaderMalformed",
    "The request signature does not conform to AWS standards.",
)
BLANK_KEY = Fault("InvalidClientTokenId", "UnrecognizedClientException", "AuthorizationHeaderMalformed", _INVALID_TOKEN)
UNKNOWN_KEY = Fault("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", _INVALID_TOKEN)
WRONG_TOKEN = Fault("InvalidClientTokenId", "UnrecognizedClientException", "InvalidToken", _INVALID_TOKEN)
LATE = Fault(
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "Signature expired: the date of the request is more than five minutes from now.",
)
WRONG_SIGNATURE = Fault(
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method.",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What the gate looks at: as it came over the wire, before any decoding."""

    method: str
    uri: str
    headers: EnvironHeaders
    body: bytes


class Gate:
    """Lets through to `aws` what is signed with one of `keys`."""

    def __init__(self, aws: Application, keys: Iterable[Key]) -> None:
        self._aws = aws
        self._keys = {key.id: key for key in keys}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """One request (WSGI)."""
        request = _read(environ)
        if fault := self.fault(request):
            status, headers, body = _refusal(fault, request)
            start_response(status, [*headers, ("Content-Length", str(len(body)))])
            return [body]
        environ["wsgi.input"] = io.BytesIO(request.body)
        environ["CONTENT_LENGTH"] = str(len(request.body))
        return self._aws(environ, start_response)

    def fault(self, request: Request) -> Fault | None:
        """What AWS would hold against this request; None where it is rightly signed."""
        authorization = request.headers.get("Authorization")
        said = _AUTHORIZATION.fullmatch(authorization or "")
        if said is None:
            return MALFORMED if authorization else UNSIGNED
        held = self._held(said["key"], request.headers.get("X-Amz-Security-Token"))
        return held if isinstance(held, Fault) else _verify(request, said, held)

    def _held(self, id_: str, token: str | None) -> Key | Fault:
        if not id_:
            return BLANK_KEY
        key = self._keys.get(id_)
        if key is None or not token:  # without its token a temporary key is no key
            return UNKNOWN_KEY
        return key if hmac.compare_digest(key.token.encode(), token.encode()) else WRONG_TOKEN


def _read(environ: dict[str, Any]) -> Request:
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Request(
        method=environ["REQUEST_METHOD"],
        uri=environ["RAW_URI"],  # PATH_INFO is decoded, and a signature covers the bytes that were sent
        headers=EnvironHeaders(environ),
        body=environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length),
    )


def _verify(request: Request, said: re.Match[str], key: Key) -> Fault | None:
    moment = _moment(request)
    if moment is None or moment.strftime("%Y%m%d") != said["date"]:
        return MALFORMED
    if abs(datetime.now(UTC) - moment) > _SKEW:
        return LATE
    signed = _body_is_as_hashed(request) and hmac.compare_digest(_signature(request, said, key), said["signature"])
    return None if signed else WRONG_SIGNATURE


def _moment(request: Request) -> datetime | None:
    try:
        return datetime.strptime(request.headers.get("X-Amz-Date", ""), _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _body_is_as_hashed(request: Request) -> bool:
    said = request.headers.get("X-Amz-Content-SHA256")
    return said is None or said.startswith(_UNHASHED) or said == hashlib.sha256(request.body).hexdigest()


def _signature(request: Request, said: re.Match[str], key: Key) -> str:
    """The signature that whoever holds the secret would have made over the headers that were signed."""
    signer = S3SigV4Auth if said["service"] == "s3" else SigV4Auth  # S3 does not normalise paths
    auth = signer(Credentials(key.id, key.secret, key.token), said["service"], said["region"])
    again = AWSRequest(
        method=request.method,
        url=f"http://{request.headers.get('Host', '')}{request.uri}",
        headers={name: request.headers.get(name, "") for name in said["headers"].split(";")},
        data=request.body,
    )
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    return str(auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again))


def _refusal(fault: Fault, request: Request) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and body as the service's protocol has them."""
    said = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    id_, message = str(uuid.uuid4()), escape(fault.message)
    if said and said["service"] == "s3":
        text = f"<Error><Code>{fault.s3}</Code><Message>{message}</Message><RequestId>{id_}</RequestId></Error>"
        return "403 Forbidden", [("Content-Type", "application/xml"), ("x-amz-request-id", id_)], text.encode()
    if said and said["service"] == "ec2":
        text = (
            f"<Response><Errors><Error><Code>{fault.ec2}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{id_}</RequestID></Response>"
        )
        return "403 Forbidden", [("Content-Type", "text/xml")], text.encode()
    identified = ("x-amzn-RequestId", id_)
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{fault.query}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{id_}</RequestId></ErrorResponse>"
        )
        return "403 Forbidden", [("Content-Type", "text/xml"), identified], text.encode()
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", fault.json), identified]
    if request.headers.get("x-amzn-query-mode") == "true":  # SQS: JSON now, with the codes of its query days
        headers.append(("x-amzn-query-error", f"{fault.query};Sender"))
    return "400 Bad Request", headers, json.dumps({"__type": fault.json, "message": fault.message}).encode()
