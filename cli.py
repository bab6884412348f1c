"""The command line. Each command imports what it needs when it runs, so that `--help` stays quick."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from doctor.console import complete, network_commands
from doctor.console.options import (
    EXPERIMENTS,
    PLUGIN,
    TEMPLATE,
    bringing,
    filled,
    located,
    looking,
    patterns,
    selecting,
    spelled,
)
from doctor.console.output import UndeliveredError, say
from doctor.login import UnansweredError
from doctor.render.plain_text import visible
from doctor.runtime import VERSION
from doctor.verdict import InvalidRequest, Status

if TYPE_CHECKING:
    from doctor.console.present import Presentation
    from doctor.examine import Examination
    from doctor.request import Request

EXIT = {Status.HEALTHY: 0, Status.UNHEALTHY: 1, Status.INCONCLUSIVE: 3}
_INTERRUPTED = 130
_TO_JUDGE = 60.0  # seconds of a replay: it waits for nothing, and a slow machine shall tell no less than a fast one


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is the contract's: 0 healthy, 1 unhealthy, 2 usage, 3 inconclusive, 130 interrupted."""
    try:
        return int(doctor.main(arguments, prog_name="doctor", standalone_mode=False) or 0)
    except InvalidRequest as error:
        click.echo(f"doctor: {spelled(error.field)}: {visible(str(error))}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("doctor: interrupted, nothing was decided", err=True)
        return _INTERRUPTED
    except (UnansweredError, UndeliveredError) as error:
        left = isinstance(error, UndeliveredError) and error.reader_left  # `| head`: no error, but not delivered
        if not left:
            click.echo(f"doctor: {visible(str(error))}", err=True)
        return EXIT[Status.INCONCLUSIVE]
    except SystemExit as ended:  # click's way to end a completion, or to say that the reader of its help left
        return EXIT[Status.INCONCLUSIVE] if ended.code else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="doctor")
def doctor() -> None:
    """Name the one root cause behind a Lambda function's network and credential failures.

    Exit codes: 0 healthy, 1 unhealthy, 2 usage or bad input, 3 inconclusive, 130 interrupted.
    """


doctor.add_command(network_commands.path)
doctor.add_command(network_commands.snapshot)


@doctor.command()
@click.argument("function", required=False, callback=filled)
@looking
@click.option("--target", "targets", multiple=True, metavar="SERVICE|HOST:PORT|JSON", help="What must be reachable.")
@TEMPLATE
@click.option("--budget", type=float, default=20.0, show_default=True, metavar="SECONDS", help="From 1 to 840.")
@EXPERIMENTS
@located
@selecting
def examine(function: str | None, via: str | None, **common: Any) -> int:
    """Examine this process, or the configuration of a function.

    Without FUNCTION: the credentials, names and connections of this process. With FUNCTION, a name or an ARN: what AWS
    says of it and of the network around it, asked from here; its targets are those that its variables name. With
    --via deployed or --inside also what was seen from inside it, in one verdict.
    """
    started = time.monotonic()
    from doctor import garbage
    from doctor.isolation import zygote

    bring = bringing(function, via, common)
    if common["template"] and not function:
        raise click.UsageError("--template is what FUNCTION is compared with: name one")
    with zygote.early("doctor.isolation.preload"), garbage.uncollected():
        from doctor.console import arrange
        from doctor.examine import examine as run_examination

        wanted = _wanted(common)
        setting = arrange.examination(function, bring, common, started)
        examination = run_examination(setting)
        if function:
            from doctor.console import live, target

            live.require_seen(examination.gathered, setting.world)
            if (inferred := target.inferred(examination.gathered)) and not common["targets"] and not wanted.quiet:
                click.echo(visible(f"doctor: {inferred}"), err=True)
        return _report(examination, setting.world.request, wanted)


@doctor.command()
@click.argument("casefile", type=click.File("r", encoding="utf-8"))
@selecting
def replay(casefile: Any, **common: Any) -> int:
    """Judge a case file's evidence again, with today's checks.

    CASEFILE may be a function's reply that carries its case file; '-' reads standard input.
    """
    started = time.monotonic()
    from doctor.console import arrange, incoming
    from doctor.encode import plain
    from doctor.examine import judge_again

    wanted = _wanted(common)
    case = incoming.case(casefile)
    asked = {**plain(replace(case.request, evidence=())), "budget_seconds": _TO_JUDGE}
    with incoming.asked_by(casefile.name, common):
        request = arrange.request(common, **asked)
        same = arrange.repeated(case.request, case.known)
        setting = arrange.setting(request, arrange.environ_of(case), started, common, same)
        examination = judge_again(replace(setting, runtime=case.runtime), case.known)
    return _report(examination, request, wanted)


def _wanted(common: dict[str, Any]) -> "Presentation":
    from doctor.console.output import parse
    from doctor.console.present import Presentation

    outputs = parse(common["outputs"])
    if common["max_bytes"] and all(output.format != "markdown" for output in outputs):
        raise InvalidRequest("--max-bytes", "cuts Markdown and nothing else: ask for --output markdown as well")
    return Presentation(outputs=outputs, quiet=common["quiet"], most_bytes=common["max_bytes"])


