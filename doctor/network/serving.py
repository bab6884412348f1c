"""Which VPC endpoints are for the service that a host name belongs to, and what such an endpoint would be called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doctor.aws_domains import is_aws
from doctor.network import service_names

if TYPE_CHECKING:  # evidence is made of what is here, and every run imports that
    from doctor.network.model import Endpoint, Network

_REGION = re.compile(r"\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.")
# Services whose endpoint is named otherwise than their host, and those that a gateway endpoint carries for nothing.
_ODD = ("s3", "ecr.dkr", "execute-api", "kinesis-streams", "kinesis-firehose")
_GLOBAL = "com.amazonaws.us-east-1.s3"  # s3.amazonaws.com, which botocore still calls there, has no region in its name
GATEWAYS = ("dynamodb", "s3", "s3express")
# EC2 API reference, VpcEndpoint, State: in these an endpoint passes nothing, and answers to no name.
DEAD = frozenset({"pendingacceptance", "pending", "deleting", "deleted", "rejected", "failed", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A VPC endpoint of the VPC that is for the host's service. `zones` are those of an interface endpoint's subnets.

    `addresses` are those of its interfaces, None where some of them were not read.
    """

    id: str
    kind: str
    service: str
    state: str
    private_names: bool | None = False
    zones: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    addresses: tuple[str, ...] | None = ()


def serving(network: Network, vpc: str, host: str) -> tuple[Serving, ...] | None:
    """The endpoints of the VPC that are for the host's service, by id; None where endpoints were not read."""
    if network.endpoints is None:
        return None
    fitting = (each for each in network.endpoints.values() if each.vpc == vpc and _fits(each, host))
    return tuple(_serving(network, each) for each in sorted(fitting, key=lambda each: each.id))


def _fits(endpoint: Endpoint, host: str) -> bool:
    names = service_names.gateway(endpoint.service) if endpoint.kind == "gateway" else endpoint.names
    if endpoint.kind == "interface":
        names = (*names, *service_names.private(endpoint.service))
    return any(service_names.matches(name, host) for name in names)


def _serving(network: Network, endpoint: Endpoint) -> Serving:
    known = (network.subnets or {}).get
    return Serving(
        id=endpoint.id,
        kind=endpoint.kind,
        service=endpoint.service,
        state=endpoint.state,
        private_names=endpoint.private_names,
        zones=tuple(sorted({found.zone for id in endpoint.subnets if (found := known(id))})),
        tables=tuple(sorted(endpoint.tables)),
        addresses=_addresses(network, endpoint),
    )


def _addresses(network: Network, endpoint: Endpoint) -> tuple[str, ...] | None:
    interfaces = [(network.interfaces or {}).get(id) for id in sorted(endpoint.interfaces)]
    told = tuple(str(block) for each in interfaces if each for block in each.addresses)
    lacking = None in interfaces or (endpoint.kind == "interface" and not interfaces)
    return None if lacking else told


def service_of(host: str) -> str:
    """The name of the endpoint service for an AWS host of a region, such as `com.amazonaws.us-east-1.sqs`; or "".

    The rule is that of `service_names.private`, turned round. Whether AWS offers such an endpoint is not told by it.
    """
    found = _REGION.search(host)
    if not found or not is_aws(host):
        return _GLOBAL if any(service_names.matches(name, host) for name in service_names.gateway(_GLOBAL)) else ""
    prefix = f"{'cn.' if found[1].startswith('cn-') else ''}com.amazonaws.{found[1]}."
    for name in (*GATEWAYS, *_ODD):
        patterns = (*service_names.gateway(prefix + name), *service_names.private(prefix + name))
        if any(service_names.matches(pattern, host) for pattern in patterns):
            return prefix + name
    return prefix + ".".join(reversed(host[: found.start()].split(".")))
