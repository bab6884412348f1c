"""What may come back instead of AWS's reply to a signed call, and what must be made of it.

Credentials are accepted or rejected by AWS alone: by a reply of its own shape that bears its request id. All else decides
nothing about them.
"""

import gzip
import json
import socket
import time
from dataclasses import dataclass

from doctor.evidence.caller import SIGNATURE_CODES, Answer
from tests import peers
from tests.peers import Behaviour
from tests.robust.http_inputs import BOMB, resets

ID = "x-amzn-RequestId: 5f7c1e52-0000-4000-8000-000000000000"
ARN = "arn:aws:sts::123456789012:assumed-role/jobs/x"


@dataclass(frozen=True)
class Row:
    """One reply to one service's call, the class of the answer, and the error code that is told."""

    name: str
    behave: Behaviour
    answer: Answer
    service: str = "sts"
    code: str = ""

    @property
    def finding(self) -> str:
        """What it means for the credentials, where STS is a declared target. Signatures have a check of their own."""
        if self.code in SIGNATURE_CODES:
            return "identity.caller-unknown"
        return {
            Answer.ACCEPTED: "",
            Answer.REJECTED: "credentials.rejected identity.caller-unknown",
            Answer.REFUSED: "credentials.rejected? identity.caller-unknown?",
            Answer.UNREACHABLE: "identity.caller-unknown",
        }[self.answer]


def reply(
    body: str | bytes, *headers: str, status: str = "200 OK", kind: str = "text/xml", length: int | None = None
) -> bytes:
    """An answer as a service gives it."""
    data = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(data) if length is None else length}",
    ]
    return "\r\n".join([*lines, "Connection: close", *headers, "", ""]).encode() + data


