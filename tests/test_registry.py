"""Checks are found by path, imported only when selected, and a misspelt id is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from doctor import registry
from doctor.verdict import InvalidRequest

ROOT = Path(__file__).parent.parent
KNOWN = ("credentials.rejected", "dns.name-not-found", "dns.resolver-silent", "reach.no-response")


def test_ids_are_the_files() -> None:
    files = [path for path in (ROOT / "checks").glob("*/*.py") if not path.name.startswith("_")]
    assert len(registry.built_in()) == len(files)
    assert list(registry.built_in()) == sorted(registry.built_in())


@pytest.mark.parametrize("check_id", registry.built_in())
def test_each_loads_and_is_the_same_object_again(check_id: str) -> None:
    assert registry.load(check_id) is registry.load(check_id)
    assert registry.load(check_id).id == check_id


@pytest.mark.parametrize(
    "check_id", ["", ".", "dns", "dns.", ".rejected", "no.such", "dns.Name", "../doctor.verdict", "a/b.c"]
)
def test_what_is_not_there_is_a_lookup_error(check_id: str) -> None:
    with pytest.raises(LookupError):
        registry.load(check_id)


@pytest.mark.parametrize(
    ("only", "skip", "chosen"),
    [
        ((), (), KNOWN),
        (("*",), (), KNOWN),
        (("dns.*",), (), KNOWN[1:3]),
        (("dns.*", "reach.*"), ("*-silent",), (KNOWN[1], KNOWN[3])),
        (("credentials.rejected",), (), KNOWN[:1]),
        ((), ("dns.*",), (KNOWN[0], KNOWN[3])),
        (("dns.*",), ("dns.*",), ()),
    ],
)
def test_selecting(only: tuple[str, ...], skip: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert registry.select(KNOWN, only, skip) == chosen


@pytest.mark.parametrize(
    ("only", "skip", "field"),
    [(("dsn.*",), (), "doctor.only[0]"), (("dns.*", "x.y"), (), "doctor.only[1]"), ((), ("dns",), "doctor.skip[0]")],
)
def test_a_pattern_that_matches_nothing_is_told(only: tuple[str, ...], skip: tuple[str, ...], field: str) -> None:
    with pytest.raises(InvalidRequest, match="matches no check") as refused:
        registry.select(KNOWN, only, skip)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("dsn.*", "did you mean dns.*?"),
        ("dns", "did you mean dns.*?"),
        ("credential.expired", "did you mean credentials.expired?"),
        ("credentials.expird", "did you mean credentials.expired"),
        ("zzz.*", "`doctor checks` lists them"),
    ],
)
def test_a_misspelt_pattern_is_told_what_it_may_have_meant(pattern: str, meant: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        registry.select(registry.built_in(), (pattern,), ())
    assert meant in str(refused.value)


def test_only_what_was_selected_is_imported() -> None:
    program = (
        "import sys, time; from doctor import answer; "
        "answer.answer({'doctor': {'only': ['credentials.profile-selected']}}, None, time.monotonic(), {}); "
        "print([name for name in sys.modules if name.startswith('doctor.checks.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['doctor.checks.credentials.profile_selected']"


@pytest.mark.parametrize("distribution", ["", "nothing-such", "pytest", "../x", "a b"])
def test_a_distribution_without_checks_is_a_lookup_error(distribution: str) -> None:
    with pytest.raises(LookupError):
        list(registry.plugin(distribution))


def test_the_version_of_what_is_not_installed_is_its_name() -> None:
    assert registry.version("nothing-such") == "nothing-such"
    assert registry.version("pytest") == f"pytest {pytest.__version__}"