def _report(examination: "Examination", request: "Request", wanted: "Presentation") -> int:
    from doctor.console.present import end_progress, present, wants_progress

    if not wanted.quiet and wants_progress():
        end_progress()
    present(examination, request, wanted)
    return EXIT[examination.verdict.status]


@doctor.command()
@click.argument("before", type=click.File("r", encoding="utf-8"))
@click.argument("after", type=click.File("r", encoding="utf-8"))
def diff(before: Any, after: Any) -> int:
    """Tell what changed between two case files or verdicts.

    0 same or better, 1 worse, 3 incomparable: different functions, regions or targets, or less is known than before.
    """
    from doctor.console import compare, incoming

    compared = compare.compare(incoming.verdict(before), incoming.verdict(after))
    say(compare.render(compared))
    return {"worse": 1, "incomparable": 3}.get(compared.change.value, 0)


@doctor.command()
@PLUGIN
@click.option("--output", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal")
def checks(plugins: tuple[str, ...], form: str) -> int:
    """List every check: its severity, and what must be true."""
    from doctor.console import catalogue

    theirs, failed = catalogue.third_parties(_named(plugins))
    say(catalogue.listing(form, theirs))
    return _complain(failed)


@doctor.command()
@click.argument("check_id", metavar="ID", required=False, shell_complete=complete.checks)
@click.option("--error", "text", metavar="TEXT", help="An error text: name the checks that know it ('-' reads it).")
@PLUGIN
@click.option("--output", "form", type=click.Choice(["terminal", "json"]), default="terminal")
def explain(check_id: str | None, text: str | None, plugins: tuple[str, ...], form: str) -> int:
    """Explain a check, or find the checks that know an error text.

    Tells what must be true, why it breaks, what engineers see, and how it is mended.
    With --error: 0 where a check knows the text, 3 where none does.
    """
    from doctor import registry
    from doctor.console import catalogue, errors

    if (check_id is None) == (text is None):
        raise click.UsageError("give either the id of a check or --error TEXT")
    if check_id is not None:
        theirs, failed = catalogue.third_parties(() if check_id in registry.built_in() else _named(plugins))
        if failed and all(check.id != check_id for check in theirs):
            return _complain(failed)
        say(catalogue.entry(check_id, form, theirs))
        return _complain(failed)
    given = errors.decoded(sys.stdin.buffer.read(errors.MOST_BYTES)) if text == "-" else str(text)
    known, page = catalogue.reading(given, form)
    say(page)
    return 0 if known else EXIT[Status.INCONCLUSIVE]


def _named(plugins: tuple[str, ...]) -> tuple[str, ...]:
    from doctor.answer import plugins as deployed

    return tuple(dict.fromkeys((*deployed(os.environ), *plugins)))


def _complain(failed: Sequence[str]) -> int:
    for line in failed:
        click.echo(f"doctor: {line}", err=True)
    return EXIT[Status.INCONCLUSIVE] if failed else 0


@doctor.command()
@patterns("--only", "Only what these checks need.")
@patterns("--skip", "Without what only these checks need.")
@click.option(
    "--target", "targets", multiple=True, metavar="JSON", help="A bucket: of no other the keys may be listed."
)
def policy(only: tuple[str, ...], skip: tuple[str, ...], targets: tuple[str, ...]) -> None:
    """Print the least IAM policy that the selected checks need."""
    from doctor import registry, request
    from doctor.console.policy import policy as least_policy

    selected = registry.select(registry.built_in(), only, skip, where="request")
    named = request.parse({"targets": targets}, where="request").targets
    least = least_policy([registry.load(check_id) for check_id in selected], named)
    if not least["Statement"]:
        click.echo("doctor: the selected checks need no permission: this policy allows nothing", err=True)
    say(json.dumps(least, indent=2) + "\n")


@doctor.command()
@click.argument("name", type=click.Choice(["verdict", "request", "casefile", "path"]), default="verdict")
def schema(name: str) -> None:
    """Print the JSON Schema of a verdict, request, casefile or path."""
    from doctor.console.schema import schema as published

    say(json.dumps(published(name), indent=2) + "\n")


@doctor.command()
@click.argument("name", required=False, default="missing-token", shell_complete=complete.demonstrations)
@click.option("--list", "listing", is_flag=True, help="List the demonstrations.")
@click.option("--output", "form", type=click.Choice(["terminal", "json"]), default="terminal")
def demo(name: str, listing: bool, form: str) -> int:
    """Examine a broken function in an embedded AWS, on this machine.

    0 when the promised diagnosis came first.
    """
    from doctor.console import demonstrate
    from doctor.console.present import end_progress, show_progress, wants_colour, wants_progress

    if listing:
        say(demonstrate.listing())
        return 0
    shown = demonstrate.run(name, show_progress if wants_progress() else lambda _: None)
    if wants_progress():
        end_progress()
    say(demonstrate.report(shown, form, colour=wants_colour()))
    return 0 if shown.kept else EXIT[Status(shown.verdict["status"])] or 1


@doctor.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    Use it as in: eval "$(doctor completion bash)".
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"click completes nothing for {shell}")
    say(found(doctor, {}, "doctor", "_DOCTOR_COMPLETE").source() + "\n")
