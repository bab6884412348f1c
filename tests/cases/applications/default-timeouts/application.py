"""Takes an order and puts it into a queue."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    settings.client().send_message(QueueUrl=settings.QUEUE, MessageBody=event["order"])
    return {"accepted": event["order"]}


handler = doctor.beside(take)
