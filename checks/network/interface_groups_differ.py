from collections.abc import Iterator
from typing import Any

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.declare import Nearness
from doctor.evidence.function import Function
from doctor.evidence.network import Network

_REMEDY = Remedy(
    "Give the function its configuration again, so that Lambda makes interfaces for it, and wait for LastUpdateStatus "
    "Successful; old interfaces go by themselves. A published version keeps the groups that it was published with.",
    commands=(
        "aws lambda get-function-configuration --function-name FUNCTION --query '[VpcConfig,LastUpdateStatus]'",
        "aws ec2 describe-network-interfaces --filters Name=interface-type,Values=lambda Name=subnet-id,Values=SUBNET",
    ),
)


@check("network.interface-groups-differ", severity=Severity.RISKS, nearness=Nearness.FUNCTION_GROUPS, remedy=_REMEDY)
def interface_groups_differ(function: Function, network: Network | None) -> Iterator[Observation]:
    """The function's network interfaces carry the security groups of its configuration.

    Lambda keeps one interface for each subnet and set of groups, which functions share. While an update is on its way, and
    for versions that were published before it, interfaces with other groups remain, and rules that were made for the new
    groups do not reach them: `ConnectTimeoutError: Connect timeout on endpoint URL`, after the groups were changed.

    An idle function may have no interface at all; then nothing is told.

    Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC" (network interfaces).
    """
    if not function.vpc:
        yield not_applicable(function.name, f"{function.name} is in no VPC")
        return
    interfaces = network.replies.get("NetworkInterfaces") if network else None
    if interfaces is None:
        why = f" ({network.unread.get('NetworkInterfaces', '')})" if network and network.unread else ""
        yield unknown(function.name, f"not decided: network interfaces were not read{why}")
        return
    ours = [each for each in interfaces if each.get("InterfaceType") == "lambda"]
    for subnet in function.subnets:
        yield _judged(function, subnet, [each for each in ours if each.get("SubnetId") == subnet])


def _judged(function: Function, subnet: str, interfaces: list[dict[str, Any]]) -> Observation:
    fitting = [each for each in interfaces if _groups(each) == set(function.groups)]
    if fitting:
        return ok(subnet, f"{_id(fitting[0])} in {subnet} carries {', '.join(function.groups)}", subnet=subnet)
    # `AWS Lambda VPC ENI-<function>-<uuid>`, after the function that it was first made for.
    made = [each for each in interfaces if f"ENI-{function.name}-" in str(each.get("Description"))]
    if not made:
        words = f"{subnet} holds no interface of {function.name}: it is idle, or nobody could see it"
        return not_applicable(subnet, words, subnet=subnet)
    others = ", ".join(sorted(_groups(made[0]))) or "no group"
    words = f"{_id(made[0])} in {subnet}, made for {function.name}, carries {others}, not {', '.join(function.groups)}"
    return problem(subnet, words, subnet=subnet)


def _groups(interface: dict[str, Any]) -> set[str]:
    return {str(group.get("GroupId")) for group in interface.get("Groups") or ()}


def _id(interface: dict[str, Any]) -> str:
    return str(interface.get("NetworkInterfaceId"))
