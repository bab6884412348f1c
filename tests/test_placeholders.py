"""Commands of remedies, with what the run knows in place of the words that stand for it."""

import pytest

from doctor.diagnosis.placeholders import filled
from doctor.verdict import Remedy


@pytest.mark.parametrize(
    ("command", "function", "targets", "typed"),
    [
        ("dig +short A HOST", None, ("db.internal:5432",), "dig +short A db.internal"),
        ("openssl s_client -connect HOST:443", None, ("127.0.0.1:18443",), "openssl s_client -connect 127.0.0.1:18443"),
        ("curl http://HOST:443/", None, ("[2600::1]:443",), "curl http://'[2600::1]:443'/"),
        ("dig HOST", None, ("*", "sqs.us-east-1.amazonaws.com:443"), "dig sqs.us-east-1.amazonaws.com"),
        ("dig HOST", None, ("*",), "dig HOST"),
        ("dig HOST", None, ("$(reboot):443",), "dig '$(reboot)'"),
        (
            "aws lambda get-function --function-name FUNCTION",
            "orders",
            (),
            "aws lambda get-function --function-name orders",
        ),
        (
            "aws lambda get-function --function-name FUNCTION",
            None,
            (),
            "aws lambda get-function --function-name FUNCTION",
        ),
        ("aws ec2 describe-subnets --vpc-id VPC", "orders", (), "aws ec2 describe-subnets --vpc-id VPC"),
    ],
)
def test_what_is_known_stands_in_the_command(
    command: str, function: str | None, targets: tuple[str, ...], typed: str
) -> None:
    assert filled(Remedy("Look.", commands=(command,)), function, targets).commands == (typed,)
