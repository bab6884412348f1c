"""The head of an HTTP answer: read under one deadline, and what it betrays of who answered."""

import email.utils
import re
import socket
import time
from collections.abc import Mapping
from typing import Any

from doctor.evidence.reach import Http

_MOST = 65536  # bytes; more is no answer's head
_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)[0-9]{2}[ \r\n]")  # 101 is the last word: other words follow it
_MOST_INTERIM = 100
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id")


def head_of(stream: socket.socket, patience: float) -> bytes:
    """The header of an answer, under one deadline and one limit, however it drips in.

    Interim answers (RFC 9110, 15.2) are read over; one that nothing follows stands for itself.
    """
    until = time.monotonic() + patience
    head = rest = b""
    for _ in range(_MOST_INTERIM):
        last, head = head, _one_head(stream, rest, until)
        end = _END.search(head)
        if not end or not _INTERIM.match(head):
            return head or last
        rest = head[end.end() :]
    return head


def _one_head(stream: socket.socket, head: bytes, until: float) -> bytes:
    searched = 0
    while not _END.search(head, searched) and len(head) < _MOST:
        searched = max(0, len(head) - 3)  # an end may have come in part; the whole again would take ever longer
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer's header did not end")
        stream.settimeout(left)
        chunk = stream.recv(4096)
        if not chunk:
            break
        head += chunk
    return head


def read(head: bytes) -> dict[str, Any]:
    """The fields of a probe that the head of an answer tells."""
    status_line, *lines = [
        line.removesuffix("\r") for line in _END.split(head, maxsplit=1)[0].decode("latin-1").split("\n")
    ]
    words = status_line.split(" ", 2)
    if not words[0].startswith("HTTP/1.") or len(words) < 2 or not words[1].isdecimal() or len(words[1]) != 3:
        return {"http": Http.MALFORMED, "detail": f"the answer is not HTTP: {on_one_line(status_line, 40)!r}"}
    # A name has no space around it; a line that begins with one goes on with the value before (RFC 9112, 5.1 and 5.2).
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {
        "http": Http.ANSWERED,
        "status": int(words[1]),
        "request_id": any(headers.get(name) for name in _REQUEST_IDS),
        "server": on_one_line(headers.get("server", ""), 64),
        "skew": _skew(headers.get("date", "")),
        "answered_by": _front(headers),
    }


def _skew(date: str) -> float | None:
    """Seconds that the server's clock is ahead of ours; its Date header counts whole seconds (RFC 9110)."""
    try:
        return round(email.utils.parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (ValueError, TypeError, OverflowError):
        return None


def _front(headers: Mapping[str, str]) -> str:
    """Who answered, by the headers that each front adds (their developer guides)."""
    server = headers.get("server", "").lower()
    if "apigw-requestid" in headers or "x-amz-apigw-id" in headers:
        return "API Gateway"
    if "x-amz-cf-id" in headers:
        return "CloudFront"
    if server.startswith("awselb"):
        return "Application Load Balancer"
    return "nginx" if server.startswith("nginx") else ""


def on_one_line(text: str, most: int) -> str:
    """Foreign text on one line."""
    return "".join(character if character.isprintable() else " " for character in text[:most]).strip()
