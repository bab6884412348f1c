"""The command line. Each command imports what it needs when it runs, so that `--help` stays quick."""

import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from doctor.output import FORMATS
from doctor.render.plain_text import visible
from doctor.runtime import VERSION
from doctor.verdict import FailOn, InvalidRequest, Status, Verdict

if TYPE_CHECKING:
    from doctor.casefile import CaseFile
    from doctor.examine import Examination, Run
    from doctor.present import Presentation
    from doctor.request import Request

EXIT = {Status.HEALTHY: 0, Status.UNHEALTHY: 1, Status.INCONCLUSIVE: 3}
_INTERRUPTED = 130
_FORMATS = f"Repeatable: {', '.join(FORMATS)}."
# How the fields of a request are spelled on the command line.
_OPTIONS = {
    "targets": "--target",
    "only": "--only",
    "skip": "--skip",
    "budget_seconds": "--budget",
    "fail_on": "--fail-on",
}

Command = Callable[..., Any]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is the contract's: 0 healthy, 1 unhealthy, 2 usage, 3 inconclusive, 130 interrupted."""
    try:
        return int(doctor.main(arguments, prog_name="doctor", standalone_mode=False) or 0)
    except InvalidRequest as error:
        click.echo(f"doctor: {_as_option(error.field)}: {visible(str(error))}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("doctor: interrupted, nothing was decided", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a reader that left is no error
        return EXIT[Status.INCONCLUSIVE]


def _as_option(field: str) -> str:
    """`request.targets[0].port` is the user's first `--target`, its port."""
    parts = re.fullmatch(r"(?:request|doctor)\.(\w+)(?:\[(\d+)\])?(.*)", field)
    if not parts or parts[1] not in _OPTIONS:
        return visible(field)
    number = f" number {int(parts[2]) + 1}" if parts[2] else ""
    return visible(f"{_OPTIONS[parts[1]]}{number}{parts[3].replace('.', ', ')}")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="doctor")
def doctor() -> None:
    """Name the one root cause behind a Lambda function's network and credential failures.

    Exit codes: 0 healthy, 1 unhealthy, 2 usage or bad input, 3 inconclusive, 130 interrupted.
    """


