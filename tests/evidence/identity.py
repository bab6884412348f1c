"""Cases of the area `identity`."""

from dataclasses import replace

from doctor.evidence.caller import Answer, Caller
from doctor.evidence.calls.function_parts import Role, RoleTrust
from tests.evidence.build import REJECTED, Cases, caller, function, identity

SILENT = replace(identity(Answer.UNREACHABLE, principal=""), message="ConnectTimeoutError: …")

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
            (caller(replace(identity(Answer.UNSIGNED), error="NoCredentialsError")),),
            (Caller(identity=SILENT, sts_declared=True),),
        ],
        passing=[(caller(),), (caller(identity(code="AccessDenied", principal="")),)],
    ),
}
