from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.permission.refusals import judge
from doctor.areas.permission.remedies import of_organization
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind

_REMEDY = Remedy(
    "Ask whoever runs the organization that owns the resource whether the function's account is meant to be kept "
    "out; where it is not, the statement is narrowed. In its management account: which policies apply (those of the root and of "
    "the organizational units above the account are listed with those as the target), what one of them says, and how the file "
    "with the changed document is written back.",
    commands=of_organization("RESOURCE_CONTROL_POLICY"),
)


@check("permission.resource-control-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def resource_control_policy(refusals: Refusals, resources: Resources | None) -> Iterator[Observation]:
    """No resource control policy of the resource's organization denies the function's calls.

        AccessDenied: … is not authorized to perform: … with an explicit deny in a resource control policy

    It limits who may use the resources of an organization's accounts, as a rule to callers of the organization itself; a
    function of another one is denied, whatever the resource's own policy says.

    Source: IAM user guide, "Policy evaluation logic"; Organizations user guide, "Resource control policies (RCPs)".
    """
    yield from judge(refusals, resources, Kind.RESOURCE_CONTROL, _REMEDY)
