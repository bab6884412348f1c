"""Cases of the area `identity`."""

from dataclasses import replace

from doctor.evidence.caller import Answer, Caller
from tests.evidence.build import REJECTED, Cases, caller, identity

SILENT = replace(identity(Answer.UNREACHABLE, principal=""), message="ConnectTimeoutError: …")

CASES: dict[str, Cases] = {
    "identity.caller-unknown": Cases(
        failing=[
            (caller(REJECTED),),
            (caller(replace(identity(Answer.UNSIGNED), error="NoCredentialsError")),),
            (Caller(identity=SILENT, sts_declared=True),),
        ],
        passing=[(caller(),), (caller(identity(code="AccessDenied", principal="")),)],
    ),
}
