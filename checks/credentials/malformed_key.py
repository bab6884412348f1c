from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.login import WayIn


@check(
    "credentials.malformed-key",
    severity=Severity.BREAKS,
    follows=("credentials.placeholder-keys", "credentials.environment-overridden"),
    remedy=Remedy(
        "Store the value again without what is around it: quotes from a .env file, a newline from `echo`, a space from a "
        "copied table.",
        commands=('printf %s "$AWS_ACCESS_KEY_ID" | tr -d A-Za-z0-9 | od -c',),
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
    chain = "the default credential chain"
    yield _judge(chain, credentials.keys, caller.identity if caller else None, credentials.way_in)
    if application and application.built:
        subject = f"the application's client ({application.factory})"
        yield _judge(subject, application.built.keys, application.identity, None)


def _judge(subject: str, keys: Keys | None, identity: Identity | None, way: WayIn | None) -> Observation:
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
        words = f"what {subject} signs with is malformed{refused}: {'; '.join(wrong)}"
        return problem(subject, words, remedy=_remedy(keys, way))
    return ok(subject, f"key, secret and token of {subject} have their shape")


_FILES = ("shared-credentials-file", "config-file")  # botocore's names of these providers
_ID, _REST = "A-Z0-9", "A-Za-z0-9+/="  # what keys, and what secrets and tokens, are made of


def _remedy(keys: Keys, way: WayIn | None) -> Remedy | None:
    """Where the values come from is where they are looked at."""
    parts = (
        ("AWS_ACCESS_KEY_ID", _ID, keys.key_flaws or not keys.key_shaped),
        ("AWS_SECRET_ACCESS_KEY", _REST, keys.secret_flaws or not keys.secret_shaped),
        ("AWS_SESSION_TOKEN", _REST, keys.token_flaws),
    )
    named = [(name, letters) for name, letters, wrong in parts if wrong]
    if keys.provider == "explicit":
        return Remedy(
            "The code hands boto3 these values itself: hand it none, so that the default chain finds them, or read them "
            "from where they stand without what is around them.",
            commands=(f"grep -rnE '{'|'.join(name.lower() for name, _ in named)}' --include='*.py' .",),
        )
    if keys.provider in _FILES:
        which = way.which if way else ""
        looks = [_strange(f"aws configure get {name.lower()}{which}", f"{letters}\\n") for name, letters in named]
    elif keys.provider == "env":
        looks = [_strange(f'printf %s "${name}"', letters) for name, letters in named]
    else:
        return None
    return Remedy(
        "Store the value again without what is around it: quotes from a .env file, a newline from `echo`, a space from a "
        "copied table. The commands show what does not belong in it, and how long it is; the rest stays off the screen.",
        commands=tuple(command for pair in looks for command in pair),
    )


def _strange(told: str, letters: str) -> tuple[str, str]:
    """What stands in a value that does not belong there, and how many characters it has."""
    return f"{told} | tr -d '{letters}' | od -c", f"{told} | wc -m"