def _selecting(command: Command) -> Command:
    """The options that choose checks and reports, common to all commands that judge."""
    for option in reversed(
        (
            click.option("--only", multiple=True, metavar="PATTERN", help="Judge only these checks, such as 'dns.*'."),
            click.option("--skip", multiple=True, metavar="PATTERN", help="Leave these checks out."),
            click.option("--fail-on", type=click.Choice([str(level) for level in FailOn]), help="What is unhealthy."),
            click.option("--plugin", "plugins", multiple=True, metavar="DISTRIBUTION", help="A third party's checks."),
            click.option("--quiet", is_flag=True, help="No progress, and only the headline on the terminal."),
            click.option("--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help=_FORMATS),
            click.option(
                "--max-bytes", type=click.IntRange(min=200), metavar="N", help="Cut Markdown to a field's size."
            ),
        )
    ):
        command = option(command)
    return command


@doctor.command()
@click.option("--target", "targets", multiple=True, metavar="SERVICE|HOST:PORT|JSON", help="What must be reachable.")
@click.option("--budget", type=float, default=20.0, show_default=True, metavar="SECONDS", help="From 1 to 840.")
@click.option("--profile", metavar="NAME", help="The AWS profile to examine with.")
@click.option("--region", metavar="NAME", help="The AWS region to examine in.")
@_selecting
def examine(targets: tuple[str, ...], budget: float, profile: str | None, region: str | None, **common: Any) -> int:
    """Examine this process and machine: its credentials, its names, and what it reaches."""
    started = time.monotonic()
    from doctor import child

    environ = dict(os.environ)
    environ |= {"AWS_PROFILE": profile} if profile else {}
    environ |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    again = [word for name, value in (("--profile", profile), ("--region", region)) if value for word in (name, value)]
    again += [word for spelled in targets for word in ("--target", spelled)]
    with child.early("doctor.preload"):
        from doctor.examine import examine as run_examination
        from doctor.request import default_targets, target_spelled

        wanted = _wanted(common)
        request = _request(common, targets=[target_spelled(spelled) for spelled in targets], budget_seconds=budget)
        if not request.targets:
            request = request.model_copy(update={"targets": default_targets(environ)})
        setting = _setting(request, environ, started, common, again)
        return _report(run_examination(setting), request, wanted)


@doctor.command()
@click.argument("casefile", type=click.File("r", encoding="utf-8"))
@_selecting
def replay(casefile: Any, **common: Any) -> int:
    """Judge the evidence of a CASEFILE again, with today's checks ('-' reads standard input)."""
    started = time.monotonic()
    from doctor import casefile as case_file
    from doctor.examine import judge_again

    wanted = _wanted(common)
    case = case_file.load(_text(casefile), casefile.name)
    given = {field: list(common[field]) for field in ("only", "skip") if common[field]}
    given |= {"fail_on": common["fail_on"]} if common["fail_on"] else {}
    request = _request({}, **{**case.request.model_dump(exclude={"evidence"}), **given, "budget_seconds": 60.0})
    setting = replace(_setting(request, _environ_of(case), started, common, []), runtime=case.runtime)
    return _report(judge_again(setting, (*case.evidence, *case.missing)), request, wanted)


def _environ_of(case: "CaseFile") -> dict[str, str]:
    """Where the evidence was gathered, not where it is judged again."""
    function = case.runtime.function if case.runtime else None
    return {"AWS_LAMBDA_FUNCTION_NAME": function} if function else {}


def _request(common: dict[str, Any], **fields: Any) -> "Request":
    from doctor.request import parse

    chosen = {name: list(common[name]) for name in ("only", "skip") if common.get(name)}
    chosen |= {"fail_on": common["fail_on"]} if common.get("fail_on") else {}
    return parse(fields | chosen, where="request")


def _setting(
    request: "Request", environ: dict[str, str], started: float, common: dict[str, Any], again: list[str]
) -> "Run":
    from doctor.answer import plugins, verify_with_invoke
    from doctor.examine import Run
    from doctor.present import show_progress
    from doctor.schedule import Schedule
    from doctor.world import World

    def verify(checks: Sequence[str]) -> str:
        return shlex.join(["doctor", "examine", *again, *(word for check in checks for word in ("--only", check))])

    schedule = Schedule(started, request.budget_seconds)
    return Run(
        world=World(request=request, until=schedule.gathered, environ=environ),
        schedule=schedule,
        verify=verify_with_invoke(environ) if environ.get("AWS_LAMBDA_FUNCTION_NAME") else verify,
        plugins=(*plugins(environ), *common["plugins"]),
        progress=(lambda _: None) if common["quiet"] or not sys.stderr.isatty() else show_progress,
    )


def _wanted(common: dict[str, Any]) -> "Presentation":
    from doctor.output import parse
    from doctor.present import Presentation

    return Presentation(outputs=parse(common["outputs"]), quiet=common["quiet"], most_bytes=common["max_bytes"])


def _report(examination: "Examination", request: "Request", wanted: "Presentation") -> int:
    from doctor.present import end_progress, present

    if not wanted.quiet and sys.stderr.isatty():
        end_progress()
    present(examination, request, wanted)
    return EXIT[examination.verdict.status]


@doctor.command()
@click.argument("before", type=click.File("r", encoding="utf-8"))
@click.argument("after", type=click.File("r", encoding="utf-8"))
def diff(before: Any, after: Any) -> int:
    """What changed between two runs: case files, or verdicts as JSON. 0 same or better, 1 worse, 3 incomparable."""
    from doctor import compare

    compared = compare.compare(_verdict(before), _verdict(after))
    click.echo(compare.render(compared), nl=False)
    return {"worse": 1, "incomparable": 3}.get(compared.change.value, 0)


def _verdict(file: Any) -> Verdict:
    from doctor import casefile as case_file

    return case_file.verdict_in(_text(file), file.name)


def _text(file: Any) -> str:
    from doctor.strict_json import MOST_BYTES

    try:
        return str(file.read(MOST_BYTES + 1))
    except UnicodeDecodeError:
        raise InvalidRequest(file.name, "is not UTF-8 text") from None


@doctor.command()
@click.option("--output", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal")
def checks(form: str) -> None:
    """List every check: its id, its severity, and what is true when all is well."""
    from doctor import catalogue

    click.echo(catalogue.listing(form), nl=False)


@doctor.command()
@click.argument("check_id", metavar="ID", required=False)
@click.option("--error", "text", metavar="TEXT", help="An error text: name the checks that know it ('-' reads it).")
@click.option("--output", "form", type=click.Choice(["terminal", "json"]), default="terminal")
def explain(check_id: str | None, text: str | None, form: str) -> int:
    """Explain one check, or an error text: what must be true, why it breaks, what engineers see, how it is mended.

    With --error: 0 where a check knows the text, 3 where none does.
    """
    from doctor import catalogue

    if (check_id is None) == (text is None):
        raise click.UsageError("give either the id of a check or --error TEXT")
    if check_id is not None:
        click.echo(catalogue.entry(check_id, form), nl=False)
        return 0
    known, page = catalogue.reading(sys.stdin.read(100_000) if text == "-" else str(text), form)
    click.echo(page, nl=False)
    return 0 if known else EXIT[Status.INCONCLUSIVE]


@doctor.command()
@click.option("--only", multiple=True, metavar="PATTERN", help="Only what these checks need.")
@click.option("--skip", multiple=True, metavar="PATTERN", help="Without what only these checks need.")
def policy(only: tuple[str, ...], skip: tuple[str, ...]) -> None:
    """Print the least IAM policy that the selected checks need."""
    from doctor import registry
    from doctor.policy import policy as least_policy

    selected = registry.select(registry.built_in(), only, skip, where="policy")
    click.echo(json.dumps(least_policy([registry.load(check_id) for check_id in selected]), indent=2))


@doctor.command()
@click.argument("name", type=click.Choice(["verdict", "request", "casefile"]), default="verdict")
def schema(name: str) -> None:
    """Print the JSON Schema of a verdict, of a request event, or of a case file."""
    from doctor.schema import schema as published

    click.echo(json.dumps(published(name), indent=2))


@doctor.command()
@click.argument("name", required=False, default="missing-token")
@click.option("--list", "listing", is_flag=True, help="List the demonstrations.")
@click.option("--output", "form", type=click.Choice(["terminal", "json"]), default="terminal")
def demo(name: str, listing: bool, form: str) -> int:
    """Examine a broken function in an embedded AWS on this machine; 0 when the promised diagnosis came first."""
    from doctor import demonstrate
    from doctor.present import end_progress, show_progress, wants_colour

    if listing:
        click.echo(demonstrate.listing(), nl=False)
        return 0
    shown = demonstrate.run(name, show_progress if sys.stderr.isatty() else lambda _: None)
    if sys.stderr.isatty():
        end_progress()
    click.echo(demonstrate.report(shown, form, colour=wants_colour()), nl=False)
    return 0 if shown.kept else EXIT[Status(shown.verdict["status"])] or 1


@doctor.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(doctor completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"click completes nothing for {shell}")
    click.echo(found(doctor, {}, "doctor", "_DOCTOR_COMPLETE").source())
