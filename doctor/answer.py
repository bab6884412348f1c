"""From any event to the verdict: what the deployed handler and `beside` have in common."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from doctor import casefile, request
from doctor.evidence import Known
from doctor.examine import Run, examine
from doctor.redact import Redactor
from doctor.render import emf
from doctor.render import json as json_form
from doctor.runtime import runtime
from doctor.schedule import Schedule
from doctor.verdict import InvalidRequest, Refusal, Source, Status, Timings, Verdict
from doctor.world import World, now

MOST_BYTES = 5_000_000  # Lambda's limit is 6 MB, and exceeding it ends the runtime process
_BEHIND_HTTP = 25.0  # seconds; API Gateway gives up after 29
_LEAST = 0.3  # seconds; in less, not even the quickest look ends
# Seconds to read what checks said of one target, to mask it and to write it as JSON: 64 targets make 2,300 findings, which
# takes 0.13 s on one core (measured), and as much again where their evidence is written too.
_PER_TARGET = 0.002
_MARGIN = 0.2  # seconds left to Lambda after our reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """Whose sandbox it is.

    `platform` is the file in which the kernel keeps the environment of the application's process. `sides` are those that
    are asked of this very function; of one that the request names, the control plane is asked in any case.
    """

    platform: Path = World.platform_environ
    sides: frozenset[Source] = frozenset({Source.INSIDE})


def answer(
    event: object,
    remaining: float | None,
    started: float,
    environ: Mapping[str, str] | None = None,
    sandbox: Sandbox = Sandbox(),
) -> Verdict:
    """Examine as the event asks. `remaining` is the seconds that the invocation has left, None where nobody counts."""
    environ = dict(os.environ) if environ is None else environ
    try:
        asked = request.from_event(event, environ)
        schedule = Schedule(started, _budget(asked, event, remaining))
        if schedule.budget < _LEAST:
            return too_late(schedule, environ)
        known = _brought(asked, schedule)
        schedule = replace(schedule, report=_report(asked, known))
        world = World(
            request=asked,
            until=schedule.gathered,
            environ=environ,
            known=known,
            remaining=remaining,
            event=event if isinstance(event, dict) and "requestContext" in event else None,
            platform_environ=sandbox.platform,
        )
        verify = verify_with_invoke(environ, event)
        asks = sandbox.sides | {Source.CONTROL} if asked.function else sandbox.sides
        examination = examine(Run(world=world, schedule=schedule, verify=verify, sides=asks, plugins=plugins(environ)))
    except InvalidRequest as error:
        return refused(error, environ)
    verdict = examination.verdict
    if asked.include_casefile:
        verdict = replace(verdict, casefile=casefile.record(asked, examination))
    return json_form.fit(verdict, MOST_BYTES)


def _brought(asked: request.Request, schedule: Schedule) -> Known:
    """What the request brings along, as far as it speaks of now."""
    if not asked.evidence:
        return ()
    from doctor.evidence.provenance.age import current  # an ordinary run shall not wait for what reads AWS

    return current(casefile.brought_along(asked.evidence, "doctor.evidence", schedule.gathered), now())


def _report(asked: request.Request, known: Known) -> float:
    """Seconds that it takes to write of so many targets."""
    targets = len(asked.targets) + len({item.target for item in known})
    return targets * _PER_TARGET * (2 if asked.include_casefile else 1)


def emit_metric(verdict: Verdict, event: object) -> None:
    """One EMF line on standard output; none for a run that judged evidence brought along."""
    if not emf.is_foreign(event):
        sys.stdout.write(emf.render(verdict) + "\n")
        sys.stdout.flush()


def too_late(schedule: Schedule, environ: Mapping[str, str]) -> Verdict:
    """The verdict where an invocation has no time left to look."""
    return Verdict(
        status=Status.INCONCLUSIVE,
        headline=f"Nothing was examined: {max(0.0, schedule.budget):.1f} s were left, and {_LEAST} s are the least.",
        timings=Timings(budget=max(0.0, schedule.budget), reserve=0.0, total=round(schedule.spent, 3)),
        runtime=runtime(environ),
    )


def refused(error: InvalidRequest, environ: Mapping[str, str]) -> Verdict:
    """The verdict on input that cannot be carried out."""
    masked = Redactor(environ).text
    field, message = masked(error.field), masked(str(error))
    return Verdict(
        status=Status.INCONCLUSIVE,
        headline=f"Nothing was examined: {field}: {message}",
        runtime=runtime(environ),
        error=Refusal(type="InvalidRequest", field=field, message=message),
    )


def plugins(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The third parties' distributions that the deployer named in `DOCTOR_PLUGINS`, separated by commas."""
    return tuple(name.strip() for name in environ.get("DOCTOR_PLUGINS", "").split(",") if name.strip())


def verify_with_invoke(environ: Mapping[str, str], event: object = None) -> Callable[[Sequence[str]], str]:
    """How to look again: invoke this function for the same checks and targets; outside a function, the command line."""
    function = environ.get("AWS_LAMBDA_FUNCTION_NAME")
    asked = event.get("doctor") if isinstance(event, dict) else None
    asked = asked if isinstance(asked, dict) else {}
    same = {"targets": asked["targets"]} if asked.get("targets") else {}
    same |= {"experiments": False} if asked.get("experiments") is False else {}

    def verify(checks: Sequence[str]) -> str:
        if not function:
            return " ".join(["doctor examine", *(f"--only {check}" for check in checks)])
        payload = shlex.quote(json.dumps({"doctor": {**same, "only": list(checks)}}))
        return (
            f"aws lambda invoke --function-name {shlex.quote(function)} --cli-binary-format raw-in-base64-out "
            f"--payload {payload} /dev/stdout"
        )

    return verify


def _budget(asked: request.Request, event: object, remaining: float | None) -> float:
    limits = [asked.budget_seconds]
    if remaining is not None:
        limits.append(remaining - _MARGIN)
    if isinstance(event, dict) and "requestContext" in event:
        limits.append(_BEHIND_HTTP)
    return min(limits)
