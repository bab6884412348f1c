"""An application whose packaged .env replaced the platform's key and secret when it was loaded."""

import os
from typing import Any

import doctor

os.environ.update(AWS_ACCESS_KEY_ID="AKIA" + "Q3EGXJ7LMNOPRSTU", AWS_SECRET_ACCESS_KEY="k" * 11 + "7Qz" * 9 + "Zw")


def take(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one order."""
    del context
    return {"accepted": event}


handler = doctor.beside(take)
