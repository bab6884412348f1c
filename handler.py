"""The deployed doctor's entry point: any event in, a verdict out."""

import os
import time
from typing import Any

from doctor import reply

# In Lambda, imports belong to the init phase (AWS: "Best practices for working with Lambda functions"): the first run then
# spends its budget on looking.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    reply.prepare()


def handler(event: object, context: Any) -> dict[str, Any]:
    """Lambda's entry. The reply to a direct invocation is the verdict of DESIGN's contract, as plain data."""
    started = time.monotonic()
    left = getattr(context, "get_remaining_time_in_millis", None)
    remaining = left() / 1000 if callable(left) else None
    return reply.reply(event, remaining, started)
