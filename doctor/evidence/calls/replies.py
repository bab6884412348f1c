"""Replies to signed calls as strangers in AWS's place give them: without end, or in no shape of AWS's."""

import json
from typing import Any

_MOST_BYTES = 4 * 1024 * 1024  # of a reply; a list of a thousand secrets with their tags takes one
MOST_LISTED = 64 * 1024 * 1024  # of a page of the control plane's: a thousand security groups with their rules take ten
# What stands in the reply to each harmless read, also where there is nothing to list; SQS then says nothing at all
# (their API references).
_TOLD = {
    **{"sts": "Arn", "dynamodb": "TableNames", "s3": "Buckets"},
    **{"sns": "Topics", "secretsmanager": "SecretList", "kms": "Aliases", "ec2": "Regions"},
}


def bound_replies(most: int = _MOST_BYTES) -> None:
    """Let this process read no reply beyond `most` bytes, and no JSON that ends before its own Content-Length.

    botocore holds all of it in memory, however long it is. It has urllib3 accept less than was announced
    (`botocore.httpsession`), and makes an empty reply of half a JSON, as where there is nothing to list.
    """
    from botocore.awsrequest import AWSResponse  # children only

    def content(reply: Any) -> bytes:
        if reply._content is None:
            read = bytearray()
            for part in reply.raw.stream():
                read += part
                if len(read) > most:
                    reply.raw.close()
                    raise OSError(f"the reply is longer than {most} bytes")
            lost = getattr(reply.raw, "length_remaining", None)  # nothing of a HEAD's, whatever its header says
            if lost and not _whole(bytes(read)):
                raise OSError(f"the reply ended after {len(read)} of {len(read) + lost} bytes")
            reply._content = bytes(read)
        whole: bytes = reply._content
        return whole

    AWSResponse.content = property(content)  # type: ignore[assignment, method-assign]


def _whole(body: bytes) -> bool:
    """Whether botocore makes of it what was sent: half of an XML it refuses by itself."""
    try:
        return b"<" in body[:8] or json.loads(body) is not None
    except (ValueError, RecursionError):
        return False


def is_own(service: str, reply: dict[str, Any], body: bytes) -> bool:
    """Whether it is the reply that was asked for. botocore makes an empty one of HTML, of half a JSON, of an error."""
    if member := _TOLD.get(service):
        return bool(str(reply.get(member) or "").strip()) if service == "sts" else reply.get(member) is not None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "__type" not in told
