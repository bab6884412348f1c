import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials
from doctor.evidence.environment import Environment


@check(
    "identity.caller-unknown",
    severity=Severity.BREAKS,
    follows=("reach.*", "dns.*", "network.*", "credentials.*", "client.*"),
    remedy=Remedy(
        "Find the fault that this one follows from; where none is named, run the call by hand in the same sandbox.",
        commands=("aws sts get-caller-identity",),
    ),
)
def caller_unknown(
    caller: Caller, credentials: Credentials | None, environment: Environment | None
) -> Iterator[Observation]:
    """AWS tells who is calling.

    The call needs no permission, so only credentials, names and the network can stop it. Where STS is not a declared
    target, its silence is a hint and no fault: a VPC needs no STS endpoint for its function's own role. Where the default
    chain finds no credentials, nobody signs and nobody is asked: the checks of the chain say why.

        UnrecognizedClientException; Connect timeout on endpoint URL: "https://sts…amazonaws.com/"

    botocore asks nobody either where it cannot read a setting of its own, and it does not name the setting:

        ValueError: invalid literal for int() with base 10 (AWS_MAX_ATTEMPTS); InvalidRetryModeError (AWS_RETRY_MODE)
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
    elif _is_the_chains(identity, credentials):
        # No problem of its own: whatever else is wrong, a region or a proxy, would pass for its cause.
        yield unknown(
            subject, f"nobody was asked who the caller is, without credentials to sign with: {identity.error}"
        )
    elif settings := _unreadable(identity):
        yield _unread(subject, identity, settings, environment)
    else:
        reason = identity.code or f"{identity.error}: {identity.message}"
        words = f"{identity.instrument} does not say who the caller is: {reason}"
        yield problem(subject, words, targets=(_place(identity),))


def _place(identity: Identity) -> str:
    """Where the call went: a fault of some other host's explains nothing here, one of the whole process does."""
    host = identity.host or identity.instrument
    return host if ":" in host else f"{host}:443"


def _is_the_chains(identity: Identity, credentials: Credentials | None) -> bool:
    """Whether the call was not signed for the very reason that the chain ended for."""
    if credentials is None or credentials.keys or identity.answer is not Answer.UNSIGNED:
        return False
    return identity.error == (credentials.error or "NoCredentialsError")


# The settings at which botocore may stop so, each with its variable (botocore.configprovider, 1.44; measured).
_MAX_ATTEMPTS = {"max_attempts": "AWS_MAX_ATTEMPTS"}
_NUMBERS = _MAX_ATTEMPTS | {
    "metadata_service_num_attempts": "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
    "metadata_service_timeout": "AWS_METADATA_SERVICE_TIMEOUT",
}
_STOPPING = {
    "InvalidMaxRetryAttemptsError": _MAX_ATTEMPTS,
    "InvalidRetryModeError": {"retry_mode": "AWS_RETRY_MODE"},
    "InvalidSTSRegionalEndpointsConfigError": {"sts_regional_endpoints": "AWS_STS_REGIONAL_ENDPOINTS"},
    "InvalidDefaultsMode": {"defaults_mode": "AWS_DEFAULTS_MODE"},
}


def _unreadable(identity: Identity) -> dict[str, str]:
    """The settings of which botocore could not read one: settings of the shared configuration, each with its variable."""
    if identity.answer is not Answer.UNSIGNED:
        return {}
    if identity.error == "ValueError" and "invalid literal for int()" in identity.message:
        return _NUMBERS
    return _STOPPING.get(identity.error, {})


def _unread(subject: str, identity: Identity, settings: dict[str, str], environment: Environment | None) -> Observation:
    """By name: a variable wins over the profile, so where none of them is set it is the profile's."""
    variables = {variable.name for variable in environment.variables} if environment else set[str]()
    named = [variable for variable in settings.values() if variable in variables]
    chosen = environment.profile.name if environment and environment.profile else "default"
    if named:
        what, commands = " or ".join(named), [f"printenv {variable}" for variable in named]
    else:
        which = "" if chosen == "default" else f" --profile {shlex.quote(chosen)}"
        what = f"{' or '.join(settings)} of the profile {chosen!r}"
        commands = [f"aws configure get {setting}{which}" for setting in settings]
    words = f"botocore cannot read {what}, so that no client is made and AWS was not asked who the caller is"
    remedy = Remedy(
        f"Give {what} a value that botocore knows, or take it away: attempts and seconds are whole numbers, and retry modes "
        "are legacy, standard and adaptive.",
        commands=(*commands, *(f"unset {variable}" for variable in named)),
    )
    reason = f"{identity.error}: {identity.message}"
    return problem(subject, f"{words} ({reason})", targets=(_place(identity),), remedy=remedy)
