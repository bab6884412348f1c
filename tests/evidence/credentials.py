"""Cases of the area `credentials`."""

from dataclasses import replace

from doctor.evidence.application import Application
from doctor.evidence.caller import Answer
from doctor.evidence.credentials import KeyClass
from doctor.evidence.environment import Profile, Suspect
from doctor.evidence.platform import Platform
from tests.evidence.build import (
    CONNECTS,
    FAILED,
    HALF,
    NO_FACTORY,
    PLATFORM,
    REJECTED,
    SOUND,
    Cases,
    application,
    built,
    caller,
    credentials,
    environment,
    identity,
    keys,
    probe,
    reach,
    refused,
    variable,
)

LONG_TERM = keys(KeyClass.LONG_TERM, token=False)
STRAY = keys(KeyClass.LONG_TERM, token=True)
BLANK = keys(KeyClass.BLANK, token=False, provider="explicit")
OUTSIDE = environment(in_function=False)
UNSIGNED = identity(Answer.UNSIGNED, code="")
MANGLED = replace(keys(), secret_flaws=("leading or trailing white space",), secret_length=41, secret_shaped=False)
SHORT = replace(keys(), secret_length=39, secret_shaped=False)
LOWERED = replace(keys(KeyClass.OTHER), key_shaped=False)
PLACEHOLDER = replace(keys(KeyClass.OTHER, token=False), key_shaped=False, secret_shaped=False, placeholder=True)
NO_PROFILE = credentials(None, error="ProfileNotFound", message="The config profile (dev) could not be found")

