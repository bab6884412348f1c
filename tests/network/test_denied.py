"""Where AWS refuses the very reply that shows a fault, no examination calls the function healthy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.handlers
import pytest

from tests.network.account import Account
from tests.network.test_examine_function import account, examine  # noqa: F401 - a fixture
from tests.test_least_privilege import Hook

SNS = "sns.us-east-1.amazonaws.com"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}


def _own_resolver(made: Account) -> None:
    made.unroute(made.table)
    made.resolved_by("10.0.3.53")


def _diverted(made: Account) -> None:
    made.unroute(made.table)
    made.interface_endpoint("sns", [made.endpoints], private_names=True)
    made.divert(SNS)


def _denying(made: Account) -> None:
    made.unroute(made.table)
    made.ec2.modify_vpc_endpoint(VpcEndpointId=made.sqs, PolicyDocument=json.dumps(DENY))


Row = tuple[str, str, Callable[[Account], None]]
ROWS: list[Row] = [
    ("sqs", "ec2:DescribeDhcpOptions", _own_resolver),
    ("sns", "route53resolver:ListResolverRules", _diverted),
    ("sns", "route53resolver:ListResolverRuleAssociations", _diverted),
    ("sqs", "ec2:DescribeDhcpOptions", _denying),
    ("sqs", "route53resolver:ListResolverRules", _denying),
]


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.long if number else ()) for number, row in enumerate(ROWS)]
)
def test_a_fault_that_may_not_be_read_leaves_the_run_undecided(
    row: Row,
    account: Callable[[list[Any]], Account],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, action, breaks = row
    made = account([target])
    breaks(made)
    made.deploy()
    hook = Hook(tmp_path / "calls")
    ours = [("before-send", hook.answer), *botocore.handlers.BUILTIN_HANDLERS]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", ours)
    assert examine()[1]["status"] != "healthy"
    hook.refused = action
    if breaks is _denying:
        code, verdict = examine("--only", "permission.*")
        assert (code, verdict["status"]) == (3, "inconclusive"), verdict["headline"]
    code, verdict = examine()
    assert (code, verdict["status"]) == (3, "inconclusive"), verdict["headline"]
    open_ = [each for each in verdict["findings"] if (each["outcome"], each["severity"]) == ("unknown", "breaks")]
    assert any(action in each["message"] for each in open_)
