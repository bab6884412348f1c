"""What neither security groups nor network ACLs filter, and routes do not carry: the VPC's own services.

Sources: VPC user guide, "Security groups" and "Network ACLs" (both: not filtered are Amazon DNS, DHCP, instance
metadata, ECS task metadata, Windows licences, time synchronisation), "DNS attributes for your VPC" (the resolver's
addresses), "Configure route tables" (169.254.168.0/22 and fd00:ec2::/32 are not forwarded by any wider route).
"""

from doctor.network.blocks import block
from doctor.network.ends import Flow
from doctor.network.model import Network

RESERVED = (block("169.254.168.0/22"), block("fd00:ec2::/32"))

_RESOLVERS = (block("169.254.169.253"), block("fd00:ec2::253"))
_SERVICES = {
    block("169.254.169.254"): "the instance metadata service",
    block("fd00:ec2::254"): "the instance metadata service",
    block("169.254.169.123"): "the Amazon Time Sync Service",
    block("fd00:ec2::123"): "the Amazon Time Sync Service",
    block("169.254.170.2"): "the ECS task metadata endpoint",
}


def unfiltered(network: Network, flow: Flow) -> str:
    """The name of the service at the destination that no group and no ACL can block; empty where there is none."""
    address = flow.destination.address
    if flow.destination.port == 53 and (address in _RESOLVERS or _is_plus_two(network, flow)):
        return "the Route 53 Resolver"
    return _SERVICES.get(address, "")


def _is_plus_two(network: Network, flow: Flow) -> bool:
    """Whether it is the base of the VPC's IPv4 range plus two.

    The resolver has that address of the primary range only; in the others it is reserved, so nothing else is meant.
    """
    address = flow.destination.address
    vpc = (network.vpcs or {}).get(flow.source.vpc)
    return (
        vpc is not None
        and address.family == 4
        and any(part.family == 4 and address.first == part.first + 2 == address.last for part in vpc.blocks)
    )
