"""Answers for one of the providers; the module is imported when the first request needs it."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    return {"providers": settings.providers(), "accepted": event["order"]}


handler = doctor.beside(take)
