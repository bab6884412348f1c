"""The doctor in an application's own sandbox: `handler = doctor.beside(handler)`.

An application has threads, sockets and boto3; a process like that must not be forked, and its state must not be touched.
So an examination runs in a fresh interpreter with the same environment and module path, and is killed if it outlives
its budget.
"""

import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, Any], Any]

# Its last line is the verdict, those before it are metrics. CLOCK_MONOTONIC is the same in both processes. It ends at
# once: what a monitoring layer has registered to do, or to print, at a normal exit would come after the verdict.
_PROGRAM = (
    "import json, os, sys; asked = json.load(sys.stdin); sys.path[:] = asked['path']; "
    "from doctor import reply; "
    "print(json.dumps(reply.reply(**asked['reply'])), flush=True); "
    "os._exit(0)"
)
_MARGIN = 0.2  # seconds left to Lambda after our reply
_DEFAULT_BUDGET = 20.0


def beside(handler: Handler) -> Handler:
    """Wrap a handler: events with the key `doctor` are examined here, all others go to it untouched.

    Nothing is imported, started or changed before the first such event; the application's handler is called with the
    very same objects, and what it returns or raises passes through.
    """

    @functools.wraps(handler)
    def examined(event: Any, context: Any) -> Any:
        if isinstance(event, dict) and "doctor" in event:
            return _examine(event, context)
        return handler(event, context)

    return examined


def _examine(event: dict[str, Any], context: Any) -> dict[str, Any]:
    started = time.monotonic()
    left = getattr(context, "get_remaining_time_in_millis", None)
    remaining = left() / 1000 if callable(left) else None
    patience = _patience(event, remaining)
    try:
        reply_to = {"event": event, "remaining": remaining, "started": started, "process": os.getpid()}
        asked = json.dumps({"reply": reply_to, "path": sys.path})
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own program
            [sys.executable, "-c", _PROGRAM],
            input=asked,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        if not done.stdout:
            last = f"the examination ended with status {done.returncode} and no verdict: {_masked(done.stderr)[-300:]}"
            return _nothing(last, started)
        *metric, said = done.stdout.splitlines()
        verdict: dict[str, Any] = json.loads(said)
    except subprocess.TimeoutExpired:
        return _nothing(f"the examination did not end within {patience:.1f} s", started)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        return _nothing(f"the examination could not run: {type(error).__name__}: {_masked(str(error))[:300]}", started)
    for line in metric:
        print(line, flush=True)  # noqa: T201 - the metric's line belongs on the function's own output
    from doctor import reply  # standard library only

    return reply.told(verdict, started)


def _patience(event: dict[str, Any], remaining: float | None) -> float:
    asked = event["doctor"].get("budget_seconds") if isinstance(event["doctor"], dict) else None
    budget = float(asked) if isinstance(asked, int | float) and 1 <= asked <= 840 else _DEFAULT_BUDGET
    return min(budget + 0.03, *([max(0.5, remaining - _MARGIN)] if remaining else []), 841.0)


def _masked(text: str) -> str:
    """Masked before it is cut: nobody recognises half a secret afterwards."""
    from doctor.redact import Redactor  # nothing is imported before the first examination

    return Redactor(os.environ).text(text.strip())


def _nothing(why: str, started: float) -> dict[str, Any]:
    from doctor.render import json as json_form
    from doctor.runtime import runtime
    from doctor.verdict import Status, Timings, Verdict

    spent = round(time.monotonic() - started, 3)
    return json_form.plain(
        Verdict(
            status=Status.INCONCLUSIVE,
            headline=f"Nothing was decided: {why}.",
            timings=Timings(budget=spent, reserve=0.0, total=spent),
            runtime=runtime(os.environ),
        )
    )
