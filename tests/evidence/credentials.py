"""Cases of the area `credentials`."""

from dataclasses import replace

from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Identity
from doctor.evidence.calls.function_parts import Role, RoleTrust
from doctor.evidence.credentials import KeyClass
from doctor.evidence.environment import Profile, Suspect
from doctor.evidence.experiments import Change, Experiment, Experiments
from doctor.evidence.function import Function
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
    function,
    identity,
    keys,
    probe,
    reach,
    refused,
    variable,
)


def tried(**changes: Answer) -> Experiments:
    """What came of experiments, by their names."""
    return Experiments(
        tried=tuple(Experiment(change=Change[name], identity=identity(changes[name])) for name in changes)
    )


def by_ec2(code: str, skew: float | None) -> Identity:
    """A refusal of EC2's, and how far its clock is ahead."""
    return replace(refused(code), instrument="ec2", skew=skew)


def tried_by_application(answer: Answer) -> Application:
    made = application(keys(token=False, provider="explicit"), who=REJECTED)
    return replace(made, tried=tried(CHAINS_TOKEN=answer).tried)


LONG_TERM = keys(KeyClass.LONG_TERM, token=False)
STRAY = keys(KeyClass.LONG_TERM, token=True)
BLANK = keys(KeyClass.BLANK, token=False, provider="explicit")
OUTSIDE = environment(in_function=False)
UNSIGNED = identity(Answer.UNSIGNED, code="")
MANGLED = replace(keys(), secret_flaws=("leading or trailing white space",), secret_length=41, secret_shaped=False)
SHORT = replace(keys(), secret_length=39, secret_shaped=False)
LOWERED = replace(keys(KeyClass.OTHER), key_shaped=False)
PLACEHOLDER = replace(keys(KeyClass.OTHER, token=False), key_shaped=False, secret_shaped=False, placeholder=True)
OVERRIDDEN = Platform(changed=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
NO_PROFILE = credentials(None, error="ProfileNotFound", message="The config profile (dev) could not be found")

ROLE = Role(
    name="jobs",
    exists=True,
    trust=RoleTrust.TRUSTS,
    account="…9012",
    id="AROA…7PQR",
    created="2026-01-01T00:00:00+00:00",
)
OUR_SESSION = replace(identity(), role_id=ROLE.id)


def given(*, changed: str = "2026-03-01T08:00:00.000+0000", **role: str) -> Function:
    """The function with this role, last changed then."""
    return function(role=replace(ROLE, **role), modified=changed)


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
            (credentials(replace(BLANK, provider="shared-credentials-file")), caller(refused("InvalidClientTokenId"))),
        ],
        passing=[(SOUND, NO_FACTORY), (SOUND, application()), (SOUND,), (credentials(None),)],
    ),
    "credentials.clock-skew": Cases(
        failing=[
            (caller(), reach(probe(skew=-4000.0))),
            (caller(replace(identity(Answer.UNREACHABLE), skew=None)), reach(probe(skew=-4000.0))),
            (caller(replace(identity(), skew=301.0)),),
            (caller(refused("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than …")),),
            (caller(refused("InvalidSignatureException", "Signature not yet current: …")), CONNECTS),
            (caller(refused("RequestTimeTooSkewed")),),
            (caller(refused("RequestInTheFuture")), CONNECTS),
            (caller(by_ec2("AuthFailure", -901.0)),),
            (caller(by_ec2("RequestExpired", 3600.0)),),
            (caller(by_ec2("RequestExpired", None)),),
            (caller(by_ec2("AuthFailure", None)), reach(probe(skew=-901.0))),
        ],
        passing=[
            (caller(by_ec2("RequestExpired", 2.0)),),
            (caller(by_ec2("AuthFailure", 2.0)),),
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
            (environment(), OVERRIDDEN, caller(REJECTED), tried(PLATFORMS_KEYS=Answer.ACCEPTED)),
            (environment(), OVERRIDDEN, caller(REJECTED), tried(PLATFORMS_KEYS=Answer.REJECTED)),
        ],
        passing=[(environment(), PLATFORM), (environment(), Platform(added=("AWS_DEFAULT_REGION",)), caller())],
    ),
    "credentials.expired": Cases(
        failing=[
            (caller(refused("ExpiredToken")), NO_FACTORY),
            (caller(), application(who=refused("ExpiredTokenException"))),
            (caller(refused("ExpiredToken")), tried(PLATFORMS_KEYS=Answer.ACCEPTED)),
            (caller(refused("ExpiredToken")), tried(PLATFORMS_TOKEN=Answer.REJECTED)),
            (caller(by_ec2("RequestExpired", 0.4)),),
            (
                caller(
                    replace(
                        UNSIGNED, message="Credentials were refreshed, but the refreshed credentials are still expired."
                    )
                ),
            ),
        ],
        passing=[
            (caller(),),
            (caller(REJECTED), NO_FACTORY),
            (caller(), application()),
            (caller(by_ec2("RequestExpired", 3600.0)),),
        ],
    ),
    "credentials.keys-copied-into-settings": Cases(
        failing=[
            (Application(factory="app:client", built=replace(built(), same_keys=True), identity=identity()),),
            (replace(application(who=REJECTED), tried=tried(CHAINS_TOKEN=Answer.ACCEPTED).tried),),
        ],
        passing=[
            (application(),),
            (application(BLANK, who=REJECTED),),
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
            (credentials(keys(token=False)), tried(PLATFORMS_TOKEN=Answer.ACCEPTED)),
            (credentials(keys(token=False)), tried(PLATFORMS_TOKEN=Answer.REJECTED)),
            (SOUND, tried_by_application(Answer.ACCEPTED)),
            (credentials(keys(token=False)), caller(REJECTED)),
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
        failing=[
            (credentials(PLACEHOLDER), environment()),
            (credentials(PLACEHOLDER), environment(), caller(REJECTED)),
            (SOUND, environment(), application(PLACEHOLDER)),
        ],
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
            (caller(REJECTED), tried(PLATFORMS_KEYS=Answer.REJECTED, WITHOUT_TOKEN=Answer.REJECTED)),
            (caller(REJECTED), tried(GLOBAL_HOST=Answer.ACCEPTED)),
        ],
        passing=[(caller(),), (caller(identity(code="AccessDenied", principal="")),)],
    ),
    "credentials.role-recreated": Cases(
        failing=[
            (caller(replace(OUR_SESSION, role_id="AROA…2ABC")), given()),
            (caller(OUR_SESSION), given(changed="2025-12-31T23:59:59.000+0000")),
            (caller(REJECTED), given(created="2026-03-01T08:00:01+00:00")),
            (caller(identity(Answer.UNREACHABLE, principal="")), given(created="2026-03-02T00:00:00+00:00", id="")),
        ],
        passing=[
            (caller(OUR_SESSION), given()),
            (caller(OUR_SESSION), given(created="")),
            (caller(REJECTED), given()),
            (caller(identity(principal="user/ci")), given()),
        ],
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
        failing=[
            (credentials(STRAY),),
            (SOUND, application(STRAY)),
            (credentials(STRAY), tried(WITHOUT_TOKEN=Answer.REJECTED), caller(REJECTED)),
            (credentials(keys(KeyClass.OTHER)), tried(WITHOUT_TOKEN=Answer.ACCEPTED)),
        ],
        passing=[(SOUND,), (credentials(LONG_TERM), NO_FACTORY), (credentials(None),), (SOUND, application())],
    ),
    "credentials.wrong-principal": Cases(
        failing=[
            (environment(), caller(identity(principal="user/ci")), given()),
            (environment(), caller(identity(principal="assumed-role/other")), given(account="")),
            (environment(), caller(), given(account="…1111")),
        ],
        passing=[(environment(), caller(), given()), (environment(), caller(), given(account=""))],
    ),
}
