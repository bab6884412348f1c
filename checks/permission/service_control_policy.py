from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.permission.refusals import judge
from doctor.areas.permission.remedies import of_organization
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind

_REMEDY = Remedy(
    "Ask whoever runs the organization which policy it is and whether the function's region and service are meant "
    "to be denied; where they are not, its statement is narrowed, or another one allows them. In the management account: which "
    "policies apply (those of the root and of the organizational units above the account are listed with those as the target), "
    "what one of them says, and how the file with the changed document is written back.",
    commands=of_organization("SERVICE_CONTROL_POLICY"),
)


@check("permission.service-control-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def service_control_policy(refusals: Refusals, resources: Resources | None) -> Iterator[Observation]:
    """No service control policy of the organization denies the function's calls.

        AccessDenied: … is not authorized to perform: … with an explicit deny in a service control policy
        … because no service control policy allows the … action

    It limits every role of the account, whatever its own policies say, and is read in the organization's management account
    alone; a frequent one denies all regions but some.

    Source: IAM user guide, "Troubleshoot access denied error messages"; Organizations user guide, "Service control policies".
    """
    yield from judge(refusals, resources, Kind.SERVICE_CONTROL, _REMEDY)
