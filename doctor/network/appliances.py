"""What a route may lead to and nobody can read: appliances, tunnels, other networks. Each a stated unknown."""

from doctor.network import remedies
from doctor.network.endpoints import suspect
from doctor.network.ends import Flow
from doctor.network.model import Interface, Network, Route
from doctor.network.onward import EDGE, Onward
from doctor.network.result import Judgement
from doctor.network.stage import stops, undecided

_BEYOND = {
    "vpn-gateway": "its tunnels, their routes and the network behind them are not read",
    "local-gateway": "an Outpost's local network is not read",
    "carrier-gateway": "a carrier's network is not read",
    "core-network": "Cloud WAN's segments and policies are not read",
    "outpost-database": "a database network is not read",
}


def judge(network: Network, flow: Flow, route: Route) -> Onward:
    """A route to anything without an evaluator of its own."""
    if route.via in ("interface", "instance"):
        found = _next_hop(network, route)
        elsewhere = found is not None and found.subnet != flow.source.subnet
        # Within one subnet no network ACL sees what an appliance gets and gives back; what it sends out is seen.
        return Onward(judged=_appliance(network, flow, route), legs=EDGE if elsewhere else EDGE[:1])
    if route.via == "address":
        detail = f"the next hop {route.target} was set by a route server; what it does with packets cannot be read"
        return Onward(judged=suspect(route.target, detail), legs=EDGE[:1])
    if route.via == "vpn-gateway" and (detached := _detached(network, flow, route)):
        return Onward(judged=detached)
    what = _BEYOND.get(route.via, "it is of a kind that we do not know")
    return Onward(judged=undecided(route.target or route.via, f"behind {route.target or route.via}: {what}"))


def _detached(network: Network, flow: Flow, route: Route) -> Judgement | None:
    gateway = (network.vpn_gateways or {}).get(route.target)
    attached = gateway.attached if gateway else None
    state = "attached" if attached is None else attached.get(flow.source.vpc, "detached")
    if state not in ("detached", "detaching"):
        return None
    words = ("--vpn-gateway-id", route.target, "--vpc-id", flow.source.vpc)
    detail = f"the VPN gateway is not attached to {flow.source.vpc}"
    return stops(flow, "network.no-route", route.target, detail, (remedies.command("attach-vpn-gateway", *words),))


def _appliance(network: Network, flow: Flow, route: Route) -> Judgement:
    """A NAT instance or firewall. With the source/destination check on it forwards nothing (EC2 user guide, "Elastic
    network interfaces"; VPC user guide, "NAT instances")."""
    if network.interfaces is None:
        return suspect(route.target, network.missing("the next hop", "NetworkInterfaces", route.target))
    found = _next_hop(network, route)
    if found is None:
        return suspect(route.target, f"the next hop {route.target} is no interface that was read")
    if found.checks_addresses is None:
        return suspect(found.id, f"whether {found.id} checks source and destination of what it forwards was not told")
    if found.checks_addresses and flow.destination.address not in found.addresses:
        detail = "its source/destination check drops what is not addressed to it"
        return stops(flow, "network.nat-unavailable", found.id, detail, (remedies.no_source_check(found.id),))
    return suspect(found.id, f"{found.id} is an appliance whose rules cannot be read")


def _next_hop(network: Network, route: Route) -> Interface | None:
    known = (network.interfaces or {}).values()
    if route.via == "interface":
        return (network.interfaces or {}).get(route.target)
    own = sorted((each for each in known if each.instance == route.target), key=lambda each: each.id)
    return own[0] if len(own) == 1 else None  # with several, which one the route means is not told
