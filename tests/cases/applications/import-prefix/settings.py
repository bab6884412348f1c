"""The strings of a router's map begin with the name of the source folder, of which the package holds a part only."""

import importlib
from typing import Any

ROUTES = {"providers": "src.api.v1.providers"}


def providers() -> Any:
    """The module behind a route, imported when it is first asked for."""
    return importlib.import_module(ROUTES["providers"]).names()


def client() -> Any:
    """The client that this route's module holds."""
    return importlib.import_module(ROUTES["providers"]).QUEUE
