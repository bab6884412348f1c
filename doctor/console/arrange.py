"""What the command line asked for, as a request and as a run's setting."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from doctor import arn, rerun, shared_configuration
from doctor.answer import plugins, verify_with_invoke
from doctor.casefile import CaseFile
from doctor.console.present import show_progress, wants_progress
from doctor.evidence import Known
from doctor.examine import Run, Verify
from doctor.request import Request, default_targets, parse
from doctor.schedule import Schedule
from doctor.verdict import FailOn, InvalidRequest, Source
from doctor.world import World

_BUDGET = Request().budget_seconds
Bring = Callable[[Run], Known]


def request(common: Mapping[str, Any], **fields: Any) -> Request:
    """The request that the options make; `common` are those of `doctor.console.options.selecting`.

    Raises:
        InvalidRequest: naming the field.
    """
    chosen = {name: list(common[name]) for name in ("only", "skip") if common.get(name)}
    chosen |= {"fail_on": common["fail_on"]} if common.get("fail_on") else {}
    return parse(fields | chosen, where="request")


def examination(function: str | None, bring: Bring | None, common: Mapping[str, Any], started: float) -> Run:
    """The run that `doctor examine` asks for: of this process, or of a function's configuration.

    `bring` gets evidence that was seen from inside the function. Without targets, a process has those of its own variables;
    what a function's variables name, its evidence tells.

    Raises:
        InvalidRequest: naming the option.
        UnansweredError: no evidence could be got.
    """
    environ = environment(common["profile"], common["region"], function)
    named = {"function": function} if function is not None else {}
    targets = list(common["targets"])
    try:
        asked = request(
            common, targets=targets, budget_seconds=common["budget"], experiments=common["experiments"], **named
        )
    except InvalidRequest as error:
        if error.field == "request.function":
            raise InvalidRequest("FUNCTION", "write the name or the ARN of a function") from None
        raise
    if not asked.targets and function is None:
        asked = replace(asked, targets=default_targets(environ))
    file = common["template"]
    plain = setting(asked, environ, started, common)
    # A template that cannot be read ends the run before anybody is asked.
    run = _beside_template(plain, file) if file else plain
    known = bring(plain) if bring else ()
    words = [word for name in ("profile", "region") if common[name] for word in (f"--{name}", common[name])]
    words += repeated(asked, known) + (["--template", str(file)] if file else [])
    return replace(run, world=replace(run.world, known=known), verify=_verify(asked, environ, common, words))


def _must_stand(profile: str, environ: Mapping[str, str]) -> None:
    """Refuse a profile that stands nowhere; where a file cannot be read, boto3 says why.

    Raises:
        InvalidRequest: there is no such profile.
    """
    if not (shared_configuration.defines(environ, profile) or shared_configuration.silent(environ)):
        raise InvalidRequest("--profile", shared_configuration.absent(profile))


def _beside_template(run: Run, file: Path) -> Run:
    """The same run, which compares the function with what a template says of it.

    Raises:
        InvalidRequest: the file is no template, or does not tell which of its functions this is.
    """
    from doctor.template import functions  # imports yaml

    try:
        found = functions.declared(file, run.world.request.function or "", run.world.region)
    except InvalidRequest as error:
        raise InvalidRequest(f"--template {error.field}", str(error)) from None
    return replace(run, world=replace(run.world, template=found), sides=run.sides | {Source.ARTIFACT})


def repeated(asked: Request, known: Known) -> list[str]:
    """The options that ask for the same: how it was looked at, at which targets, and what was not as usual."""
    how = rerun.via(known, asked.function) if asked.function else []
    how += rerun.targets(asked.targets)
    how += ["--budget", f"{asked.budget_seconds:g}"] if asked.budget_seconds != _BUDGET else []
    how += ["--fail-on", asked.fail_on.value] if asked.fail_on is not FailOn.BREAKS else []
    return how + ([] if asked.experiments else ["--no-experiments"])


def environment(profile: str | None, region: str | None, function: str | None = None) -> dict[str, str]:
    """This process's variables, with the profile and the region that were chosen; a function's ARN chooses one, too.

    Where somebody else's function is looked at, a chosen profile wins over keys in variables, and AWS_REGION over what boto3
    reads, as with the AWS CLI.

    Raises:
        InvalidRequest: the ARN is of another region than the one that was chosen, whose Lambda knows nothing of it; or
            there is no such profile.
    """
    environ = dict(os.environ)
    of_arn = arn.parse(function or "").region
    if region and of_arn and region != of_arn:
        raise InvalidRequest("--region", f"the function's ARN is of {of_arn}, and not of {region}: leave --region out")
    if profile:
        environ.pop("AWS_DEFAULT_PROFILE", None)  # to botocore it comes before the other
        environ["AWS_PROFILE"] = profile
        _must_stand(profile, environ)
    if profile and function is not None:
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environ.pop(key, None)
    own = environ.get("AWS_REGION", "") if function is not None else ""
    if chosen := region or of_arn or own:
        environ |= {"AWS_REGION": chosen, "AWS_DEFAULT_REGION": chosen}
    return environ


def setting(
    asked: Request, environ: dict[str, str], started: float, common: Mapping[str, Any], same: Sequence[str] = ()
) -> Run:
    """The setting of a run; `same` are the words that ask for the same in another run."""
    schedule = Schedule(started, asked.budget_seconds)
    return Run(
        world=World(request=asked, until=schedule.gathered, environ=environ),
        schedule=schedule,
        verify=_verify(asked, environ, common, same),
        sides=frozenset({Source.CONTROL if asked.function else Source.INSIDE}),
        plugins=(*plugins(environ), *common["plugins"]),
        progress=(lambda _: None) if common["quiet"] or not wants_progress() else show_progress,
    )


def _verify(asked: Request, environ: Mapping[str, str], common: Mapping[str, Any], same: Sequence[str]) -> Verify:
    function = [asked.function] if asked.function else []
    if environ.get("AWS_LAMBDA_FUNCTION_NAME") and not function:
        return verify_with_invoke(environ)
    words = [*function, *same, *(word for name in common["plugins"] for word in ("--plugin", name))]

    def verify(checks: Sequence[str]) -> str:
        return shlex.join(["doctor", "examine", *words, *(word for check in checks for word in ("--only", check))])

    return verify


def environ_of(case: CaseFile) -> dict[str, str]:
    """Where the evidence was gathered, not where it is judged again."""
    function = case.runtime.function if case.runtime else None
    return {"AWS_LAMBDA_FUNCTION_NAME": function} if function else {}
