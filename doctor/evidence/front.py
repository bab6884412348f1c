"""The HTTP front through which this very run came, as its event shows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import unquote

from doctor.evidence import Facts, Missing
from doctor.world import World


@dataclass(frozen=True, kw_only=True)
class Front(Facts):
    """`kind_of_front` is empty where the run did not come through one; `prefix` is what it puts before each path."""

    kind: ClassVar[str] = "front"

    kind_of_front: str = ""
    prefix: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the event's shape (API Gateway developer guide, payload formats 1.0 and 2.0; ALB; function URLs)."""
        event = world.event if isinstance(world.event, Mapping) else {}
        context = event.get("requestContext")
        yield cls(**_described(event, context)) if isinstance(context, Mapping) else cls()


def _described(event: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    if "elb" in context:
        return {"kind_of_front": "an Application Load Balancer"}  # cannot change a path
    if "http" in context:
        kind = "a function URL" if ".lambda-url." in str(context.get("domainName")) else "an HTTP API"
        path, route = str(event.get("rawPath")), str(event.get("routeKey")).partition(" ")[2]
    elif "httpMethod" in event:
        # Only HTTP APIs, sending the old format, say which. A REST API keeps its stage out of `path`.
        kind = "an HTTP API" if event.get("version") == "1.0" else "a REST API"
        path, route = str(event.get("path")), str(event.get("resource"))
    else:
        return {}
    prefix = _prefix(path, route, event.get("pathParameters")) or _stage(path, context)
    return {"kind_of_front": kind, "prefix": prefix[:128]}


def _prefix(path: str, route: str, parameters: object) -> str:
    """What stands before the route that was matched: a mapped base path, a stage. Without a route, nothing is known."""
    values = parameters if isinstance(parameters, Mapping) else {}
    filled = re.sub(r"\{([^{}+]{1,128})\+?\}", lambda match: str(values.get(match[1], match[0])), route)
    path, filled = unquote(path), unquote(filled)
    return path.removesuffix(filled) if filled.startswith("/") and path.endswith(filled) else ""


def _stage(path: str, context: Mapping[str, Any]) -> str:
    """The name of a stage in front, where the route does not tell (`$default`). A REST API never sends it."""
    stage = f"/{context.get('stage')}"
    return stage if "http" in context and (path == stage or path.startswith(f"{stage}/")) else ""
