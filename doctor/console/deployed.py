"""A doctor that stands in a function: asked from here to look around, and the evidence that it sends back.

Whatever keeps it from answering says nothing of the function's own health, and ends the run with one line.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from doctor import arn, casefile, encode, strict_json
from doctor.console.live import exported, here, require_asked
from doctor.decode import decode
from doctor.evidence import Known, Reason
from doctor.evidence.calls.control import Reading, Refusal
from doctor.evidence.function import name_of
from doctor.evidence.provenance.place import located, placed
from doctor.examine import Run
from doctor.isolation.child import Task
from doctor.isolation.supervise import Children, End, How, Item
from doctor.login import UnansweredError
from doctor.redact import cut
from doctor.verdict import SCHEMA_VERSION, InvalidRequest, Source
from doctor.world import World

_WAIT, _LOOK = 0.65, 0.45  # shares of the budget: until the reply is here, and for the doctor over there to look around
_LEAST = 1.0  # seconds; no doctor takes a smaller budget
_MOST_BYTES = 7_000_000  # of a reply: Lambda sends 6 MB, and JSON may escape some of it
_PIECE = 250_000  # characters of a reply that travel at once
_TOO_LARGE = "Function.ResponseSizeTooLarge"
_OTHERWISE = "--via outside needs no doctor in a function"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The work of a child: invoke a function, and where it is not the examined one, ask where it stands."""

    world: World
    function: str
    event: dict[str, Any]
    wait: float
    elsewhere: bool

    def __call__(self) -> Iterator[dict[str, object]]:
        os.environ.clear()  # boto3 reads os.environ, and shall see the world's
        os.environ.update(self.world.environ)
        reading = Reading(self.world, self._region)
        named = {"FunctionName": self.function}
        if self.elsewhere:
            action = "lambda:GetFunctionConfiguration"
            said = reading.ask("lambda", "get_function_configuration", action, most=self.wait, **named)
            if not isinstance(said, Refusal):
                vpc = said.get("VpcConfig") or {}
                yield {"place": [sorted(vpc.get("SubnetIds") or ()), sorted(vpc.get("SecurityGroupIds") or ())]}
        # Twice the time: a read may take half of what a call may, and whoever started this child ends it in time.
        body = json.dumps(self.event)
        said = reading.ask("lambda", "invoke", "lambda:InvokeFunction", most=2 * self.wait, Payload=body, **named)
        if isinstance(said, Refusal):
            yield {"refusal": asdict(said)}
            return
        text = said["Payload"].read(_MOST_BYTES).decode("utf-8", "replace")
        yield {"failed": str(said.get("FunctionError") or "")}
        yield from ({"piece": text[start : start + _PIECE]} for start in range(0, len(text), _PIECE))

    @property
    def _region(self) -> str | None:
        """That of an ARN, which need not be the one that was chosen for FUNCTION."""
        return arn.parse(self.function).region or self.world.region


@dataclass
class _Said:
    """What came back so far."""

    text: str = ""
    failed: str = ""
    place: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    refusal: Refusal | None = None

    def note(self, payload: dict[str, Any]) -> None:
        self.text += payload.get("piece", "")
        self.failed = payload.get("failed", self.failed)
        if "place" in payload:
            subnets, groups = payload["place"]
            self.place = tuple(subnets), tuple(groups)
        if "refusal" in payload:
            self.refusal = decode(Refusal, payload["refusal"])


def evidence(run: Run, doctor: str | None) -> Known:
    """What the doctor in the examined function has seen, or the one in the function that is named.

    Raises:
        UnansweredError: it sent no evidence; the message says why.
        InvalidRequest: there is no such function, or the doctor there takes no such target.
    """
    examined = run.world.request.function or ""
    name = doctor or examined
    elsewhere = name_of(name) != name_of(examined)
    run.progress(f"asking the doctor in {name}")
    said = _ask(run, name, elsewhere)
    if said.refusal:
        raise _refused(said.refusal, name, "--doctor-function" if doctor else "FUNCTION", run.world)
    case = _case(said, name)
    known = tuple(item for item in placed(case.known) if item.source is Source.INSIDE)
    if not known:
        raise UnansweredError(f"the doctor in {name} saw nothing from inside; {_OTHERWISE}")
    if said.place is None:
        return known
    return tuple(
        item if item.vantage.subnets else replace(item, vantage=located(item.vantage, *said.place)) for item in known
    )


