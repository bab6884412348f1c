"""One laboratory for the whole session. Where a machine cannot hold one the tests say so; in CI they fail."""

import os
from collections.abc import Iterator

import laboratory
import pytest


@pytest.fixture(scope="session")
def means() -> None:
    """What a laboratory needs is there."""
    if reason := laboratory.missing():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"the laboratory must run in CI: {reason}")
        pytest.skip(f"no laboratory: {reason}")


@pytest.fixture(scope="session")
def lab(means: None) -> Iterator[laboratory.Laboratory]:
    """The laboratory."""
    with laboratory.Laboratory() as running:
        yield running


@pytest.fixture
def doctor(lab: laboratory.Laboratory) -> laboratory.Deployed:
    """The checkout's doctor, deployed without declared targets."""
    return lab.doctor()
