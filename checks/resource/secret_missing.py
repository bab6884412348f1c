from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.areas.resource import called_region, ceiling, elsewhere, existing, quoted
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources


def _remedy(each: Resource | None, region: str) -> Remedy:
    name = quoted(each, "NAME") if each else "NAME"
    where = f" --region {region}" if region else ""
    secret = (
        f"aws secretsmanager list-secrets --query 'SecretList[].Name'{where}",
        f"aws secretsmanager create-secret --name {name} --secret-string file://VALUE{where}",
    )
    parameter = (
        f"aws ssm describe-parameters --query 'Parameters[].Name'{where}",
        f"aws ssm put-parameter --name {name} --type SecureString --value file://VALUE{where}",
    )
    both = (secret[0], parameter[0])
    return Remedy(
        "Correct the name in the function's configuration and in its role's policy, or create what it names; VALUE stands for a "
        "file with the value, which thus stays out of the shell's history.",
        commands=both if each is None else parameter if each.kind == "parameter" else secret,
    )


def _restored(each: Resource, region: str) -> Remedy:
    where = f" --region {region}" if region else ""
    return Remedy(
        "Take the deletion back while its recovery window lasts.",
        commands=(f"aws secretsmanager restore-secret --secret-id {quoted(each, 'NAME')}{where}",),
    )


@check(
    "resource.secret-missing",
    severity=Severity.BREAKS,
    follows=("client.region-differs", "client.endpoint-override"),
    remedy=_remedy(None, ""),
)
def secret_missing(resources: Resources | None, outside: ResourcesOutside | None) -> Iterator[Observation]:
    """Every secret and every parameter that the function means exists, in the region that its clients call.

        ResourceNotFoundException: Secrets Manager can't find the specified secret.
        ParameterNotFound; ParameterNotFoundException
        InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion

    Only metadata is read (DescribeSecret, DescribeParameters), never a value. A secret that is scheduled for deletion exists,
    and its value cannot be had.
    """
    region = called_region(resources, outside)

    def judge(each: Resource) -> Observation:
        remedy = _remedy(each, region)
        if each.state is State.OTHER_REGION:
            words = elsewhere(each, region)
            return problem(each.subject, words, targets=each.at, severity=Severity.RISKS, remedy=remedy)
        if each.state is State.MISSING:
            code = f" ({each.detail})" if each.detail else ""
            words = f"{each.words} does not exist in {region or 'this region'}{code}"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=remedy)
        if each.status:
            words = f"{each.words} is {each.status}"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=_restored(each, region))
        return ok(each.subject, f"{each.words} exists", targets=each.at)

    yield from existing(("secret", "parameter"), "secrets and parameters", resources, outside, judge)
