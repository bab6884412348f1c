"""Reads an order from a table."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    settings.client().get_item(TableName="orders", Key={"id": {"S": event["order"]}})
    return {"accepted": event["order"]}


handler = doctor.beside(take)
