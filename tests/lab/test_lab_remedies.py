"""A remedy's commands are carried out against the emulated account, and the same judgement finds the function healthy.

Commands that only look are carried out as well, where nothing is left for the reader to put in. What is mended in code, or
by whoever owns an organization's policies, has no command here: the mended variants of those rows are in `sound`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tables import BY_NAME
from vpc import Vpc

MENDED = (
    "role without the queue's actions",
    *("no such bucket", "no such queue", "no such table", "no such secret", "no such parameter"),
    *(
        "table is still created",
        "secret scheduled for deletion",
        "queue hides messages for less than the function takes",
    ),
    *("role that names another queue", "role that may list tables, and no more", "role without the secret"),
    *("role that names the bucket and not its objects", "boundary without the queue's actions"),
    *("SQS's endpoint lets another queue through", "S3's endpoint lets another bucket through"),
    "SQS's endpoint lets another account through",
    *(
        "no egress at all",
        "endpoint lets nobody in",
        "request stopped by the own ACL",
        "answer stopped by the endpoint's ACL",
    ),
    *("database lets nobody in", "no egress, to a gateway endpoint"),
)


@pytest.fixture(scope="module")
def vpc(means: None) -> Iterator[Vpc]:
    with Vpc() as running:
        yield running


@pytest.fixture(scope="module")
def words(vpc: Vpc) -> dict[str, str]:
    """What the reader puts in the place of words in capitals: a table's key, and a file with a secret's value."""
    value: Path = vpc.folder / "value"
    value.write_text("not much of a secret")
    return {"KEY": "id", "VALUE": str(value)}


def problems(verdict: dict[str, Any]) -> list[str]:
    """The problems of a verdict, hints left aside."""
    found = [each for each in verdict["findings"] if each["outcome"] == "problem" and each["severity"] != "hints"]
    return [each["id"] for each in found]


@pytest.mark.long
@pytest.mark.parametrize("name", MENDED)
def test_the_commands_mend_it(vpc: Vpc, words: dict[str, str], name: str) -> None:
    told = vpc.do("remedied", name=name, words=words)
    assert told["before"]["diagnoses"][0]["check"] == BY_NAME[name].expect[0]
    assert told["commands"]
    assert problems(told["after"]) == [], told["commands"]
    assert told["after"]["status"] == "healthy", told["after"]["headline"]
