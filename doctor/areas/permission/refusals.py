"""How one kind of policy is judged by what AWS told the sandbox itself: all there is where the policies are not read.

A harmless read is not what the application calls. A statement that denies it is as a rule one that denies far more; that
none allows it may concern the doctor's read alone, and is no more than a risk, or a hint where such policies name actions
one by one. A denial without a word why is a hint, with the documents that it may come of.
"""

from collections.abc import Callable, Iterator

from doctor import error_atlas
from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.refusals import Read, Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind
from doctor.verdict import Remedy, Separation, Severity

_NOTHING = "no service with a harmless read is declared, and no resource was looked at"
_BY_ACTION = (Kind.IDENTITY, Kind.RESOURCE)  # these name actions one by one; the others as a rule whole services
_DECIDING = (State.EXISTS, State.DENIED)  # AWS told whether it lets the caller in


def judge(
    refusals: Refusals,
    resources: Resources | None,
    kind: Kind,
    remedy: Remedy,
    wordless: Callable[[Resource, Refusals, Remedy], Observation] | None = None,
) -> Iterator[Observation]:
    """One observation for each service that was asked, and for each resource that AWS lets the caller see, or not.

    `wordless` is what to say of a resource that AWS denies without a word why; it is not known, where nothing is given.
    """
    looked = [each for each in resources.resources if each.state in _DECIDING] if resources else []
    if not refusals.reads and not looked:
        yield not_applicable("calls", _NOTHING)
    for each in refusals.reads:
        yield _judged(each, kind, remedy)
    for resource in looked:
        bare = resource.state is State.DENIED and resource.policy is None
        yield (wordless or _undecided)(resource, refusals, remedy) if bare else _of_resource(resource, kind, remedy)


def _judged(each: Read, kind: Kind, remedy: Remedy) -> Observation:
    targets = (each.target,) if each.host else ()
    if each.unheard and kind is Kind.RESOURCE:  # said once: a probe that passes proves nothing of the SDK's own calls
        words = f"the connection to {each.service} stands, and the SDK's own signed read had no answer ({each.unheard})"
        return unknown(each.service, words, targets=targets)
    if not each.answered:
        return unknown(
            each.service,
            f"AWS did not answer for {each.service}, or not to the caller",
            severity=Severity.HINTS,
            targets=targets,
        )
    if each.code and not each.policy:
        words = f"a read of {each.service} is denied without a word why ({each.code})"
        return unknown(each.service, words, severity=Severity.HINTS, targets=targets)
    if each.policy is not kind:
        said = f"denied by {each.policy}" if each.policy else "granted"
        return ok(each.service, f"no {kind} stops a read of {each.service}: it is {said}", targets=targets)
    words = f"{each.service} refuses {each.action or 'a read'} {_how(kind, each.explicit)}"
    return problem(each.service, words, severity=_severity(kind, each.explicit), targets=targets, remedy=remedy)


def _of_resource(each: Resource, kind: Kind, remedy: Remedy) -> Observation:
    if each.state is State.EXISTS or (each.policy and each.policy is not kind):
        said = f"denied by {each.policy}" if each.policy else "granted"
        return ok(each.subject, f"no {kind} stops a look at {each.words}: it is {said}", targets=each.at)
    words = f"{each.words}: AWS refuses {each.action} {_how(kind, each.explicit)}"
    return problem(each.subject, words, severity=_severity(kind, each.explicit), targets=each.at, remedy=remedy)


def _undecided(each: Resource, refusals: Refusals, remedy: Remedy) -> Observation:
    del refusals, remedy
    words = f"{each.words}: a look at it is denied without a word why ({each.detail})"
    return unknown(each.subject, words, severity=Severity.HINTS, targets=each.at)


def _how(kind: Kind, explicit: bool) -> str:
    return f"with an explicit deny in a {kind}" if explicit else f"because no {kind} allows it"


def _severity(kind: Kind, explicit: bool) -> Severity | None:
    if explicit:
        return None
    return Severity.HINTS if kind in _BY_ACTION else Severity.RISKS


# What remains where AWS does not say which document denies: likeliest first, and what the atlas's command then tells.
_ALWAYS = {
    "permission.identity-policy": "allowed: it is neither the role's policies nor its boundary",
    "permission.endpoint-policy": "no endpoint of this service, or a policy that allows everything: it is not the endpoint's",
}
_OF_BUCKETS = {
    "resource.bucket-other-owner": "an answer instead of 403: the bucket is that account's, and only a policy can deny",
    "resource.bucket-missing": "an answer instead of 404, to a caller who may list it: the bucket exists",
}
_OF_ORGANIZATIONS = {
    "permission.service-control-policy": "nothing but FullAWSAccess: the organization denies nothing to this account",
    "permission.resource-control-policy": "nothing but RCPFullAWSAccess: the organization keeps nobody from its resources",
}


# Of other kinds where AWS names them to another read of the same service.
_TOLD = {
    Kind.IDENTITY: ("permission.identity-policy", _ALWAYS["permission.identity-policy"]),
    Kind.ENDPOINT: ("permission.endpoint-policy", _ALWAYS["permission.endpoint-policy"]),
    Kind.BOUNDARY: ("permission.boundary", "null: the role has no boundary"),
    Kind.SESSION: (
        "permission.session-policy",
        "no session of the role with a policy of its own: it is not the session's",
    ),
    Kind.SERVICE_CONTROL: (
        "permission.service-control-policy",
        _OF_ORGANIZATIONS["permission.service-control-policy"],
    ),
    Kind.RESOURCE_CONTROL: (
        "permission.resource-control-policy",
        _OF_ORGANIZATIONS["permission.resource-control-policy"],
    ),
}
_MOST = 6  # candidates of a diagnosis


def unexplained(each: Resource, refusals: Refusals, remedy: Remedy) -> Observation:
    """A look at a resource that was denied without a word why, with what it may come of.

    S3 answers 403 without a word to HeadBucket, whoever denies, and to refused credentials as well: it is a denial where AWS
    has taken the caller's signature elsewhere. Other services mostly say why. What AWS names where it denies another read of
    the same service is the likeliest.
    """
    if each.kind == "bucket" and not any(read.answered for read in refusals.reads):
        return _undecided(each, refusals, remedy)
    told = (_TOLD.get(read.policy) for read in refusals.reads if read.service == each.service and read.policy)
    remaining = dict([*filter(None, told), *_ALWAYS.items()])
    remaining |= (_OF_BUCKETS if each.kind == "bucket" else {}) | _OF_ORGANIZATIONS
    if each.region:  # S3 names the region of what exists
        remaining.pop("resource.bucket-missing", None)
    remaining = dict(list(remaining.items())[:_MOST])
    words = f"{each.words}: AWS denies {each.action} and does not say which policy does, so that others may be at fault"
    return problem(
        each.subject,
        f"{words}; what the code calls may be allowed all the same",
        severity=Severity.HINTS,
        targets=each.at,
        remedy=remedy,
        candidates=tuple(remaining),
        separate=tuple(_separation(check_id, tells, each) for check_id, tells in remaining.items()),
    )


def _separation(check_id: str, tells: str, each: Resource) -> Separation:
    bucket = each.name if each.kind == "bucket" else ""
    arn = f"arn:aws:s3:::{bucket}" if bucket else "RESOURCE_ARN"
    known = {"{action}": each.action, "{role}": "ROLE", "{resource}": arn, "BUCKET": bucket or "BUCKET"}
    command = error_atlas.atlas().commands[check_id]
    for placed, told in known.items():
        command = command.replace(placed, told)
    return Separation(command, tells)
