"""S3's answers about buckets of other regions and other owners. Source: S3 API reference, HeadBucket."""

from collections.abc import Iterable
from typing import Any

from front import SCOPE, bucket_of, owner_of, region_of

from doctor.demo import gate


class Buckets:
    """S3's answers about buckets that are elsewhere, or somebody else's, before moto, which has no notion of either."""

    def __init__(self, moto: gate.Application) -> None:
        self._moto = moto

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        bucket = bucket_of(environ["HTTP_HOST"], environ["RAW_URI"]) if scope and scope["service"] == "s3" else ""
        if scope is None or not owner_of(bucket):
            return self._moto(environ, start_response)
        expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", owner_of(bucket))
        if region_of(bucket) != scope["region"]:
            return _short(start_response, "301 Moved Permanently", region_of(bucket))
        if expected != owner_of(bucket):
            return _short(start_response, "403 Forbidden", region_of(bucket))
        return self._moto(environ, start_response)


def _short(start_response: Any, status: str, region: str) -> list[bytes]:
    """An answer to HeadBucket: headers alone."""
    headers = {"x-amz-bucket-region": region, "x-amz-request-id": "r-1", "Content-Length": "0"}
    start_response(status, [*headers.items(), ("Content-Type", "application/xml")])
    return []
