"""Where checks come from: built-ins by path, third parties by entry point and only when named.

An id is a path: `dns.name-not-found` lives in `checks/dns/name_not_found.py`. So a selection is made from file
names, and only what was selected is imported.
"""

import fnmatch
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from doctor import location
from doctor.declare import Check
from doctor.verdict import InvalidRequest

if TYPE_CHECKING:
    import importlib.metadata

GROUP = "lambda_doctor.checks"


def built_in() -> tuple[str, ...]:
    """The ids of the checks that the doctor brings along, sorted."""
    checks = location.part("checks")
    return tuple(sorted(f"{path.parent.name}.{path.stem.replace('_', '-')}" for path in checks.glob("*/[a-z]*.py")))


def load(check_id: str, distribution: str = "") -> Check:
    """The check with this id: a built-in, or one of a third party's distribution.

    Raises:
        LookupError: there is none.
    """
    if distribution:
        return next(check for check in plugin(distribution) if check.id == check_id)
    area, _, fault = check_id.partition(".")
    stem = fault.replace("-", "_")
    name = f"doctor.checks.{area}.{stem}"
    if not (loaded := sys.modules.get(name)):
        path = location.part("checks") / area / f"{stem}.py"
        if not path.is_file():
            raise LookupError(f"there is no check {check_id!r}")
        loaded = location.module(path, name)
    for value in vars(loaded).values():
        if isinstance(value, Check) and value.id == check_id:
            return value
    raise LookupError(f"{loaded.__file__} does not define {check_id}")


def select(
    known: Collection[str], only: Sequence[str], skip: Sequence[str], *, where: str = "doctor"
) -> tuple[str, ...]:
    """The ids that match one of `only` (none given: all) and none of `skip`.

    Raises:
        InvalidRequest: a pattern matches nothing, which is nearly always a misspelt id.
    """
    for field, patterns in (("only", only), ("skip", skip)):
        for index, pattern in enumerate(patterns):
            if not fnmatch.filter(known, pattern):
                raise InvalidRequest(
                    f"{where}.{field}[{index}]", f"{pattern!r} matches no check; {_hint(pattern, known)}"
                )
    chosen = {check_id for pattern in (only or ("*",)) for check_id in fnmatch.filter(known, pattern)}
    dropped = {check_id for pattern in skip for check_id in fnmatch.filter(known, pattern)}
    return tuple(sorted(chosen - dropped))


def _hint(pattern: str, known: Collection[str]) -> str:
    """What may have been meant. Areas of our own are single words; ids of third parties begin with a distribution's name."""
    if "-" in pattern.partition(".")[0]:
        return "a third party's are known where its distribution is named in --plugin or DOCTOR_PLUGINS"
    near = _near(pattern, known)
    return f"did you mean {' or '.join(near)}?" if near else "`doctor checks` lists them"


def _near(pattern: str, known: Collection[str]) -> list[str]:
    """What a misspelt pattern may have meant: the same with another area, else an id."""
    import difflib

    area, _, rest = pattern.partition(".")
    areas = difflib.get_close_matches(area, sorted({id_.partition(".")[0] for id_ in known}), n=2)
    respelt = [f"{other}.{rest or '*'}" for other in areas]
    return [each for each in respelt if fnmatch.filter(known, each)] or difflib.get_close_matches(pattern, known, n=2)


def plugin(distribution: str) -> Iterator[Check]:
    """The checks of a third party's distribution. Importing them runs its code: ask in a child process.

    Raises:
        LookupError: it is not installed, or declares no checks.
        TypeError: what it declares is no check, or does not carry the distribution's name in front.
    """
    entries = _entry_points(distribution)
    if not entries:
        raise LookupError(f"no installed distribution {distribution!r} declares entry points in {GROUP}")
    for entry in sorted(entries, key=lambda entry: entry.name):
        check = entry.load()
        if not isinstance(check, Check):
            raise TypeError(f"{entry.value} is {type(check).__name__}, not a check")
        if not check.id.startswith(f"{_normal(distribution)}."):
            raise TypeError(f"the id {check.id!r} must start with the distribution's name, {_normal(distribution)}")
        yield check


def version(distribution: str) -> str:
    """`name version` for the verdict's list of plug-ins."""
    import importlib.metadata  # brings email and zipfile, and most runs have no plug-in

    try:
        return f"{distribution} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return distribution


def _entry_points(distribution: str) -> "list[importlib.metadata.EntryPoint]":
    import importlib.metadata

    found = importlib.metadata.entry_points(group=GROUP)
    return [entry for entry in found if entry.dist and _normal(entry.dist.name) == _normal(distribution)]


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
