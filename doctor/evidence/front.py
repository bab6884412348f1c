"""The HTTP front through which this very run came, as its event shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

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
        return {"kind_of_front": "an Application Load Balancer"}
    if "http" in context:
        kind = "a function URL" if ".lambda-url." in str(context.get("domainName")) else "an HTTP API"
        stage = f"/{context.get('stage')}"
        path = str(event.get("rawPath"))
        named = stage != "/$default" and (path == stage or path.startswith(f"{stage}/"))
        return {"kind_of_front": kind, "prefix": stage[:128] if named else ""}
    if "httpMethod" in event:
        # A REST API's `path` has no stage in it; behind a custom domain it keeps the base path that was mapped.
        resource, path = str(event.get("resource")), str(event.get("path"))
        base = path.removesuffix(resource) if "{" not in resource and path.endswith(resource) else ""
        return {"kind_of_front": "a REST API", "prefix": base[:128] if base != path else ""}
    return {}
