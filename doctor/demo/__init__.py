"""Broken functions, each with the diagnosis that it is promised: examined in an embedded AWS on this machine.

Nothing heavy is imported here: the embedded AWS has a process of its own, and so has the function where an emulator
of Lambda's runtime is installed.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doctor.demo import emulator
from doctor.demo.embedded import DemoError, EmbeddedAWS, require

__all__ = ["DEFAULT", "NAMES", "DemoError", "Demonstration", "run"]

Progress = Callable[[str], None]

DEFAULT = "missing-token"
_APPLICATIONS = Path(__file__).parent / "applications"
_CLIENT = "settings:client"
_FUNCTION = {"AWS_LAMBDA_FUNCTION_NAME": "orders", "DOCTOR_ALLOW_LOCAL": "1"}
_DIFFERS = "credentials.application-client-differs"


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """One demo, shown. `subject` tells the incident, `failure` is the error that the application itself met.

    `kept`: the promised diagnosis came first, of the promised subjects, and explained what it should; of the healthy
    application: it is called healthy, and no problem is found.
    """

    name: str
    subject: str
    place: str
    failure: str
    promised: str | None
    verdict: dict[str, Any]
    kept: bool


@dataclass(frozen=True, kw_only=True)
class _Story:
    """What is wrong, and what the doctor must make of it."""

    line: str
    subject: str
    promised: str | None = None
    explained: frozenset[str] = frozenset()
    client: bool = True  # whether the application has a boto3 client of its own
    service: str = "dynamodb"


_STORIES = {
    "missing-token": _Story(
        line="a settings object forwards key and secret of the role, and leaves the session token behind",
        subject="An orders function writes to DynamoDB. Its settings read AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and "
        "hand them to boto3; AWS_SESSION_TOKEN stays behind, although the role's environment is complete.",
        promised="credentials.missing-session-token",
        explained=frozenset({_DIFFERS}),
    ),
    "blank-keys": _Story(
        line="optional keys default to empty strings, and boto3 signs with them instead of the role's",
        subject='An orders function sends to SQS. Its settings have optional keys that default to "" and are always handed '
        "to boto3, so that the role's credentials are never used.",
        promised="credentials.blank-explicit-keys",
        explained=frozenset({_DIFFERS}),
        service="sqs",
    ),
    "refused": _Story(
        line="the orders database does not listen on the port that the function was given",
        subject="An orders function connects to its database. The host is there, and nothing listens on the port.",
        promised="reach.connection-refused",
        client=False,
    ),
    "healthy": _Story(
        line="nothing is wrong: the client is built on the role, and DynamoDB answers",
        subject="An orders function writes to DynamoDB with the credentials of its role.",
    ),
}
NAMES: dict[str, str] = {name: story.line for name, story in _STORIES.items()}


def run(name: str = DEFAULT, progress: Progress = lambda _: None) -> Demonstration:
    """Let the application fail as in the incident, then examine it from beside it.

    Raises:
        KeyError: there is no demo of this name.
        DemoError: it cannot be shown here; the message names the missing extra, or what did not start.
    """
    story = _STORIES[name]
    require()
    progress("starting an embedded AWS on this machine")
    with EmbeddedAWS() as aws, _particulars(story) as particulars:
        place, starting = _function(_APPLICATIONS / name, {**_FUNCTION, **aws.environ, **particulars})
        progress(f"invoking the application in {place}")
        with starting as function:
            failure = _error(function.invoke({"order": "1001"}))
            progress(f"it fails: {failure}" if failure else "it succeeds")
            progress("examining it from inside")
            verdict = function.invoke({"doctor": {}})
    return Demonstration(
        name=name,
        subject=story.subject,
        place=place,
        failure=failure,
        promised=story.promised,
        verdict=verdict,
        kept=_kept(story, verdict, particulars),
    )


@contextmanager
def _particulars(story: _Story) -> Iterator[dict[str, str]]:
    """The variables of one story. A port that is bound and not listened on is closed, and nobody else can open it."""
    if story.client:
        yield {"DOCTOR_CLIENT_FACTORY": _CLIENT, "DOCTOR_TARGETS": json.dumps([story.service])}
        return
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host, port = closed.getsockname()
        database = {"host": host, "port": port, "tls": False}
        yield {
            "ORDERS_DATABASE_HOST": host,
            "ORDERS_DATABASE_PORT": str(port),
            "DOCTOR_TARGETS": json.dumps([database]),
        }


def _function(folder: Path, environ: Mapping[str, str]) -> tuple[str, AbstractContextManager[Any]]:
    """Where the application runs: as near to Lambda as this machine allows."""
    if emulator.find():
        return "the Lambda runtime emulator", emulator.Function(folder, "application.handler", environ)
    from doctor.demo.here import Here

    return "this process", nullcontext(Here(folder, "application", environ))


def _error(reply: Any) -> str:
    if isinstance(reply, dict) and "errorMessage" in reply:
        return f"{reply.get('errorType')}: {reply['errorMessage']}"
    return ""


def _kept(story: _Story, verdict: Any, particulars: Mapping[str, str]) -> bool:
    if not isinstance(verdict, dict) or "status" not in verdict:
        return False
    if story.promised is None:
        problems = [finding for finding in verdict["findings"] if finding["outcome"] == "problem"]
        return verdict["status"] == "healthy" and not problems
    first = next(iter(verdict["diagnoses"]), None)
    return (
        first is not None
        and first["check"] == story.promised
        and story.explained <= {id_.partition("@")[0] for id_ in first["explains"]}
        and first["subjects"] == _subjects(particulars)
    )


def _subjects(particulars: Mapping[str, str]) -> Sequence[str]:
    """What is at fault: the application's client, and no other; or the database."""
    if "DOCTOR_CLIENT_FACTORY" in particulars:
        return [f"the application's client ({_CLIENT})"]
    return [f"{particulars['ORDERS_DATABASE_HOST']}:{particulars['ORDERS_DATABASE_PORT']}"]
