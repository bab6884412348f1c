from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.function import Function

# Function states of the Lambda API in which calls fail (developer guide, "Lambda function states").
_SHUT = ("Pending", "Inactive", "Failed", "Deactivating", "Deactivated", "ActiveNonInvocable", "Deleting")
# What the code of a state or an update says, and to whom to turn (Lambda API, StateReasonCode and LastUpdateStatusReasonCode).
_MEANINGS = {
    "SubnetOutOfIPAddresses": "a subnet has no free address for its network interface",
    "EniLimitExceeded": "the VPC may not hold another network interface",
    "EC2RequestLimitExceeded": "EC2 throttled the making of its network interface",
    "InvalidSubnet": "a subnet that it names does not exist",
    "InvalidSecurityGroup": "a security group that it names does not exist",
    "InsufficientRolePermissions": "its role may not make network interfaces (ec2:CreateNetworkInterface and its kin)",
    "DisallowedByVpcEncryptionControl": "the VPC enforces encryption, and does not exclude Lambda from that",
    "KMSKeyAccessDenied": "its role may not use the KMS key of its variables",
    "KMSKeyNotFound": "the KMS key of its variables does not exist",
    "DisabledKMSKey": "the KMS key of its variables is disabled",
    "InvalidStateKMSKey": "the KMS key of its variables is being deleted, or not yet usable",
    "ImageAccessDenied": "Lambda may not read its container image",
    "ImageDeleted": "its container image was deleted",
    "InvalidImage": "its container image cannot be used",
    "InvalidRuntime": "its runtime does not exist",
    "InvalidZipFileException": "its package cannot be unpacked",
    "Idle": "it was idle for so long that Lambda took its resources back; the next call fails and wakes it",
    "Creating": "it is being created",
    "Restoring": "Lambda is making its resources again",
}


_ABSENT = Remedy(
    "Look for the name in this account and region, or name the right ones with --profile and --region. What a template calls "
    "a function is not its name: CloudFormation adds the stack's name and random characters.",
    commands=("aws lambda list-functions --query 'Functions[].FunctionName'", "aws sts get-caller-identity"),
)


def _remedy(function: str) -> Remedy:
    return Remedy(
        "Mend what the state's reason code names, then update the function or invoke it again: Lambda makes its resources anew.",
        commands=(f"aws lambda get-function-configuration --function-name {function}",),
    )


@check(
    "function.not-active",
    severity=Severity.BREAKS,
    follows=(
        "network.addresses-exhausted",
        "identity.role-missing",
        "permission.key-access",
        "network.encryption-control-blocks",
    ),
    remedy=_remedy("FUNCTION"),
)
def not_active(function: Function) -> Iterator[Observation]:
    """The function is active, and its last update succeeded.

        ResourceConflictException: The operation cannot be performed at this time. The function is currently in the following
        state: Pending
        ResourceNotFoundException: Function not found: arn:aws:lambda:…

    Only an active function can be invoked. Where only the last update failed, calls still reach the code and the
    configuration from before it.
    """
    name, update = function.name, function.update
    if not function.exists:
        words = f"there is no function {name} in {function.region or 'this region'} of this account"
        yield problem(name, words, remedy=_ABSENT)
    elif function.state in _SHUT:
        sleeps = function.state_code == "Idle"  # the first call fails, the next ones do not
        words = f"{name} is {function.state}{_because(function.state_code)}"
        yield problem(name, words, severity=Severity.RISKS if sleeps else None, remedy=_remedy(name))
    elif function.state != "Active":
        yield unknown(name, f"the state of {name} is {function.state or 'not told'}")
    elif update == "Failed":
        words = f"the last update of {name} failed{_because(function.update_code)}; what was there before it still runs"
        yield problem(name, words, severity=Severity.RISKS, remedy=_remedy(name))
    elif update == "InProgress":
        words = f"{name} is being updated: until that ends, calls reach what was there before"
        yield unknown(name, words, severity=Severity.HINTS)
    elif update in ("Successful", ""):
        yield ok(name, f"{name} is Active{', and its last update succeeded' if update else ''}")
    else:
        yield unknown(name, f"{name} is Active, and its last update is {update}")


def _because(code: str) -> str:
    return f" ({code}{f': {meaning}' if (meaning := _MEANINGS.get(code)) else ''})" if code else ""