CASES: dict[str, Cases] = {
    "credentials.application-client-differs": Cases(
        failing=[
            (application(who=REJECTED), caller()),
            (application(who=UNSIGNED), caller()),
            (application(who=identity(principal="user/ci")), caller()),
            (
                Application(
                    factory="app:client", failure="ProfileNotFound: The config profile (dev) could not be found"
                ),
                caller(),
            ),
        ],
        passing=[(application(), caller()), (application(who=REJECTED), caller(REJECTED))],
    ),
    "credentials.blank-environment-keys": Cases(
        failing=[
            (
                environment(variables=(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))),
                credentials(None),
            ),
            (environment(variables=(variable("AWS_ACCESS_KEY_ID", 20), variable("AWS_SECRET_ACCESS_KEY"))), HALF),
        ],
        passing=[
            (environment(), SOUND),
            (environment(), credentials(None)),
            (environment(variables=(variable("AWS_ACCESS_KEY_ID"),)), credentials(keys(provider="container-role"))),
        ],
    ),
    "credentials.blank-explicit-keys": Cases(
        failing=[
            (SOUND, application(BLANK)),
            (SOUND, application(replace(keys(provider="explicit"), secret_length=0))),
            (credentials(replace(BLANK, provider="shared-credentials-file")), NO_FACTORY),
        ],
        passing=[(SOUND, NO_FACTORY), (SOUND, application()), (SOUND,), (credentials(None),)],
    ),
    "credentials.clock-skew": Cases(
        failing=[
            (caller(), reach(probe(skew=-4000.0))),
            (caller(replace(identity(), skew=301.0)),),
            (caller(refused("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than …")),),
            (caller(refused("InvalidSignatureException", "Signature not yet current: …")), CONNECTS),
            (caller(refused("RequestTimeTooSkewed")),),
        ],
        passing=[
            (caller(replace(identity(), skew=-299.0)),),
            (caller(replace(REJECTED, skew=0.4)), CONNECTS),
            (caller(replace(identity(Answer.UNREACHABLE), skew=None)), reach(probe(skew=12.0))),
        ],
    ),
    "credentials.environment-overridden": Cases(
        failing=[
            (environment(), Platform(changed=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")), caller(REJECTED)),
            (environment(), Platform(added=("AWS_ACCESS_KEY_ID",))),
            (environment(), Platform(removed=("AWS_SESSION_TOKEN",)), caller(REJECTED)),
            (environment(), Platform(changed=("AWS_REGION",)), caller()),
        ],
        passing=[(environment(), PLATFORM), (environment(), Platform(added=("AWS_DEFAULT_REGION",)), caller())],
    ),
    "credentials.expired": Cases(
        failing=[
            (caller(refused("ExpiredToken")), NO_FACTORY),
            (caller(), application(who=refused("ExpiredTokenException"))),
            (
                caller(
                    replace(
                        UNSIGNED, message="Credentials were refreshed, but the refreshed credentials are still expired."
                    )
                ),
            ),
        ],
        passing=[(caller(),), (caller(REJECTED), NO_FACTORY), (caller(), application())],
    ),
    "credentials.keys-copied-into-settings": Cases(
        failing=[(Application(factory="app:client", built=replace(built(), same_keys=True), identity=identity()),)],
        passing=[
            (application(),),
            (Application(factory="app:client", built=replace(built(keys()), same_keys=True), identity=identity()),),
        ],
    ),
    "credentials.long-lived-key": Cases(
        failing=[(environment(), credentials(LONG_TERM)), (environment(), SOUND, application(LONG_TERM))],
        passing=[(environment(), SOUND), (environment(), credentials(None), NO_FACTORY)],
    ),
    "credentials.malformed-key": Cases(
        failing=[
            (credentials(MANGLED),),
            (credentials(SHORT), NO_FACTORY, caller(REJECTED)),
            (credentials(LOWERED), caller(identity(Answer.UNREACHABLE))),
            (credentials(replace(keys(), token_flaws=("a space inside",))),),
            (SOUND, application(MANGLED, who=REJECTED), caller()),
        ],
        passing=[
            (SOUND,),
            (SOUND, application()),
            (credentials(SHORT), caller()),
            (credentials(BLANK),),
            (credentials(None),),
        ],
    ),
    "credentials.missing-session-token": Cases(
        failing=[
            (credentials(keys(token=False)), NO_FACTORY),
            (SOUND, application(keys(token=False, provider="explicit"))),
        ],
        passing=[(SOUND, NO_FACTORY), (credentials(LONG_TERM),), (credentials(None),), (credentials(BLANK),)],
    ),
    "credentials.none-found": Cases(
        failing=[
            (credentials(None),),
            (NO_PROFILE,),
            (FAILED,),
        ],
        passing=[(SOUND,), (credentials(keys(provider="container-role")),)],
    ),
    "credentials.other-account-key": Cases(
        failing=[
            (Application(factory="app:client", built=replace(built(), same_account=False), identity=identity()),),
            (NO_FACTORY, Platform(changed=("AWS_ACCESS_KEY_ID",), same_account=False)),
        ],
        passing=[
            (
                Application(factory="app:client", built=replace(built(), same_account=True), identity=identity()),
                PLATFORM,
            ),
            (NO_FACTORY, Platform(changed=("AWS_ACCESS_KEY_ID",), same_account=True)),
        ],
    ),
    "credentials.partial": Cases(
        failing=[(HALF,), (SOUND, Application(factory="app:client", failure="PartialCredentialsError: … in explicit"))],
        passing=[
            (SOUND,),
            (credentials(None), NO_FACTORY),
            (SOUND, Application(factory="app:client", failure="KeyError: x")),
        ],
    ),
    "credentials.placeholder-keys": Cases(
        failing=[(credentials(PLACEHOLDER), environment()), (SOUND, environment(), application(PLACEHOLDER))],
        passing=[(SOUND, environment()), (SOUND, environment(), application()), (credentials(None), environment())],
    ),
    "credentials.profile-selected": Cases(
        failing=[
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=False)),),
            (environment(profile=Profile(variable="AWS_DEFAULT_PROFILE", name="", exists=False)),),
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=True)),),
            (environment(in_function=False, profile=Profile(variable="AWS_PROFILE", name="dev", exists=False)),),
        ],
        passing=[(environment(),), (OUTSIDE,)],
    ),
    "credentials.rejected": Cases(
        failing=[
            (caller(REJECTED),),
            (caller(refused("InvalidClientTokenId")), CONNECTS),
            (caller(refused("ExpiredToken")),),
        ],
        passing=[(caller(),), (caller(identity(code="AccessDenied", principal="")),)],
    ),
    "credentials.secret-in-environment": Cases(
        failing=[(environment(suspects=(Suspect(name="DB_PASSWORD", length=12, reason="its name says so"),)),)],
        passing=[(environment(),)],
    ),
    "credentials.shared-file-present": Cases(
        failing=[(environment(shared_files=("/var/task/.aws/credentials",)),)],
        passing=[(environment(),)],
    ),
    "credentials.signature-mismatch": Cases(
        failing=[(caller(refused("SignatureDoesNotMatch")),), (caller(refused("IncompleteSignature")),)],
        passing=[(caller(),), (caller(REJECTED),)],
    ),
    "credentials.stray-session-token": Cases(
        failing=[(credentials(STRAY),), (SOUND, application(STRAY))],
        passing=[(SOUND,), (credentials(LONG_TERM), NO_FACTORY), (credentials(None),), (SOUND, application())],
    ),
}
