"""Cases of the area `identity`."""

from dataclasses import replace

from doctor.evidence.caller import Answer, Caller
from doctor.evidence.calls.function_parts import Role, RoleTrust
from tests.evidence.build import REJECTED, SOUND, Cases, caller, environment, function, identity, variable

SILENT = replace(identity(Answer.UNREACHABLE, principal=""), message="ConnectTimeoutError: …")
NO_CREDENTIALS = replace(identity(Answer.UNSIGNED, principal=""), error="NoCredentialsError")
UNREAD_NUMBER = replace(NO_CREDENTIALS, error="ValueError", message="invalid literal for int() with base 10: 'abc'")
UNREAD_MODE = replace(NO_CREDENTIALS, error="InvalidRetryModeError", message='Invalid value provided to "mode": "fast"')

CASES: dict[str, Cases] = {
    "identity.role-missing": Cases(
        failing=[
            (function(role=Role(name="jobs", exists=False)),),
            (function(role=Role(name="jobs", exists=True, trust=RoleTrust.REFUSES)),),
        ],
        passing=[(function(),)],
    ),
    "identity.caller-unknown": Cases(
        failing=[
            (caller(REJECTED),),
            (caller(NO_CREDENTIALS),),
            (Caller(identity=SILENT, sts_declared=True),),
            (caller(NO_CREDENTIALS), SOUND),
            (caller(UNREAD_NUMBER), SOUND, environment(variables=(variable("AWS_MAX_ATTEMPTS", 3),))),
            (caller(UNREAD_MODE), environment(in_function=False)),
        ],
        passing=[(caller(),), (caller(identity(code="AccessDenied", principal="")),)],
    ),
}
