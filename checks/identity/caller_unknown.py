from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller, Identity


@check(
    "identity.caller-unknown",
    severity=Severity.BREAKS,
    follows=("reach.*", "dns.*", "network.*", "credentials.*", "client.*"),
    remedy=Remedy(
        "Find the fault that this one follows from; where none is named, run the call by hand in the same sandbox.",
        commands=("aws sts get-caller-identity",),
    ),
)
def caller_unknown(caller: Caller) -> Iterator[Observation]:
    """AWS tells who is calling.

    The call needs no permission, so only credentials, names and the network can stop it. Where STS is not a declared
    target, its silence is a hint and no fault: a VPC needs no STS endpoint for its function's own role.

        UnrecognizedClientException; NoCredentialsError; Connect timeout on endpoint URL: "https://sts…amazonaws.com/"
    """
    identity = caller.identity
    subject = "the default credential chain"
    if identity.answer is Answer.ACCEPTED:
        who = f": {identity.principal} in account {identity.account}" if identity.principal else ""
        yield ok(subject, f"{identity.instrument} knows the caller{who}")
    elif identity.answer is Answer.UNREACHABLE and not caller.sts_declared:
        yield unknown(subject, f"nobody was asked who the caller is: {identity.message}", severity=Severity.HINTS)
    elif identity.answer is Answer.REFUSED:
        yield unknown(
            subject, f"{identity.instrument} answered {identity.code or identity.message} instead of an identity"
        )
    else:
        reason = identity.code or f"{identity.error}: {identity.message}"
        words = f"{identity.instrument} does not say who the caller is: {reason}"
        yield problem(subject, words, targets=(_place(identity),))


def _place(identity: Identity) -> str:
    """Where the call went: a fault of some other host's explains nothing here, one of the whole process does."""
    host = identity.host or identity.instrument
    return host if ":" in host else f"{host}:443"