def _whole(connection: socket.socket) -> None:
    """Read the request with its body; botocore sends them in one or two pieces."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)


def says(*parts: bytes) -> Behaviour:
    """Take the whole request, then say this."""

    def behave(connection: socket.socket) -> None:
        _whole(connection)
        for part in parts:
            connection.sendall(part)

    return behave


def drips(data: bytes, every: float) -> Behaviour:
    """Take the whole request, then say a byte at a time."""

    def behave(connection: socket.socket) -> None:
        _whole(connection)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(every)

    return behave


def floods(head: bytes, piece: bytes) -> Behaviour:
    """Take the whole request, then never stop."""

    def behave(connection: socket.socket) -> None:
        _whole(connection)
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


_NUMBERED = "<ResponseMetadata><RequestId>5f7c1e52-0000-4000-8000-000000000000</RequestId></ResponseMetadata>"


def _identity(
    inner: str = f"<Arn>{ARN}</Arn><UserId>AROA:x</UserId><Account>123456789012</Account>", numbered: str = _NUMBERED
) -> str:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"{inner}</GetCallerIdentityResult>{numbered}</GetCallerIdentityResponse>"
    )


def _error(code: str, message: str = "no") -> str:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>{_NUMBERED}</ErrorResponse>"


def refused(name: str, said: bytes, service: str = "sts", code: str = "") -> Row:
    """A reply that is no verdict on the credentials."""
    return Row(name, says(said), Answer.REFUSED, service, code)


def unreachable(name: str, behave: Behaviour, service: str = "sts") -> Row:
    """No reply."""
    return Row(name, behave, Answer.UNREACHABLE, service)


_PAGE = (
    "<!DOCTYPE html><html><head><title>Blocked</title></head><body>Access to this site is blocked.<br></body></html>"
)
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
_BILLION = f'<?xml version="1.0"?><!DOCTYPE x [{_ENTITIES}]>' + _identity("<Arn>&e11;</Arn>")
_OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + _identity("<Arn>&f;</Arn>")
_DEEP = "<a>" * 20_000 + "</a>" * 20_000
_HTML = "text/html"

PAGES = [
    refused("a proxy's page, 200", reply(_PAGE, kind=_HTML)),
    refused("a proxy's page, 200, with a request id", reply(_PAGE, ID, kind=_HTML)),
    refused("a proxy's page as XML", reply(_PAGE)),
    refused("a page that is well-formed", reply("<html><body><p>Welcome</p></body></html>", kind=_HTML)),
    refused("a page that is well-formed, with a request id", reply("<html><body/></html>", ID, kind=_HTML)),
    *(
        refused(f"a proxy's page, {status}", reply(_PAGE, status=status, kind=_HTML))
        for status in (
            "400 Bad Request",
            "401 Unauthorized",
            "404 Not Found",
            "407 Proxy Authentication Required",
            "451 x",
            "511 x",
        )
    ),
    refused("a proxy's page, 403", reply(_PAGE, status="403 Forbidden", kind=_HTML)),
    refused("a proxy's page, 502", reply(_PAGE, status="502 Bad Gateway", kind=_HTML)),
    refused("a proxy's page, 503", reply(_PAGE, status="503 Unavailable", kind=_HTML)),
    refused("a redirect to a portal", reply("", "Location: https://portal.example/", status="302 Found", kind=_HTML)),
    refused("a redirect to the metadata service", reply("", "Location: http://169.254.169.254/", status="307 x")),
    refused("a page that speaks of InvalidClientTokenId", reply("<html>InvalidClientTokenId</html>", status="403 x")),
]

XML = [
    Row("sound", says(reply(_identity(), ID)), Answer.ACCEPTED),
    refused("sound, without a request id", reply(_identity(numbered=""), ID)),
    refused("cut in the midst", reply(_identity()[:90], ID)),
    refused("cut before its end", reply(_identity()[:-5], ID)),
    refused("an empty body", reply("", ID)),
    refused("an empty body without a request id", reply("")),
    refused("a space", reply(" ", ID)),
    refused("a zero byte", reply("\0", ID)),
    refused("a declaration alone", reply('<?xml version="1.0"?>', ID)),
    refused("an empty element", reply("<x/>", ID)),
    refused("no result inside", reply(f"<GetCallerIdentityResponse>{_NUMBERED}</GetCallerIdentityResponse>", ID)),
    refused("an empty result", reply(_identity(""), ID)),
    refused("an empty ARN", reply(_identity("<Arn/>"), ID)),
    refused("an ARN of spaces", reply(_identity("<Arn>   </Arn>"), ID)),
    refused("another's result", reply(_identity().replace("GetCallerIdentity", "AssumeRole"), ID)),
    refused("a billion laughs", reply(_BILLION, ID)),
    refused("an entity from a file", reply(_OUTSIDE, ID)),
    refused("an entity that is not declared", reply(_identity("<Arn>&nobody;</Arn>"), ID)),
    refused("two roots", reply(_identity() * 2, ID)),
    refused("text behind the root", reply(_identity() + "more", ID)),
    refused("text before the root", reply("more" + _identity(), ID)),
    refused("tags that cross", reply("<a><b></a></b>", ID)),
    refused("an attribute twice", reply('<a x="1" x="2"/>', ID)),
    refused("a prefix that is not bound", reply("<s:a/>", ID)),
    refused("twenty thousand elements deep", reply(_DEEP, ID)),
    refused("UTF-16 that claims UTF-8", reply(_identity().encode("utf-16"), ID)[:-3]),
    refused("bytes above ASCII", reply(b"\xff\xfe\xfd" + _identity().encode(), ID)),
    # botocore reads UTF-8, whatever is declared.
    Row(
        "an unknown encoding", says(reply('<?xml version="1.0" encoding="x-none"?>' + _identity(), ID)), Answer.ACCEPTED
    ),
    refused("JSON instead", reply(json.dumps({"Arn": ARN}), ID, kind="application/json")),
    refused("gzip that nobody asked for", reply(gzip.compress(_identity().encode()), "Content-Encoding: gzip", ID)),
    refused("a bomb in gzip", reply(BOMB, "Content-Encoding: gzip", ID)),
    refused("noise", reply(bytes(range(256)) * 20, ID)),
    Row(
        "an ARN of a hundred kilobytes", says(reply(_identity(f"<Arn>{ARN}{'y' * 100_000}</Arn>"), ID)), Answer.ACCEPTED
    ),
    Row("an ARN with escapes", says(reply(_identity(f"<Arn>{ARN}&#x9b;31m&lt;script></Arn>"), ID)), Answer.ACCEPTED),
    Row("the ARN twice", says(reply(_identity(f"<Arn>{ARN}</Arn>" * 2), ID)), Answer.ACCEPTED),
    Row("an ARN with elements inside", says(reply(_identity(f"<Arn>{ARN}<b/></Arn>"), ID)), Answer.ACCEPTED),
    Row("a wrong content type", says(reply(_identity(), ID, kind="image/png")), Answer.ACCEPTED),
    Row("no content type", says(reply(_identity(), ID, kind="")), Answer.ACCEPTED),
    Row(
        "a comment of a megabyte",
        says(reply(_identity(f"<!--{'x' * 900_000}--><Arn>{ARN}</Arn>"), ID)),
        Answer.ACCEPTED,
    ),
]

_REJECTING = (
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "IncompleteSignature",
    "MissingAuthenticationToken",
)
ERRORS = [
    *(
        Row(f"rejected: {code}", says(reply(_error(code), ID, status="403 Forbidden")), Answer.REJECTED, code=code)
        for code in _REJECTING
    ),
    *(
        refused(f"an error body with status 200: {code}", reply(_error(code), ID))
        for code in ("InvalidClientTokenId", "AccessDenied", "Throttling")
    ),
    refused("an error body with status 200 and no request id", reply(_error("ExpiredToken"))),
    refused("throttled", reply(_error("Throttling"), ID, status="400 Bad Request"), code="Throttling"),
    refused("unavailable", reply(_error("ServiceUnavailable"), ID, status="503 x"), code="ServiceUnavailable"),
    refused("an internal failure", reply(_error("InternalFailure"), ID, status="500 x"), code="InternalFailure"),
    refused(
        "denied without a request id",
        reply(_error("AccessDenied").replace(_NUMBERED, ""), status="403 x"),
        code="AccessDenied",
    ),
    Row("denied", says(reply(_error("AccessDenied"), ID, status="403 x")), Answer.ACCEPTED, code="AccessDenied"),
    refused("an error without a code", reply("<ErrorResponse><Error/></ErrorResponse>", ID, status="403 x")),
    refused("an error without an error", reply("<ErrorResponse/>", ID, status="403 x")),
    refused("an error with an empty code", reply(_error(""), ID, status="403 x")),
    refused("an error with a code of escapes", reply(_error("&#x9b;31m"), ID, status="403 x"), code="\x9b31m"),
    refused("an error with a code of spaces", reply(_error("  "), ID, status="403 x"), code="  "),
    refused("an error that is cut", reply(_error("ExpiredToken")[:40], ID, status="403 x")),
    refused("an empty error", reply("", ID, status="403 x")),
    refused("an empty error without a request id", reply("", status="500 x"), code="500"),
    refused("an error in JSON", reply('{"__type": "ExpiredToken"}', ID, status="403 x")),
    Row(
        "a message of a hundred kilobytes",
        says(reply(_error("ExpiredToken", "x" * 100_000), ID, status="403 x")),
        Answer.REJECTED,
        code="ExpiredToken",
    ),
    Row(
        "a message with an account number",
        says(reply(_error("ExpiredToken", "account 123456789012"), ID, status="403 x")),
        Answer.REJECTED,
        code="ExpiredToken",
    ),
]

_JSON = "application/x-amz-json-1.0"
_DEEP_JSON = "[" * 100_000 + "]" * 100_000


def _table(name: str, body: str | bytes, answer: Answer, *headers: str, status: str = "200 OK", code: str = "") -> Row:
    return Row(
        f"DynamoDB: {name}", says(reply(body, *(headers or (ID,)), status=status, kind=_JSON)), answer, "dynamodb", code
    )


JSON = [
    _table("sound", '{"TableNames": ["jobs"]}', Answer.ACCEPTED),
    _table("sound and empty", '{"TableNames": []}', Answer.ACCEPTED),
    _table("cut", '{"TableNames": ["jo', Answer.REFUSED),
    _table("cut before its end", '{"TableNames": []', Answer.REFUSED),
    _table("an empty body", "", Answer.REFUSED),
    _table("null", "null", Answer.REFUSED),
    _table("a list", "[]", Answer.REFUSED),
    _table("a number", "7", Answer.REFUSED),
    _table("a text", '"ok"', Answer.REFUSED),
    _table("true", "true", Answer.REFUSED),
    _table("names that are null", '{"TableNames": null}', Answer.REFUSED),
    _table("names that are a text", '{"TableNames": "jobs"}', Answer.ACCEPTED),  # botocore reads it as a list
    _table("names that are a number", '{"TableNames": 7}', Answer.REFUSED),
    _table("names that are an object", '{"TableNames": {"a": 1}}', Answer.ACCEPTED),
    _table("nothing that was asked for", "{}", Answer.REFUSED),
    _table("a hundred thousand lists deep", _DEEP_JSON, Answer.REFUSED),
    _table("a number of five thousand digits", '{"TableNames": [], "x": 1' + "0" * 5000 + "}", Answer.REFUSED),
    _table("not a number", '{"TableNames": [NaN', Answer.REFUSED),
    _table("two objects", "{}{}", Answer.REFUSED),
    _table("bytes above ASCII", b"\xff\xfe{}", Answer.REFUSED),
    _table("UTF-16", '{"TableNames": []}'.encode("utf-16"), Answer.REFUSED),
    _table("a page", _PAGE, Answer.REFUSED),
    _table("XML", _identity(), Answer.REFUSED),
    _table("noise", bytes(range(256)) * 9, Answer.REFUSED),
    _table(
        "an error with status 200", '{"__type": "com.amazon.coral.service#UnrecognizedClientException"}', Answer.REFUSED
    ),
    _table(
        "rejected",
        '{"__type": "x#UnrecognizedClientException"}',
        Answer.REJECTED,
        status="400 x",
        code="UnrecognizedClientException",
    ),
    _table(
        "denied", '{"__type": "x#AccessDeniedException"}', Answer.ACCEPTED, status="400 x", code="AccessDeniedException"
    ),
    _table("a type that is null", '{"__type": null}', Answer.REFUSED, status="400 x"),
    _table("a type that is a list", '{"__type": []}', Answer.REFUSED, status="400 x"),
    _table("a type that is a number", '{"__type": 7}', Answer.REFUSED, status="400 x"),
    _table("an error that is a list", "[]", Answer.REFUSED, status="400 x"),
    _table("an error that is null", "null", Answer.REFUSED, status="400 x"),
    _table("an error that is a page", _PAGE, Answer.REFUSED, status="403 x", code="403"),
    _table(
        "an error with a message that is an object",
        '{"__type": "x#ExpiredTokenException", "message": {}}',
        Answer.REJECTED,
        status="400 x",
        code="ExpiredTokenException",
    ),
    _table(
        "an error without a request id",
        '{"__type": "x#AccessDeniedException"}',
        Answer.REFUSED,
        "X-Other: 1",
        status="400 x",
        code="AccessDeniedException",
    ),
    _table("sound, without a request id", '{"TableNames": []}', Answer.REFUSED, "X-Other: 1"),
    _table("pages without end", '{"TableNames": ["a"], "LastEvaluatedTableName": "a"}', Answer.ACCEPTED),
]


def _queues(name: str, body: str | bytes, answer: Answer, *, status: str = "200 OK", code: str = "") -> Row:
    return Row(f"SQS: {name}", says(reply(body, ID, status=status, kind=_JSON)), answer, "sqs", code)


QUEUES = [
    _queues("sound", '{"QueueUrls": ["https://sqs.us-east-1.amazonaws.com/1/jobs"]}', Answer.ACCEPTED),
    _queues("sound and empty", "{}", Answer.ACCEPTED),
    _queues("an empty body", "", Answer.REFUSED),
    _queues("cut", '{"QueueUrls": [', Answer.REFUSED),
    _queues("a page", _PAGE, Answer.REFUSED),
    _queues("null", "null", Answer.REFUSED),
    _queues("a list", "[]", Answer.REFUSED),
    _queues("a hundred thousand lists deep", _DEEP_JSON, Answer.REFUSED),
    _queues("an error with status 200", '{"__type": "com.amazonaws.sqs#InvalidSecurity"}', Answer.REFUSED),
    _queues(
        "rejected",
        '{"__type": "x#UnrecognizedClientException"}',
        Answer.REJECTED,
        status="403 x",
        code="UnrecognizedClientException",
    ),
]


def _buckets(name: str, body: str, answer: Answer, *headers: str, status: str = "200 OK", code: str = "") -> Row:
    return Row(
        f"S3: {name}",
        says(reply(body, *(headers or ("x-amz-request-id: 1B2C",)), status=status, kind="application/xml")),
        answer,
        "s3",
        code,
    )


_NONE = '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets/></ListAllMyBucketsResult>'
BUCKETS = [
    _buckets("sound", _NONE, Answer.ACCEPTED),
    _buckets("sound, without a request id", _NONE, Answer.REFUSED, "X-Other: 1"),
    _buckets(
        "an error with status 200", "<Error><Code>AccessDenied</Code></Error>", Answer.ACCEPTED, code="AccessDenied"
    ),
    _buckets(
        "an inner error with status 200",
        "<Error><Code>InternalError</Code></Error>",
        Answer.REFUSED,
        code="InternalError",
    ),
    _buckets("an empty body", "", Answer.REFUSED),
    _buckets("a page", _PAGE, Answer.REFUSED, code="500"),
    _buckets("a well-formed page", "<html/>", Answer.REFUSED),
    _buckets("cut", _NONE[:60], Answer.REFUSED, code="500"),
    _buckets(
        "rejected",
        "<Error><Code>InvalidAccessKeyId</Code></Error>",
        Answer.REJECTED,
        status="403 x",
        code="InvalidAccessKeyId",
    ),
    _buckets("an error that is a page", _PAGE, Answer.REFUSED, status="403 x", code="403"),
    _buckets(
        "another region's redirect", "<Error><Code>PermanentRedirect</Code></Error>", Answer.REFUSED, status="301 x"
    ),
]

_OK = reply(_identity(), ID)
WIRE = [
    unreachable("a reset", peers.resets),
    unreachable("a reset at once", resets),
    unreachable("the end", peers.ends),
    unreachable("silence", peers.stays_silent),
    unreachable("a byte at a time", drips(_OK * 9, 0.05)),
    unreachable("the body a byte at a time", drips(_OK, 0.02)),
    unreachable("half a status line", says(b"HTTP/1.1 2")),
    unreachable("no HTTP", says(b"SSH-2.0-OpenSSH_9.9\r\n")),
    unreachable("zeros", says(bytes(500))),
    unreachable("TLS", says(b"\x15\x03\x03\x00\x02\x02\x28")),
    unreachable("a header of 70 kB", says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n")),
    unreachable("two hundred headers", says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n")),
    unreachable("headers without end", floods(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100)),
    Row("less than announced", says(reply(_identity(), ID, length=99_999)), Answer.ACCEPTED),  # botocore counts nothing
    unreachable("half a JSON", says(reply('{"TableNames": [', ID, kind=_JSON, length=99)), service="dynamodb"),
    unreachable("no JSON of those announced", says(reply("", ID, kind=_JSON, length=99)), service="sqs"),
    unreachable("a body without end", floods(reply("", ID, length=1 << 40), b"x" * 65_536)),
    unreachable(
        "chunks without end",
        floods(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    ),
    unreachable(
        "a chunk without a size", says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
    ),
    unreachable("a chunk that is cut", says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello")),
    refused("a length of nothing", reply(_identity(), ID, length=0)),
    refused("a length in the midst", reply(_identity(), ID, length=70)),
    Row("fifty interim answers first", says(b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + _OK), Answer.ACCEPTED),
    Row("no length, then the end", says(_OK.replace(b"Content-Length", b"X-Length")), Answer.ACCEPTED),
]

ROWS = [*PAGES, *XML, *ERRORS, *JSON, *QUEUES, *BUCKETS, *WIRE]
