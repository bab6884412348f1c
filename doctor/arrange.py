"""What the command line asked for, as a request and as a run's setting."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from doctor.answer import plugins, verify_with_invoke
from doctor.casefile import CaseFile
from doctor.examine import Run
from doctor.present import show_progress
from doctor.request import Request, parse
from doctor.schedule import Schedule
from doctor.world import World


def request(common: Mapping[str, Any], **fields: Any) -> Request:
    """The request that the options make; `common` are those of `_selecting` in cli.py.

    Raises:
        InvalidRequest: naming the field.
    """
    chosen = {name: list(common[name]) for name in ("only", "skip") if common.get(name)}
    chosen |= {"fail_on": common["fail_on"]} if common.get("fail_on") else {}
    return parse(fields | chosen, where="request")


def setting(
    asked: Request, environ: dict[str, str], started: float, common: Mapping[str, Any], again: Sequence[str] = ()
) -> Run:
    """The setting of a run; `again` are the words that ask for the same in another run."""

    def verify(checks: Sequence[str]) -> str:
        return shlex.join(["doctor", "examine", *again, *(word for check in checks for word in ("--only", check))])

    schedule = Schedule(started, asked.budget_seconds)
    return Run(
        world=World(request=asked, until=schedule.gathered, environ=environ),
        schedule=schedule,
        verify=verify_with_invoke(environ) if environ.get("AWS_LAMBDA_FUNCTION_NAME") else verify,
        plugins=(*plugins(environ), *common["plugins"]),
        progress=(lambda _: None) if common["quiet"] or not sys.stderr.isatty() else show_progress,
    )


def environ_of(case: CaseFile) -> dict[str, str]:
    """Where the evidence was gathered, not where it is judged again."""
    function = case.runtime.function if case.runtime else None
    return {"AWS_LAMBDA_FUNCTION_NAME": function} if function else {}
