import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor import arn

PART = st.text(st.characters(blacklist_characters=":"), max_size=20)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("arn:aws:s3:::orders", arn.Arn("aws", "s3", "", "", "orders")),
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:orders:1",
            ("aws", "lambda", "eu-west-1", "111122223333", "function:orders:1"),
        ),
        ("arn:aws-cn:sqs:", ("aws-cn", "sqs", "", "", "")),
        ("orders", arn.Arn()),
        ("orders:live", arn.Arn()),
        ("ARN:aws:s3:::orders", arn.Arn()),
        ("", arn.Arn()),
    ],
)
def test_its_parts(text: str, parts: tuple[str, ...]) -> None:
    assert arn.parse(text) == parts


@given(st.tuples(PART, PART, PART, PART, st.text(max_size=40)))
def test_every_name_is_read_back(parts: tuple[str, str, str, str, str]) -> None:
    assert arn.parse(":".join(("arn", *parts))) == parts
