from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys


@check(
    "credentials.malformed-key",
    severity=Severity.BREAKS,
    follows=("credentials.placeholder-keys", "credentials.environment-overridden"),
    remedy=Remedy(
        "Store the value again without what is around it: quotes from a .env file, a newline from `echo`, a space from a "
        "copied table.",
        commands=("printenv AWS_ACCESS_KEY_ID | od -c | tail -n 2",),
    ),
)
def malformed_key(
    credentials: Credentials, application: Application | None, caller: Caller | None
) -> Iterator[Observation]:
    """Key, secret and token are shaped as AWS issues them, with nothing around them.

    botocore signs with whatever it is given, a trailing newline included, and AWS answers

        SignatureDoesNotMatch; IncompleteSignature; InvalidClientTokenId

    An access key id has 16 to 128 capital letters and digits (IAM API reference, AccessKey); secrets have had forty
    characters since they exist. What AWS accepts all the same is not malformed.
    """
    yield _judge("the default credential chain", credentials.keys, caller.identity if caller else None)
    if application and application.built:
        subject = f"the application's client ({application.factory})"
        yield _judge(subject, application.built.keys, application.identity)


def _judge(subject: str, keys: Keys | None, identity: Identity | None) -> Observation:
    if keys is None or keys.key is KeyClass.BLANK:
        return ok(subject, f"{subject} carries no key that could be malformed")
    if identity and identity.answer is Answer.ACCEPTED:
        return ok(subject, f"AWS accepts key, secret and token of {subject} as they are")
    wrong = [
        f"the {part} has {' and '.join(flaws)}"
        for part, flaws in (("key", keys.key_flaws), ("secret", keys.secret_flaws), ("token", keys.token_flaws))
        if flaws
    ]
    if not wrong and not keys.key_shaped:
        wrong.append("the key is not 16 to 128 capital letters and digits")
    if not wrong and not keys.secret_shaped:
        wrong.append(f"the secret has {keys.secret_length} characters, or other ones than base64's forty")
    if wrong:
        code = identity.refused_as if identity else ""
        refused = f", and AWS refuses it{code}" if code else ""
        return problem(subject, f"{subject} is malformed{refused}: {'; '.join(wrong)}")
    return ok(subject, f"key, secret and token of {subject} have their shape")
