"""Orders to what stands in the namespaces: one JSON object a line each way, `do` being the name of a method."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any, Protocol


class _Obeys(Protocol):
    """`standing` is closed when there are no more orders."""

    standing: contextlib.ExitStack


def serve(make: Callable[[], _Obeys]) -> None:
    """Make the place, and carry out what standard input orders. A failure is an answer too."""
    said = os.fdopen(os.dup(1), "w", buffering=1)  # our own copy: no library that prints can break the protocol
    os.dup2(2, 1)
    place = make()
    print(json.dumps({"done": "ready"}), file=said)
    with place.standing:
        for line in sys.stdin:
            print(json.dumps(_obeyed(place, json.loads(line))), file=said)


def _obeyed(place: _Obeys, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"done": getattr(place, order.pop("do"))(**order)}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error} {getattr(error, 'stderr', '') or ''}"}
