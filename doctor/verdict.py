"""What the doctor says: findings, diagnoses and the verdict over them.

Standard library only. Stage 0 (see `handler.py`) must be able to say that pydantic cannot be imported.
"""

from dataclasses import dataclass, field
from enum import StrEnum

SCHEMA_VERSION = "1"

# A fault of the whole process (credentials, region, proxy, resolver) concerns every target.
EVERY_TARGET = "*"


class InvalidRequest(Exception):  # noqa: N818 - the name is the contract's `error.type`
    """Input that cannot be carried out: `field` says which part of it, the message what to write instead."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Severity(StrEnum):
    """What a fault does: calls fail, will fail under some condition, or it is worth knowing."""

    BREAKS = "breaks"
    RISKS = "risks"
    HINTS = "hints"

    @property
    def weight(self) -> int:
        """3 for breaks, 2 for risks, 1 for hints."""
        return _WEIGHTS[self]

    def reaches(self, threshold: "FailOn") -> bool:
        """Whether a finding of this severity decides the status of a run that fails on `threshold`."""
        return threshold is not FailOn.NEVER and _WEIGHTS[self] >= _WEIGHTS[Severity(threshold.value)]


_WEIGHTS = {Severity.BREAKS: 3, Severity.RISKS: 2, Severity.HINTS: 1}


class FailOn(StrEnum):
    """The least severity that makes a run unhealthy."""

    BREAKS = "breaks"
    RISKS = "risks"
    HINTS = "hints"
    NEVER = "never"


class Outcome(StrEnum):
    """What a check concluded. Unknown is not ok."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Source(StrEnum):
    """The side that evidence comes from."""

    INSIDE = "inside"
    CONTROL = "control"
    ARTIFACT = "artifact"


class Status(StrEnum):
    """The verdict in one word."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    INCONCLUSIVE = "inconclusive"


class Confidence(StrEnum):
    """How surely the named fault is the root cause."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do: a sentence or two, commands that can be pasted, a template snippet."""

    text: str
    commands: tuple[str, ...] = ()
    template: str = ""


@dataclass(frozen=True, slots=True)
class Separation:
    """A command that tells candidate causes apart, and what its answer means."""

    command: str
    tells: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One conclusion of one check about one subject."""

    id: str
    check: str
    outcome: Outcome
    severity: Severity
    subject: str
    targets: tuple[str, ...]
    message: str
    sources: tuple[Source, ...]
    addresses: tuple[str, ...] = ()
    subnet: str | None = None
    explained_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A problem that no other problem explains, with everything that it explains."""

    check: str
    subjects: tuple[str, ...]
    targets: tuple[str, ...]
    severity: Severity
    confidence: Confidence
    headline: str
    explains: tuple[str, ...]
    could_also_be: tuple[str, ...]
    separate: tuple[Separation, ...]
    remedy: Remedy
    verify: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds: what the run was allowed, what it kept back to report, what it took, and by evidence kind."""

    budget: float
    reserve: float
    total: float
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Where the doctor ran. A version is null where the library is not installed."""

    doctor: str
    python: str
    architecture: str
    boto3: str | None = None
    region: str | None = None
    zone: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request was not carried out, and which field of it is to blame."""

    type: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer. Its JSON form is the contract with everybody who reads reports."""

    schema_version: str = SCHEMA_VERSION
    status: Status
    headline: str
    fail_on: FailOn = FailOn.BREAKS
    diagnoses: tuple[Diagnosis, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_asked: tuple[str, ...] = ()
    timings: Timings | None = None
    runtime: Runtime | None = None
    plugins: tuple[str, ...] = ()
    casefile: dict[str, object] | None = None
    error: Refusal | None = None


def finding_id(check: str, subject: str, targets: tuple[str, ...]) -> str:
    """`check@subject[@target]`: the same fault has the same id in every run."""
    where = sorted(target for target in targets if target not in (EVERY_TARGET, subject))
    return "@".join((check, subject, *where))
