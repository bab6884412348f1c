"""Cases of the area `credentials`."""

from doctor.evidence.caller import Answer
from doctor.evidence.credentials import KeyClass
from doctor.evidence.environment import Profile
from tests.evidence.build import (
    NO_FACTORY,
    REJECTED,
    SOUND,
    Cases,
    application,
    caller,
    credentials,
    environment,
    identity,
    keys,
)

CASES: dict[str, Cases] = {
    "credentials.application-client-differs": Cases(
        failing=[
            (application(who=REJECTED), caller()),
            (application(who=identity(Answer.UNSIGNED)), caller()),
            (application(who=identity(principal="user/ci")), caller()),
        ],
        passing=[(application(), caller()), (application(who=REJECTED), caller(REJECTED))],
    ),
    "credentials.blank-explicit-keys": Cases(
        failing=[
            (SOUND, application(keys(KeyClass.BLANK, token=False, provider="explicit"))),
            (credentials(keys(KeyClass.BLANK, token=False, provider="explicit")), NO_FACTORY),
        ],
        passing=[(SOUND, NO_FACTORY), (SOUND, application()), (SOUND,)],
    ),
    "credentials.missing-session-token": Cases(
        failing=[
            (credentials(keys(token=False)), NO_FACTORY),
            (SOUND, application(keys(token=False, provider="explicit"))),
        ],
        passing=[(SOUND, NO_FACTORY), (credentials(keys(KeyClass.LONG_TERM, token=False)),), (credentials(None),)],
    ),
    "credentials.profile-selected": Cases(
        failing=[
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=False)),),
            (environment(profile=Profile(variable="AWS_DEFAULT_PROFILE", name="", exists=False)),),
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=True)),),
        ],
        passing=[(environment(),)],
    ),
    "credentials.rejected": Cases(failing=[(caller(REJECTED),)], passing=[(caller(),)]),
}