def _ask(run: Run, name: str, elsewhere: bool) -> _Said:
    """Invoke in a child that is killed when its time is over: no timeout of boto3's bounds the resolver."""
    budget, asked = run.schedule.budget, run.world.request
    wanted: dict[str, Any] = {"targets": [encode.plain(target) for target in asked.targets]} if asked.targets else {}
    wanted |= {} if asked.experiments else {"experiments": False}
    event = {"doctor": {**wanted, "budget_seconds": max(_LEAST, _LOOK * budget), "include_casefile": True}}
    until = run.schedule.started + _WAIT * budget
    world = replace(run.world, known=(), until=until)
    work = Asking(world=world, function=name, event=_without_nulls(event), wait=_WAIT * budget, elsewhere=elsewhere)
    said = _Said()
    with Children() as children:
        # The waiting zygote is left to those who gather.
        children.start([Task(name="asking", work=work, until=until, share=8)])
        while (happened := children.next()) is not None:
            if isinstance(happened, Item):
                said.note(happened.payload)
            elif happened.how is not How.FINISHED:
                raise _unfinished(happened, name, _WAIT * budget)
    return said


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _unfinished(end: End, name: str, waited: float) -> UnansweredError:
    if end.how is How.OUT_OF_TIME:
        return UnansweredError(f"{name} did not answer within {waited:.1f} s; --budget gives it more time")
    return UnansweredError(f"{name} could not be asked: {end.how.value}: {end.detail}")


def _refused(refusal: Refusal, name: str, option: str, world: World) -> Exception:
    """Why AWS did not invoke it."""
    require_asked(refusal, world)
    if refusal.code == "ResourceNotFoundException":
        with exported(world.environ):
            return InvalidRequest(option, f"{name} does not exist {here(world)}")
    if refusal.action:
        return UnansweredError(f"{name} was not invoked: allow {refusal.action} on it ({refusal.code}); {_OTHERWISE}")
    if refusal.reason is Reason.OUT_OF_TIME or "ReadTimeout" in refusal.detail:
        return UnansweredError(f"{name} did not answer in time; --budget gives it more ({refusal.detail})")
    return UnansweredError(f"{name} was not invoked: {refusal.detail}; {_OTHERWISE}")


def _case(said: _Said, name: str) -> casefile.CaseFile:
    """The case file in a reply.

    Raises:
        UnansweredError, InvalidRequest: as `evidence`.
    """
    reply = _object(said, name)
    version = reply["schema_version"]
    if version != SCHEMA_VERSION:
        words = f"speaks version {cut(str(version), 20)!r} and this one {SCHEMA_VERSION!r}: deploy this one there"
        raise UnansweredError(f"the doctor in {name} {words}")
    if isinstance(error := reply.get("error"), dict):
        raise _unwilling(error, name)
    case = reply.get("casefile")
    if not isinstance(case, dict) or "omitted" in case:
        why = "it was too large: name fewer targets" if case else cut(str(reply.get("headline") or ""))
        raise UnansweredError(f"the doctor in {name} sent no evidence: {why}")
    try:
        return casefile.load(json.dumps(case), "casefile")
    except InvalidRequest as error:
        told = cut(f"{error.field}: {error}")
        raise UnansweredError(f"the evidence of the doctor in {name} cannot be read: {told}") from None


def _object(said: _Said, name: str) -> dict[str, Any]:
    """The reply, where it is a verdict. Of what else it may be nothing is repeated: it is the application's own."""
    try:
        reply = strict_json.parse(said.text, "reply")
    except InvalidRequest:
        reply = None
    failed = said.failed or (isinstance(reply, dict) and "errorType" in reply and "findings" not in reply)
    if failed or (reply is None and "Task timed out" in said.text):
        raise _failed(reply if isinstance(reply, dict) else {"errorMessage": said.text}, name)
    if len(said.text) >= _MOST_BYTES:
        raise UnansweredError(f"the reply of {name} is too large: name fewer targets")
    if not isinstance(reply, dict) or not {"schema_version", "findings"} <= set(reply):
        raise UnansweredError(
            f"no doctor answers in {name}: wrap its handler with doctor.beside, or name a deployed doctor with --doctor-function"
        )
    return reply


def _failed(error: dict[str, Any], name: str) -> UnansweredError:
    """The function raised, or was ended by the platform, before it gave a verdict."""
    kind, words = (cut(" ".join(str(error.get(part) or "").split())) for part in ("errorType", "errorMessage"))
    if kind == _TOO_LARGE:
        return UnansweredError(f"the reply of {name} is too large for Lambda: name fewer targets")
    if "Task timed out" in words:
        return UnansweredError(f"{name} ended before its doctor did ({words}): ask with a smaller --budget")
    return UnansweredError(f"{name} failed and gave no verdict: {': '.join(filter(None, (kind, words)))}")


def _unwilling(error: dict[str, Any], name: str) -> Exception:
    """The doctor there does not take the request: of targets, it is the operator who asked for them."""
    field, words = (cut(str(error.get(part) or "")) for part in ("field", "message"))
    if field.startswith("doctor.targets"):
        return InvalidRequest(field, f"the doctor in {name} says: {words}")
    return UnansweredError(f"the doctor in {name} did not take the request: {field}: {words}")
