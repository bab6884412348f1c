"""Takes an order and puts it into a queue."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    queue = settings.client().get_queue_url(QueueName=settings.Settings.orders_queue)["QueueUrl"]
    settings.client().send_message(QueueUrl=queue, MessageBody=event["order"])
    return {"accepted": event["order"]}


handler = doctor.beside(take)
