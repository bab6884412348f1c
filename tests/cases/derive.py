"""Evidence that the laboratory does not record: a recorded run with one fact changed, and a run of another machine."""

import json
from dataclasses import asdict
from typing import Any

from doctor import casefile, encode
from doctor.evidence import Evidence, Vantage
from doctor.evidence.front import Front
from doctor.evidence.function import Function
from doctor.evidence.names import Names, Reply
from doctor.evidence.reach import Reach
from doctor.render import json as plain
from doctor.request import HostTarget, Request
from tests.cases.judge import CASES
from tests.evidence.build import environment, lookup, probe, system

_FRONT_DOOR, _ADDRESSES = "api.example.com", ("192.0.2.10", "192.0.2.74", "192.0.2.139")
_AT = "2026-11-22T16:00:00.000+00:00"


def through_a_stage() -> dict[str, Any]:
    """The healthy run of the deployment notes, asked for through an HTTP API whose stage has a name."""
    case = _recorded("incident-001-deployment-notes/evidence-blank-session")
    for item in case["evidence"]:
        if item["kind"] == Front.kind:
            item["facts"] = {"kind_of_front": "an HTTP API", "prefix": "/v1"}
    return case


def front_door() -> dict[str, Any]:
    """What a laptop sees of the public host while the function behind it hangs."""
    answers = [probe(address=each, status=504, request_id=False, answered_by="API Gateway") for each in _ADDRESSES]
    names = Names(
        host=_FRONT_DOOR,
        port=443,
        system=system(Reply.RESOLVED, *_ADDRESSES),
        lookups=(lookup(Reply.RESOLVED, *_ADDRESSES, nameserver="192.168.1.1"),),
    )
    reach = Reach(host=_FRONT_DOOR, port=443, probes=tuple(answers))
    facts = (environment(in_function=False), names, reach, Front())
    evidence = tuple(Evidence.of(each, vantage=Vantage(), at=_AT, took=0.1) for each in facts)
    asked = Request(targets=(HostTarget(host=_FRONT_DOOR),), only=("dns.*", "reach.*", "front.*"))
    return _case(asked, evidence)


def _case(asked: Request, evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    return {
        "schema_version": casefile.CASEFILE_VERSION,
        "recorded": _AT,
        "request": encode.plain(asked),
        "runtime": _recorded("incident-002-gateway-timeouts/evidence")["runtime"],
        "evidence": [asdict(item) for item in evidence],
        "missing": [],
        "verdict": None,
    }


def _recorded(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return case


def another_name() -> dict[str, Any]:
    """A deployed doctor is asked about the function by the name that the template gives it."""
    name = "OrdersFunction"
    gone = Function(name=name, region="us-east-1", today=_AT[:10], exists=False)
    here = Evidence.of(gone, vantage=Vantage(function=name), at=_AT, took=0.1)
    return _case(Request(function=name, only=("function.*",)), (here,))


MADE = {
    "incident-001-deployment-notes/evidence-stage-prefix": through_a_stage,
    "incident-002-gateway-timeouts/evidence-front-door": front_door,
    "incident-003-import-prefix/evidence-another-name": another_name,
}


def text(name: str) -> str:
    """The case file of this name."""
    return plain.text(MADE[name]())


def write() -> None:
    """Write them beside the recorded ones."""
    for name in MADE:
        (CASES / f"{name}.json").write_text(text(name), encoding="utf-8")
