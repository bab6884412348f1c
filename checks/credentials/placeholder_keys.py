from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.caller import Caller, Identity
from doctor.evidence.credentials import Credentials, Keys
from doctor.evidence.environment import Environment

# In code, .env, YAML, JSON, compose and Docker files: a name of either key, a few signs, and the start of a made-up value.
_WORDS = (
    "test|dummy|mock|fake|local|foo|example|sample|placeholder|change|your|minio|admin|none|null|x{3}|0?1234|"
    "AKIAIOSFODNN7|wJalr|L[KS]IA"
)
_GREP = f"grep -rniIE '(access_?key_?id|secret_?access_?key)[^[:alnum:]]{{1,8}}({_WORDS})' ."


@check(
    "credentials.placeholder-keys",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Remove the placeholder: in a function boto3 needs no keys at all. Where an emulator wants some, set them for it "
        "alone, in the configuration that is not deployed.",
        commands=(_GREP,),
    ),
)
def placeholder_keys(
    credentials: Credentials, environment: Environment, application: Application | None, caller: Caller | None
) -> Iterator[Observation]:
    """The keys in use were issued by AWS, not made up for an emulator or a manual.

    `test`, `dummy`, `local`, or the keys of AWS's own manuals (AKIAIOSFODNN7EXAMPLE) were never issued:

        InvalidClientTokenId: The security token included in the request is invalid.

    They are what emulators are fed, and stay behind in settings and variables. Where DOCTOR_ALLOW_LOCAL=1 declares that
    an emulator is meant, they are no fault.
    """
    if environment.local_allowed:
        yield not_applicable("the default credential chain", "DOCTOR_ALLOW_LOCAL=1 declares that an emulator is meant")
        return
    yield _judge("the default credential chain", credentials.keys, caller.identity if caller else None)
    if application and application.built:
        subject = f"the application's client ({application.factory})"
        yield _judge(subject, application.built.keys, application.identity)


def _judge(subject: str, keys: Keys | None, identity: Identity | None) -> Observation:
    if keys and keys.placeholder:
        code = identity.refused_as if identity else ""
        refused = f", and refuses{code}" if code else ""
        words = f"{subject} uses a placeholder that AWS never issued{refused}, such as emulators are fed"
        return problem(subject, words)
    return ok(subject, f"{subject} uses no placeholder")
