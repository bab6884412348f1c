"""Where a path shall lead, as the command line spells it: an address, a host, or an AWS service of a region."""

import os

from doctor import hosts
from doctor.console.live import exported
from doctor.evidence import Evidence, Known, Missing
from doctor.evidence.endpoint import Endpoint
from doctor.probe import forbidden
from doctor.request import AnyTarget, HostTarget, Request, parse
from doctor.verdict import InvalidRequest
from doctor.world import World

# What the operator's own variables and files put in AWS's place is not what a function calls.
_PLAIN = {
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def named(spelled: str) -> AnyTarget:
    """Read `10.1.2.3:443`, `[2600::1]:443`, `db.internal:5432`, or the name of a service.

    Raises:
        InvalidRequest: it is none of them.
    """
    try:
        (found,) = parse({"targets": [spelled]}, where="request").targets
    except InvalidRequest as error:
        part = error.field.partition("]")[2].replace(".", ", ")
        raise InvalidRequest(f"--to{part}", str(error)) from None
    return found


def place(target: AnyTarget, region: str) -> tuple[str, int]:
    """Host and port; a service's host is the one that botocore calls in the region.

    Raises:
        InvalidRequest: a service is named and no region is known, or it has no host.
    """
    if isinstance(target, HostTarget):
        literal = hosts.as_address(target.host) is not None
        if literal and (refused := forbidden.refusal(target.host, allow_loopback=False)):
            raise InvalidRequest("--to", f"{target.host}: {refused}")
        return target.host, target.port
    if not region:
        raise InvalidRequest(
            "--region", f"the region of {target.service} is not known: write --region and one, such as eu-west-1"
        )
    environ = _PLAIN | {"AWS_DEFAULT_REGION": region}
    with exported(environ):
        world = World(request=Request(targets=(target,)), until=0.0, environ=environ)
        found = next(iter(Endpoint.named(world, (), world.services, region)))
    if isinstance(found, Missing):
        raise InvalidRequest("--to", found.detail)
    return found.host, found.port


def inferred(known: Known) -> str:
    """Which hosts a function's variables name, and which variable does; "" where none is known."""
    functions = [item.facts for item in known if isinstance(item, Evidence) and item.kind == "function"]
    named = [each for facts in functions for each in facts.get("targets", ()) if each.get("variable")]
    listed = ", ".join(f"{each['host']}:{each['port']} ({each['variable']})" for each in named)
    return f"targets that variables of the function name: {listed}; --target names others" if listed else ""
