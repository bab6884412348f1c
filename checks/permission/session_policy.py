from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.permission.refusals import judge
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind

_REMEDY = Remedy(
    "Use the function's own credentials, or find the AssumeRole call that passes Policy or PolicyArns and allow "
    "there what the code calls.",
    commands=(
        "grep -rnE 'PolicyArns|assume_role|AssumeRole' .",
        "aws sts get-caller-identity",
    ),
)


@check("permission.session-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def session_policy(refusals: Refusals, resources: Resources | None) -> Iterator[Observation]:
    """No session policy takes away what the role's policies allow.

        AccessDenied: … is not authorized to perform: … because no session policy allows the … action
        … with an explicit deny in a session policy

    Lambda assumes the role without one. Credentials that are limited so come from the application's own AssumeRole, with the
    parameters Policy or PolicyArns, or from whoever handed them over.

    Source: IAM user guide, "Policies and permissions in IAM" (session policies), "Policy evaluation logic".
    """
    yield from judge(refusals, resources, Kind.SESSION, _REMEDY)
