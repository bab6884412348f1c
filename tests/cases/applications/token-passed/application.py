"""Takes an order and writes it into a table."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    settings.client().put_item(TableName="orders", Item={"id": {"S": event["order"]}})
    return {"accepted": event["order"]}


handler = doctor.beside(take)
