"""What a shell may complete: ids of checks, formats of reports, names of demonstrations. Nothing is examined for it."""

from collections.abc import Iterable
from typing import Any


def checks(_context: Any, _parameter: Any, begun: str) -> list[str]:
    """Ids of built-in checks."""
    from doctor import registry

    return _beginning(begun, registry.built_in())


def patterns(_context: Any, _parameter: Any, begun: str) -> list[str]:
    """Ids of built-in checks, and the patterns that mean a whole area."""
    from doctor import registry

    ids = registry.built_in()
    return _beginning(begun, (*sorted({f"{id_.partition('.')[0]}.*" for id_ in ids}), *ids))


def formats(_context: Any, _parameter: Any, begun: str) -> list[str]:
    """Formats of a report."""
    from doctor.output import FORMATS

    return _beginning(begun, FORMATS)


def demonstrations(_context: Any, _parameter: Any, begun: str) -> list[str]:
    """Names of demonstrations."""
    from doctor import demo

    return _beginning(begun, demo.NAMES)


def _beginning(begun: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(begun)]
