"""`doctor path` and `doctor snapshot`: the configured network by itself. What is heavy is imported when they run."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.console.options import filled, located, reporting
from doctor.console.output import parse, say, write
from doctor.render.plain_text import visible
from doctor.verdict import InvalidRequest

if TYPE_CHECKING:
    from doctor.console.snapshot import Snapshot
    from doctor.network.ends import Source
    from doctor.network.model import Network

_FORMATS = ("terminal", "json")
_EXIT = {True: 0, False: 1, None: 3}
_FOLDER = click.Path(path_type=Path)


@click.command()
@click.option("--snapshot", "folder", type=_FOLDER, metavar="DIR", help="Replies in a folder, instead of AWS itself.")
@click.option("--from", "start", required=True, metavar="ENI|INSTANCE|SUBNET+SG[+SG]", help="Where connections start.")
@click.option("--to", required=True, metavar="ADDRESS:PORT|HOST:PORT|SERVICE", help="Where they shall lead.")
@click.option("--protocol", type=click.Choice(["tcp", "udp"]), default="tcp", show_default=True)
@click.option("--source-port", "port", type=click.IntRange(1, 65535), metavar="N", help="One, not the ephemeral range.")
@click.option("--quiet", is_flag=True, help="No progress.")
@located
@reporting(_FORMATS)
def path(folder: Path | None, start: str, to: str, protocol: str, port: int | None, **common: Any) -> int:
    """Say whether connections pass, hop by hop and both ways.

    Reads how the network is configured, and connects to nothing. --from is eni-…, i-…, or subnet-…+sg-… for a
    function's interfaces; a name is resolved as it would be in that VPC. Of several addresses the worst decides.
    Exit codes: 0 reachable, 1 not, 2 usage or bad input, 3 unknown.
    """
    from doctor.console import target
    from doctor.console.present import terminal_width, wants_colour
    from doctor.console.unread import Reasons
    from doctor.network.model import Network
    from doctor.network.trace import Asked, trace
    from doctor.redact import Redactor
    from doctor.render import path as picture
    from doctor.render.json import text

    wanted = parse(common["outputs"], _FORMATS)
    named = target.named(to)
    _source(Network(), start, port)  # what is misspelled is told before anything is read
    taken = _read(folder, start, common)
    network = replace(taken.network(), unread=Reasons(taken.unread, taken.replies))
    host, number = target.place(named, common["region"] or network.region)
    asked = Asked(start=start, host=host, port=number, protocol=protocol)
    traced = Redactor(os.environ).plain(trace(network, _source(network, start, port), asked))
    for output in wanted:
        if output.format == "json":
            said = text(picture.form(traced))
        else:
            said = picture.render(traced, colour=output.file is None and wants_colour(), width=terminal_width())
        write(output.file, said) if output.file else say(said)
    return _EXIT[traced.reachable]


def _read(folder: Path | None, start: str, common: dict[str, Any]) -> "Snapshot":
    from doctor.console import arrange, snapshot

    if folder is not None and common["profile"]:
        raise click.UsageError("--profile says who asks AWS, and with --snapshot nobody does")
    if folder is not None:
        return snapshot.read(folder)
    from doctor.console import live

    with live.asking(arrange.environment(common["profile"], common["region"], "")) as world:
        vpc = live.vpc_of_source(world, start)
        with _progress(common):
            return live.network(world, (vpc,) if vpc else ())


@contextlib.contextmanager
def _progress(common: dict[str, Any]) -> Iterator[None]:
    """One line on a terminal, while reading takes seconds."""
    from doctor.console.present import end_progress, show_progress, wants_progress

    if common["quiet"] or not wants_progress():
        yield
        return
    show_progress("reading the network")
    try:
        yield
    finally:
        end_progress()


def _source(network: "Network", start: str, port: int | None) -> "Source":
    from doctor.network.sources import source

    try:
        found = source(network, start)
    except (LookupError, ValueError) as error:
        raise InvalidRequest("--from", str(error)) from None
    return replace(found, ports=(port, port)) if port else found


@click.command()
@click.argument("folder", type=_FOLDER, metavar="DIR")
@click.option("--vpc", "vpcs", multiple=True, metavar="VPC", help="Repeatable: only what concerns these VPCs.")
@click.option("--function", metavar="NAME", callback=filled, help="Only what concerns the VPC of this function.")
@click.option("--quiet", is_flag=True, help="No progress.")
@located
def snapshot(folder: Path, vpcs: tuple[str, ...], function: str | None, **common: Any) -> int:
    """Save the replies that path and examine read, into a folder.

    Without --vpc and --function: of all VPCs of the region. A reply that is there is whole; one that could not be read
    is not there, and is named on standard error. Exit codes: 0, or 3 if something was not read that this SDK could ask.
    """
    from doctor.console import arrange, live
    from doctor.console.snapshot import replaced
    from doctor.console.snapshot import write as save
    from doctor.evidence.calls.network.reader import NO_SUCH_CALL
    from doctor.login import UnansweredError
    from doctor.redact import Redactor

    replaced(folder)  # what may not be written over is told before anything is read
    redact = Redactor(os.environ)
    with live.asking(arrange.environment(common["profile"], common["region"], function or "")) as world:
        named = (*vpcs, *((live.vpc_of_function(world, function),) if function else ()))
        with _progress(common):
            taken = live.network(world, tuple(dict.fromkeys(named)))
    for why in dict.fromkeys(taken.unread[reply] for reply in sorted(taken.unread)):
        alike = ", ".join(sorted(reply for reply, told in taken.unread.items() if told == why))
        click.echo(visible(redact.text(f"doctor: not read: {alike} ({why})")), err=True)
    if not taken.replies:
        raise UnansweredError("nothing was read, so nothing is saved")
    save(folder, taken.replies)
    return 0 if all(why.startswith(NO_SUCH_CALL) for why in taken.unread.values()) else 3
