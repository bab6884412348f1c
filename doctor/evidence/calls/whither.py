"""Where signed calls may go: to AWS alone, whatever variables, configuration or resolvers put in its place."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doctor import boundary
from doctor.evidence.environment import is_aws, override
from doctor.world import World

# Where botocore looks (its `session.SESSION_VARIABLES`); the profiles of both files are one.
_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


def overridden(world: World, service: str) -> str:
    """Why no signed call is sent: the deployer's endpoint is connected to, and gets no credentials from us."""
    if world.allow_local or world.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    for variable in (f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}", "AWS_ENDPOINT_URL"):
        if url := world.environ.get(variable, "").strip():
            stands = override(variable, service, url)
            return "" if stands.aws else _kept(variable, stands.address)
    if url := _configured(world, service):
        stands = override("endpoint_url", service, url)
        return "" if stands.aws else _kept("endpoint_url in the shared configuration", stands.address)
    return ""


def _kept(what: str, address: str) -> str:
    return f"{what} puts {address} in AWS's place, and no signed call is sent there"


def _configured(world: World, service: str) -> str:
    """`endpoint_url` of the profile, or of its `services` section, as botocore finds it; "" where it is not asked to."""
    if not any(Path(os.environ.get(name) or usual).expanduser().is_file() for name, usual in _FILES.items()):
        return ""
    from botocore.configprovider import ConfiguredEndpointProvider  # children only

    core: Any = world.session()._session
    try:
        if core.get_config_variable("ignore_configured_endpoint_urls"):
            return ""
        provider = ConfiguredEndpointProvider(core.full_config, core.get_scoped_config(), service, environ={})
        return str(provider.provide() or "")
    except Exception:  # noqa: BLE001 - no such profile, a file that cannot be read: making a client tells that
        return ""


def only_probeable(resolve: Callable[..., Any], *, allow_loopback: bool) -> Callable[..., Any]:
    """A getaddrinfo that gives no address which the doctor may not connect to, whoever put AWS's name there."""

    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        found = resolve(host, *rest, **named)
        if not is_aws(str(host)):
            return found
        allowed = [entry for entry in found if not boundary.refusal(entry[4][0], allow_loopback=allow_loopback)]
        if not allowed:
            raise OSError(f"{host} leads to {found[0][4][0]}, which is never probed")
        return allowed

    return guarded
