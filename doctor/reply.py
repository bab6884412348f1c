"""The reply to any event, whatever is broken: never a traceback.

Stage 0: this module imports the standard library only. Where something that the engine needs cannot be imported, because
botocore is not there, say, `doctor.stage0` names that very fault in an ordinary verdict. A run needs no pydantic; of a wheel
for another Python the evidence `imports` tells the same.
"""

import contextlib
import os
import time
from pathlib import Path
from types import ModuleType
from typing import Any


def prepare() -> None:
    """Import what a run of all checks needs. A failure is left to the first run, which meets it again and names it."""
    with contextlib.suppress(Exception):
        from doctor import answer, registry  # noqa: F401 - the run's own modules

        for check_id in registry.built_in():
            registry.load(check_id)


def reply(event: object, remaining: float | None, started: float, process: int | str = "self") -> dict[str, Any]:
    """The verdict as plain data; its metric goes to standard output. `process` is the application's, by number."""
    from doctor import garbage
    from doctor.isolation import zygote  # standard library only, like stage 0

    with garbage.uncollected():
        try:
            with zygote.early("doctor.isolation.preload"):  # it loads the SDK while we load the engine
                from doctor import answer  # may be the very thing that fails

                verdict = _answered(answer, event, remaining, started, process)
        except (Exception, SystemExit) as broken:  # noqa: BLE001 - whatever it raises is the fault to be named
            verdict = _stage0(broken, event, started)
        from doctor.render import json as json_form

        return told(json_form.plain(verdict), started)


def told(verdict: dict[str, Any], started: float) -> dict[str, Any]:
    """The same verdict, with all the time that it took until now, when it is about to be handed over."""
    if verdict["timings"]:
        verdict["timings"]["total"] = round(time.monotonic() - started, 3)
    return verdict


def _answered(answer: ModuleType, event: object, remaining: float | None, started: float, process: int | str) -> Any:
    try:
        sandbox = answer.Sandbox(platform=Path(f"/proc/{process}/environ"), sides=_sides(process))
        verdict = answer.answer(event, remaining, started, sandbox=sandbox)
    except ImportError:  # stage 0 names it
        raise
    except Exception as broken:  # noqa: BLE001 - a verdict in any case
        verdict = _failed(broken)
    answer.emit_metric(verdict, event)
    return verdict


def _sides(process: int | str) -> frozenset[Any]:
    """A deployed doctor's role may read the configuration of its own function; an application's role hardly may."""
    from doctor.verdict import Source

    inside = frozenset({Source.INSIDE})
    return inside | {Source.CONTROL} if process == "self" and os.environ.get("AWS_LAMBDA_FUNCTION_NAME") else inside


def _stage0(broken: BaseException, event: object, started: float) -> Any:
    from doctor import stage0
    from doctor.render import emf

    verdict = stage0.verdict(broken, os.environ, started)
    if not emf.is_foreign(event):
        print(emf.render(verdict), flush=True)  # noqa: T201 - the metric's line
    return verdict


def _failed(broken: Exception) -> Any:
    from doctor.redact import brief
    from doctor.runtime import runtime
    from doctor.verdict import Status, Verdict

    headline = f"The doctor itself failed, nothing was decided: {brief(broken)}"
    return Verdict(status=Status.INCONCLUSIVE, headline=headline, runtime=runtime(os.environ))
