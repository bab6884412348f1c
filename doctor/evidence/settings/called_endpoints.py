"""What a function calls: the endpoints of its targets, where its own configuration puts them."""

from collections.abc import Iterator
from dataclasses import replace

from doctor import hosts
from doctor.evidence import Missing, Reason, proxy
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.function import Function
from doctor.evidence.settings import endpoint_overrides
from doctor.probe import forbidden
from doctor.verdict import Source
from doctor.world import World


def endpoints(world: World, function: Function) -> Iterator[Endpoint | Missing]:
    """The targets that the request names, else those that the function's variables name, where the function calls them."""
    region = "" if _is_own(world) else function.region
    if world.hosts_named or world.services:
        found = Endpoint.named(world, world.hosts_named, world.services, region)
    else:
        targets = function.targets
        own = [each for each in targets if each.host]
        found = Endpoint.named(world, own, [each for each in targets if each.service], region)
    if not region:
        yield from found
        return
    configured = [_as_configured(function, each) for each in found]
    yield from configured
    if any(isinstance(each, Endpoint) and each.proxied for each in configured):  # then the way to the proxy decides
        yield from Endpoint.named(world, function.proxies, (), region)


def _as_configured(function: Function, endpoint: Endpoint | Missing) -> Endpoint | Missing:
    """Where the function's own variables put a service, read from outside, and whether they send calls through a proxy."""
    if isinstance(endpoint, Missing) or not endpoint.service:
        return endpoint
    if own := None if function.overrides_ignored else endpoint_overrides.serving(function.overrides, endpoint.service):
        endpoint = replace(endpoint, host=own.host, port=own.port, overridden=own.variable)
    through = any(each.variable == endpoint.scheme for each in function.proxies)
    spared = through and proxy.bypassed(function.unproxied, endpoint.scheme, endpoint.host, endpoint.port)
    return replace(endpoint, proxied=through and not spared)


def _is_own(world: World) -> bool:
    """Whether this sandbox is the function that is examined."""
    own = world.vantage.function
    return own is not None and world.request.function in (None, own)


def probeable(endpoint: Endpoint | Missing, kind: str, world: World) -> Endpoint | Missing:
    """The endpoint, or the evidence of this kind missing: no way leads to what only this machine, or nobody, can have."""
    if isinstance(endpoint, Missing) or hosts.as_address(endpoint.host) is None:
        return endpoint
    refused = forbidden.refusal(endpoint.host, allow_loopback=world.allow_local)
    if not refused:
        return endpoint
    return Missing(kind=kind, source=Source.CONTROL, reason=Reason.NOT_ASKED, detail=refused, target=endpoint.concerns)
