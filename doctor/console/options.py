"""Options that several commands have in common, and how a request's fields are spelled as options."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.console import complete
from doctor.console.output import FORMATS
from doctor.render.plain_text import visible
from doctor.verdict import FailOn, InvalidRequest

if TYPE_CHECKING:
    from doctor.console.arrange import Bring
    from doctor.evidence import Known
    from doctor.examine import Run

Command = Callable[..., Any]

PLUGIN = click.option("--plugin", "plugins", multiple=True, metavar="DISTRIBUTION", help="A third party's checks.")
TEMPLATE = click.option(
    "--template",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The SAM or CloudFormation template that FUNCTION is compared with.",
)
EXPERIMENTS = click.option(
    "--no-experiments",
    "experiments",
    is_flag=True,
    default=True,
    flag_value=False,
    help="Sign no second time, with one thing changed, what AWS refused.",
)
# How the fields of a request are spelled on the command line.
_SPELLED = {
    "function": "FUNCTION",
    "targets": "--target",
    "only": "--only",
    "skip": "--skip",
    "budget_seconds": "--budget",
    "fail_on": "--fail-on",
    "experiments": "--no-experiments",
}


# What to write for an input that must not be empty, by its name.
_WRITTEN = {
    "function": "the name or the ARN of a function",
    "region": "a region, such as eu-west-1",
    "profile": "the name of an AWS profile",
    "doctor_function": "the name or the ARN of the function that the doctor is in",
}


def filled(_context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    """A name that was given. A shell writes nothing for a variable that is not set, which must not mean a default.

    Raises:
        InvalidRequest: it is empty.
    """
    if given is not None and not given.strip():
        field = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
        raise InvalidRequest(field, f"is empty: write {_WRITTEN[str(parameter.name)]}, or leave {field} out")
    return given


def spelled(field: str) -> str:
    """`request.targets[0].port` is the user's first `--target`, its port."""
    parts = re.fullmatch(r"(?:request|doctor)\.(\w+)(?:\[(\d+)\])?(.*)", field)
    if not parts or parts[1] not in _SPELLED:
        return visible(field)
    number = f" number {int(parts[2]) + 1}" if parts[2] else ""
    return visible(f"{_SPELLED[parts[1]]}{number}{parts[3].replace('.', ', ')}")


def patterns(name: str, about: str) -> Command:
    """An option that takes patterns of checks."""
    return click.option(name, multiple=True, metavar="PATTERN", help=about, shell_complete=complete.patterns)


def located(command: Command) -> Command:
    """The options that choose whose AWS is asked, and where."""
    profile = click.option("--profile", metavar="NAME", callback=filled, help="The AWS profile to ask with.")
    region = click.option("--region", metavar="NAME", callback=filled, help="The AWS region to ask in.")
    return profile(region(command))


def looking(command: Command) -> Command:
    """The options that choose how a function is looked at."""
    via = click.option(
        "--via",
        type=click.Choice(["outside", "deployed"]),
        help="How FUNCTION is looked at: its configuration (default), or also by a doctor that is deployed.",
    )
    doctor = click.option(
        "--doctor-function", metavar="NAME", callback=filled, help="The function that a deployed doctor is in."
    )
    inside = click.option(
        "--inside", type=click.File("r", encoding="utf-8"), metavar="CASEFILE", help="What was seen inside FUNCTION."
    )
    return via(doctor(inside(command)))


def bringing(function: str | None, via: str | None, common: dict[str, Any]) -> "Bring | None":
    """How evidence from inside the function is got; None where it is only looked at from outside.

    Raises:
        click.UsageError: options that do not go together.
    """
    doctor, file = common["doctor_function"], common["inside"]
    for option, given in (("--via", via), ("--doctor-function", doctor), ("--inside", file)):
        if given and not function:
            raise click.UsageError(f"{option} tells how FUNCTION is looked at: name one")
    if doctor and via != "deployed":
        raise click.UsageError("--doctor-function is asked with --via deployed")
    if file and via == "deployed":
        raise click.UsageError("--inside brings what --via deployed would ask for: choose one of them")
    if not (file or via == "deployed"):
        return None

    def bring(run: "Run") -> "Known":
        from doctor.console import deployed, incoming  # when they are needed

        return incoming.inside(file) if file else deployed.evidence(run, doctor)

    return bring


def reporting(formats: tuple[str, ...] = FORMATS) -> Command:
    """The option that chooses reports, of these formats."""
    return click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"Repeatable: {', '.join(formats)}.",
        shell_complete=complete.words(formats),
    )


def selecting(command: Command) -> Command:
    """The options that choose checks and reports, common to all commands that judge."""
    for option in reversed(
        (
            patterns("--only", "Judge only these checks, such as 'dns.*'."),
            patterns("--skip", "Leave these checks out."),
            click.option("--fail-on", type=click.Choice([str(level) for level in FailOn]), help="What is unhealthy."),
            PLUGIN,
            click.option("--quiet", is_flag=True, help="No progress, and only the headline on the terminal."),
            reporting(),
            click.option(
                "--max-bytes", type=click.IntRange(min=200), metavar="N", help="Cut Markdown to a field's size."
            ),
        )
    ):
        command = option(command)
    return command
