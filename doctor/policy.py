"""The least IAM policy of a set of checks, from the actions that their kinds of evidence declare."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from doctor.declare import Check


def policy(checks: Iterable[Check]) -> dict[str, Any]:
    """A policy document that allows what gathering these checks' evidence asks of AWS, and nothing else.

    One statement a service. The resource is `*` because most of these actions (`ec2:Describe…`, `…:List…`) have no
    resource-level permissions, and what the others will be asked about is only known when the doctor runs.
    `sts:GetCallerIdentity` is listed although AWS grants it to every caller: the list is what the doctor calls.
    """
    actions = sorted({action for check in checks for action in check.actions})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": service.title(), "Effect": "Allow", "Action": list(group), "Resource": "*"}
            for service, group in groupby(actions, key=lambda action: action.partition(":")[0])
        ],
    }
