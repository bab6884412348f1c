"""Where signed calls may go: to AWS alone, whatever variables, configuration or resolvers put in its place."""

from collections.abc import Callable
from typing import Any

from doctor.aws_domains import is_aws
from doctor.evidence.settings import endpoint_overrides
from doctor.probe import forbidden
from doctor.world import World


def overridden(world: World, service: str) -> str:
    """Why no signed call is sent: the deployer's endpoint is connected to, and gets no credentials from us."""
    if world.allow_local or endpoint_overrides.ignored(world.environ):
        return ""
    stands = endpoint_overrides.serving(endpoint_overrides.standing(world.environ), service)
    if stands is None or stands.aws:
        return ""
    return f"{stands.variable} puts {stands.address} in AWS's place, and no signed call is sent there{_lifted(world, stands)}"


def _lifted(world: World, stands: endpoint_overrides.Override) -> str:
    """What an operator types to be heard by AWS; in a function there is nobody who types."""
    if world.in_function:
        return ""
    if stands.variable.endswith(endpoint_overrides.SHARED):
        return "; type: export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"
    meant = "" if stands.host == endpoint_overrides.NO_HOST else ", or where it is meant: export DOCTOR_ALLOW_LOCAL=1"
    return f"; type: unset {stands.variable}{meant}"


def only_probeable(resolve: Callable[..., Any], *, allow_loopback: bool) -> Callable[..., Any]:
    """A getaddrinfo that gives no address which the doctor may not connect to, whoever put AWS's name there."""

    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        found = resolve(host, *rest, **named)
        if not is_aws(str(host)):
            return found
        allowed = [entry for entry in found if not forbidden.refusal(entry[4][0], allow_loopback=allow_loopback)]
        if not allowed:
            raise OSError(f"{host} leads to {found[0][4][0]}, which is never probed")
        return allowed

    return guarded
