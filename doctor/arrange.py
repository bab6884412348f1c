"""What the command line asked for, as a request and as a run's setting."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctor.answer import plugins, verify_with_invoke
from doctor.casefile import CaseFile
from doctor.examine import Run
from doctor.present import show_progress
from doctor.request import Request, default_targets, parse, target_spelled
from doctor.schedule import Schedule
from doctor.verdict import FailOn, InvalidRequest, Source
from doctor.world import World

_BUDGET = Request().budget_seconds


def request(common: Mapping[str, Any], **fields: Any) -> Request:
    """The request that the options make; `common` are those of `doctor.options.selecting`.

    Raises:
        InvalidRequest: naming the field.
    """
    chosen = {name: list(common[name]) for name in ("only", "skip") if common.get(name)}
    chosen |= {"fail_on": common["fail_on"]} if common.get("fail_on") else {}
    return parse(fields | chosen, where="request")


def examination(function: str | None, via: str | None, common: Mapping[str, Any], started: float) -> Run:
    """The run that `doctor examine` asks for: of this process, or of a function's configuration.

    Without targets, a process has those of its own variables; what a function's variables name, its evidence tells.

    Raises:
        InvalidRequest: naming the option.
    """
    environ = environment(common["profile"], common["region"], function)
    spelled = common["targets"]
    named = {"function": function} if function else {}
    targets = [target_spelled(each) for each in spelled]
    try:
        asked = request(common, targets=targets, budget_seconds=common["budget"], **named)
    except InvalidRequest as error:
        if error.field == "request.function":
            raise InvalidRequest("FUNCTION", "write the name or the ARN of a function") from None
        raise
    if not asked.targets and not function:
        asked = replace(asked, targets=default_targets(environ))
    again = [word for name in ("profile", "region") if common[name] for word in (f"--{name}", common[name])]
    again += ["--via", via] if via else []
    again += [word for each in spelled for word in ("--target", each)]
    return setting(asked, environ, started, common, [*again, *repeated(asked)])


def repeated(asked: Request) -> list[str]:
    """The options that a request tells of, where they are not the usual ones."""
    budget = ["--budget", f"{asked.budget_seconds:g}"] if asked.budget_seconds != _BUDGET else []
    return budget + (["--fail-on", asked.fail_on.value] if asked.fail_on is not FailOn.BREAKS else [])


def environment(profile: str | None, region: str | None, function: str | None = None) -> dict[str, str]:
    """This process's variables, with the profile and the region that were chosen; a function's ARN chooses one, too.

    Where somebody else's function is looked at, a chosen profile wins over keys in variables, as with the AWS CLI.
    """
    environ = dict(os.environ)
    if profile:
        environ.pop("AWS_DEFAULT_PROFILE", None)  # to botocore it comes before the other
        environ["AWS_PROFILE"] = profile
    if profile and function is not None:
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environ.pop(key, None)
    parts = (function or "").split(":")
    if chosen := region or (parts[3] if parts[0] == "arn" and len(parts) > 3 else ""):
        environ |= {"AWS_REGION": chosen, "AWS_DEFAULT_REGION": chosen}
    return environ


def setting(
    asked: Request, environ: dict[str, str], started: float, common: Mapping[str, Any], again: Sequence[str] = ()
) -> Run:
    """The setting of a run; `again` are the words that ask for the same in another run."""
    function = [asked.function] if asked.function else []
    words = [*function, *again, *(word for name in common["plugins"] for word in ("--plugin", name))]

    def verify(checks: Sequence[str]) -> str:
        return shlex.join(["doctor", "examine", *words, *(word for check in checks for word in ("--only", check))])

    schedule = Schedule(started, asked.budget_seconds)
    inside = environ.get("AWS_LAMBDA_FUNCTION_NAME") and not function
    return Run(
        world=World(request=asked, until=schedule.gathered, environ=environ),
        schedule=schedule,
        verify=verify_with_invoke(environ) if inside else verify,
        sides=frozenset({Source.CONTROL if function else Source.INSIDE}),
        plugins=(*plugins(environ), *common["plugins"]),
        progress=(lambda _: None) if common["quiet"] or not sys.stderr.isatty() else show_progress,
    )


def environ_of(case: CaseFile) -> dict[str, str]:
    """Where the evidence was gathered, not where it is judged again."""
    function = case.runtime.function if case.runtime else None
    return {"AWS_LAMBDA_FUNCTION_NAME": function} if function else {}
