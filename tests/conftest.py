"""Every test starts from a clean environment: nothing that the developer's machine sets decides a result."""

import gc
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.answering import answers  # noqa: F401 - a fixture

# Credentials, regions and endpoints; our own settings; proxies; trust stores; colour.
_DECISIVE = re.compile(
    r"AWS_|DOCTOR_|_?HANDLER$|(HTTP|HTTPS|ALL|NO)_PROXY$|(SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NO_COLOR|FORCE_COLOR)$",
    re.IGNORECASE,
)
_SETTLING = 100  # tests

# A machine that is busy makes no property false.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Networks of their own and peers that take their time are watched by the clock; of long tables a sample runs always."""
    rows = Counter[str]()
    for item in items:
        if item.path.parent.name in ("lab", "robust"):
            item.add_marker(pytest.mark.alone)
        if sampled := item.get_closest_marker("sampled"):
            test = item.nodeid.partition("[")[0]
            if rows[test] % sampled.args[0]:
                item.add_marker(pytest.mark.long)
            rows[test] += 1


def pytest_collection_finish() -> None:
    """Tests begin with what was imported for them."""
    settle()


def settle() -> None:
    """Leave what is there for good out of every later garbage collection: the product asks for some, as in a small function."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names for home folders. pytest would number them by listing all that there are, for each of thousands of tests."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, homes: Iterator[Path]) -> Path:
    """An environment without AWS, with an empty home folder, which is returned."""
    for name in filter(_DECISIVE.match, list(os.environ)):
        monkeypatch.delenv(name)
    home = next(homes)
    home.mkdir()
    if int(home.name) % _SETTLING == 0:
        settle()  # libraries that were imported meanwhile stay as well
    monkeypatch.setenv("HOME", str(home))
    return home
