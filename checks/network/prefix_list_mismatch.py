from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_FAULT = Fault(
    check="network.prefix-list-mismatch",
    closer="a rule's prefix list that lacks the address",
    remedy=Remedy(
        "Name the prefix list of this Region, service and address family in the rule, add the missing blocks to a "
        "list of your own, or name the addresses themselves.",
        commands=(
            "aws ec2 describe-managed-prefix-lists --query 'PrefixLists[].[PrefixListId,PrefixListName,AddressFamily]'",
            "aws ec2 get-managed-prefix-list-entries --prefix-list-id COMPONENT",
        ),
    ),
)


@check(
    "network.prefix-list-mismatch",
    severity=Severity.BREAKS,
    nearness=Nearness.FUNCTION_GROUPS,
    remedy=_FAULT.remedy,
)
def prefix_list_mismatch(paths: Paths) -> Iterator[Observation]:
    """The prefix lists that rules name hold the addresses that they are meant for.

    A rule that names a prefix list opens the blocks in it and nothing else. A list of another Region, of another service,
    or of the other address family matches nothing, and a list of your own is only as good as its last change:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    It happens most with S3 and DynamoDB, whose gateway endpoints are named by list: the address of a service that has no
    gateway endpoint is in none of them.

    Source: VPC user guide, "Group CIDR blocks using managed prefix lists", "AWS-managed prefix lists".
    """
    yield from _FAULT.judge(paths)
