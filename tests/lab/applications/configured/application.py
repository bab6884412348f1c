"""Takes an order, with a client that its stage's settings build."""

from typing import Any

import settings  # type: ignore[import-not-found]  # found in the function, whose folder this is

import doctor


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    return {"accepted": event["order"], "by": settings.client().meta.service_model.service_name}


handler = doctor.beside(take)
