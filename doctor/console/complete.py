"""What a shell may complete: ids of checks, formats of reports, names of demonstrations. Nothing is examined for it."""

from collections.abc import Callable, Iterable
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


def words(known: Iterable[str]) -> Callable[[Any, Any, str], list[str]]:
    """These words, such as the formats of a report."""
    listed = tuple(known)

    def begun_with(_context: Any, _parameter: Any, begun: str) -> list[str]:
        return _beginning(begun, listed)

    return begun_with


def demonstrations(_context: Any, _parameter: Any, begun: str) -> list[str]:
    """Names of demonstrations."""
    from doctor import demo

    return _beginning(begun, demo.NAMES)


def _beginning(begun: str, known: Iterable[str]) -> list[str]:
    return [word for word in known if word.startswith(begun)]
