"""What a function does with AWS, as far as its request, its variables and its event sources tell."""

from collections.abc import Iterator, Mapping
from typing import Any

from doctor.evidence.function import Function, Named
from doctor.evidence.settings.named_resources import NamedResource, meant
from doctor.policies.usual import Caller, Use, polled, use
from doctor.request import ServiceTarget
from doctor.world import World

_AT_REST = ("Disabled", "Disabling", "Deleting")  # states of a mapping that nobody polls for (Lambda API reference)


def uses(world: World, function: Function, caller: Caller, environ: Mapping[str, Any]) -> Iterator[Use]:
    """What the request names, else what the function's variables do: resources, and services of which none is named."""
    place = {"partition": caller.partition, "region": function.region, "account": caller.account}
    asked = tuple(each for each in world.services if each.reachable)
    named: tuple[ServiceTarget | Named, ...]
    named = asked or tuple(each for each in function.targets if each.service and each.reachable)
    found = [(each.service, each.resource) for each in named if each.resource]
    inferred = meant((), {str(name): str(value) for name, value in environ.items()})
    sure = [each for each in inferred if each.sure and each.name]
    services = {each.service for each in named}
    found += [(each.service, _arn(each)) for each in sure if each.service in services or not asked]
    told = {service for service, _ in found}
    found += [(each.service, "") for each in named if each.service not in told]
    for service, resource in dict.fromkeys(found):
        if made := use(service, resource or "", **place):
            yield made


def _arn(wanted: NamedResource) -> str:
    """The resource as it was named: an ARN where account and region are known."""
    if wanted.kind == "key" or not wanted.account:
        return wanted.id
    kind = {"table": "table/", "secret": "secret:", "parameter": "parameter/"}.get(wanted.kind, "")
    name = wanted.id.rpartition(":")[2] if wanted.kind == "secret" else wanted.id.lstrip("/")
    return f"arn:{wanted.partition}:{wanted.service}:{wanted.region}:{wanted.account}:{kind}{name}"


def sources(mappings: Mapping[str, Any]) -> Iterator[Use]:
    """What Lambda polls for the function, of ListEventSourceMappings' reply; each source once."""
    told = mappings.get("EventSourceMappings") or ()
    live = (str(each.get("EventSourceArn") or "") for each in told if str(each.get("State")) not in _AT_REST)
    for arn in dict.fromkeys(live):
        if found := polled(arn):
            yield found
