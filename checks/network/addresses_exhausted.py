from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.network import Network

_CODE = "SubnetOutOfIPAddresses"  # StateReasonCode and LastUpdateStatusReasonCode (Lambda API reference)
_REMEDY = Remedy(
    "Give the function larger subnets, or free addresses: Lambda takes one for each subnet and set of security groups, so "
    "functions that share a set share its interface.",
    commands=(
        "aws ec2 describe-subnets --filters Name=vpc-id,Values=VPC --query 'Subnets[].[SubnetId,AvailableIpAddressCount]'",
        "aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=SUBNET "
        "--query 'NetworkInterfaces[].[InterfaceType,Description]'",
    ),
)


@check("network.addresses-exhausted", severity=Severity.RISKS, remedy=_REMEDY)
def addresses_exhausted(function: Function, network: Network | None) -> Iterator[Observation]:
    """Every subnet of the function has free addresses.

    Lambda needs an address in a subnet for each new interface: for a new set of groups, for a function that was idle, and
    for more connections than one interface carries. In a full subnet an update fails, and invocations with

        SubnetIPAddressLimitReachedException: Lambda was not able to set up VPC access for the Lambda function because one or
        more configured subnets has no available IP addresses
        StateReasonCode: SubnetOutOfIPAddresses

    What runs already goes on running, so that it shows weeks later, under load.

    Source: Lambda API reference, `Invoke` (errors), `GetFunctionConfiguration`; Lambda developer guide, "Giving Lambda
    functions access to resources in an Amazon VPC".
    """
    if not function.vpc:
        yield not_applicable(function.name, f"{function.name} is in no VPC")
        return
    if _CODE in (function.state_code, function.update_code):
        yield problem(function.name, f"Lambda says {_CODE} of {function.name}: a subnet has no free address")
    free = _free(network)
    for subnet in function.subnets:
        if subnet not in free:
            yield unknown(subnet, f"not decided: the free addresses of {subnet} were not read", subnet=subnet)
        elif free[subnet] == 0:
            yield problem(subnet, f"{subnet} has no free address", subnet=subnet)
        else:
            yield ok(subnet, f"{subnet} has {free[subnet]} free addresses", subnet=subnet)


def _free(network: Network | None) -> dict[str, int]:
    """The number of free IPv4 addresses by subnet."""
    subnets = network.replies.get("Subnets", []) if network else []
    counted = [each for each in subnets if isinstance(each.get("AvailableIpAddressCount"), int)]
    return {str(each.get("SubnetId")): each["AvailableIpAddressCount"] for each in counted}
