"""Every test starts from a clean environment: nothing that the developer's machine sets decides a result."""

import os
import re
from pathlib import Path

import pytest

# Credentials, regions and endpoints; our own settings; proxies; trust stores; colour.
_DECISIVE = re.compile(
    r"AWS_|DOCTOR_|_?HANDLER$|(HTTP|HTTPS|ALL|NO)_PROXY$|(SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NO_COLOR|FORCE_COLOR)$",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment without AWS, with an empty home folder, which is returned."""
    for name in filter(_DECISIVE.match, list(os.environ)):
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    return home
