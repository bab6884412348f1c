"""Takes a document and keeps it."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    settings.client().put_object(Bucket=settings.BUCKET, Key=event["order"], Body=b"")
    return {"accepted": event["order"]}


handler = doctor.beside(take)
