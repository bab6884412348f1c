"""VPC endpoints as targets: by their interfaces, or by a route to a gateway endpoint's prefix list."""

from collections.abc import Iterator

from doctor.network import remedies
from doctor.network.ends import Flow
from doctor.network.model import Endpoint, Interface, Network, Route, RouteTable
from doctor.network.onward import Onward
from doctor.network.result import Blocker, Judgement
from doctor.network.serving import DEAD
from doctor.network.stage import all_of, passes, stops, undecided

INTERFACES = frozenset({"vpc_endpoint"})  # InterfaceType of what an endpoint put into a subnet
_FAMILIES = frozenset({"ipv4", "ipv6", "dualstack"})
_CUSTOMER = ".vpce-svc-"  # in the name of an endpoint service that is not AWS's own
# TCP ports of AWS services: 443 (PrivateLink guide, "Create a VPC endpoint": allow inbound HTTPS), but for those whose
# guides name others (SES guide, "Connecting to an Amazon SES SMTP endpoint"; Keyspaces guide, "Ports and protocols").
_HTTPS = frozenset({443})
_PORTS = {
    "email-smtp": frozenset({25, 465, 587, 2465, 2587}),
    "cassandra": frozenset({443, 9142}),
    "cassandra-fips": frozenset({443, 9142}),
}


def owner(network: Network, interface: Interface) -> Endpoint | None:
    """The read endpoint that an interface belongs to."""

    def index() -> dict[str, Endpoint]:
        known = sorted((network.endpoints or {}).values(), key=lambda endpoint: endpoint.id)
        return {id: endpoint for endpoint in known for id in endpoint.interfaces}

    return network.once(("endpoints.owner",), index).get(interface.id)


def behind(network: Network, flow: Flow, interface: Interface) -> Judgement:
    """Whether the endpoint that an interface belongs to passes anything on."""
    if network.endpoints is None:
        return undecided(interface.id, network.missing("the endpoint of", "VpcEndpoints", interface.id))
    found = owner(network, interface)
    if found is None:
        return undecided(interface.id, f"no endpoint that was read owns {interface.id}")
    state = _state(flow, found)
    if found.kind != "interface":
        return state.then(
            undecided(found.id, f"what lies behind {found.id}, an endpoint of type {found.kind}, is not read")
        )
    return state.then(_served(flow, found))


def _served(flow: Flow, endpoint: Endpoint) -> Judgement:
    """Whether the service behind an interface endpoint is known to answer on the port. What AWS does not say, and what
    the owner of an endpoint service decides, nobody can tell from here."""
    to, service = flow.destination, endpoint.service
    if not service or _CUSTOMER in service:
        name = service or "the service, which was not told,"
        return undecided(endpoint.id, f"what {name} behind {endpoint.id} listens on is known to its owner alone")
    name = next((each for each in _PORTS if service.endswith(f".{each}")), "")
    if to.protocol == "tcp" and to.port in _PORTS.get(name, _HTTPS):
        return Judgement(open=flow.whole)
    reason = f"whether {service} answers on {to.protocol} {to.port} is not documented"
    return undecided(endpoint.id, reason)


def _state(flow: Flow, endpoint: Endpoint) -> Judgement:
    if endpoint.state == "available":
        return passes(flow, endpoint.id, "available")
    if endpoint.state in DEAD:
        return stops(flow, "network.endpoint-unavailable", endpoint.id, f"its state is {endpoint.state}")
    return undecided(endpoint.id, f"{endpoint.id} is in the state {endpoint.state or 'that was not told'}")


def through(network: Network, flow: Flow, route: Route) -> Onward:
    """A route whose target is an endpoint."""
    if network.endpoints is None:
        return Onward(judged=undecided(route.target, network.missing("endpoint", "VpcEndpoints", route.target)))
    found = network.endpoints.get(route.target)
    if found is None:
        gone = stops(flow, "network.endpoint-unavailable", route.target, "the endpoint does not exist")
        return Onward(judged=gone)
    if found.kind == "gatewayloadbalancer":
        detail = f"{found.id} hands the packets to appliances whose rules cannot be read"
        return Onward(judged=all_of(flow, _state(flow, found), suspect(found.id, detail)))
    if found.kind != "gateway":
        reason = f"a route to {found.id}, an endpoint of type {found.kind}, is nothing that we know"
        return Onward(judged=undecided(found.id, reason))
    return Onward(judged=all_of(flow, _state(flow, found), *_limits(network, flow, found)))


def suspect(component: str, detail: str) -> Judgement:
    """An appliance that may stop everything; nothing that was read can tell."""
    blocker = Blocker(check="network.firewall-in-path", component=component, direction="forward", detail=detail)
    judged = undecided(component, detail)
    return Judgement(open=judged.open, hops=judged.hops, unknowns=judged.unknowns, suspects=(blocker,))


def _limits(network: Network, flow: Flow, endpoint: Endpoint) -> Iterator[Judgement]:
    """What a gateway endpoint does not carry (PrivateLink guide, "Gateway endpoints"): UDP, a family that it was not
    made for, another Region."""
    if flow.destination.protocol not in ("tcp", "icmp"):
        detail = f"a gateway endpoint carries no {flow.destination.protocol.upper()}"
        yield stops(flow, "network.no-route", endpoint.id, detail)
    if flow.destination.address.family == 6 and endpoint.families == "ipv4":
        command = remedies.endpoint(endpoint.id, "--ip-address-type", "dualstack")
        yield stops(flow, "network.ipv6-dead-end", endpoint.id, "the endpoint carries IPv4 alone", (command,))
    if flow.destination.address.family == 4 and endpoint.families == "ipv6":
        command = remedies.endpoint(endpoint.id, "--ip-address-type", "dualstack")
        yield stops(flow, "network.no-route", endpoint.id, "the endpoint carries IPv6 alone", (command,))
    family = flow.destination.address.family
    if endpoint.families not in _FAMILIES if endpoint.families else family == 6:  # older replies tell none, for IPv4
        yield undecided(endpoint.id, f"whether {endpoint.id} carries IPv{family} was not told")
    if endpoint.service_region and network.region and endpoint.service_region != network.region:
        detail = f"it serves {endpoint.service_region}, and gateway endpoints serve their own Region alone"
        yield stops(flow, "network.gateway-endpoint-other-region", endpoint.id, detail)


def unused(network: Network, flow: Flow, table: RouteTable) -> Iterator[Blocker]:
    """Which gateway endpoint would have carried what no route does: one that the table does not know, or none at all."""
    for listed in sorted((network.prefix_lists or {}).values(), key=lambda each: each.id):
        held = any(block.covers(flow.destination.address) for block in listed.blocks or ())
        if not (held and listed.name.startswith("com.amazonaws.")) or network.endpoints is None:
            continue
        here = [each for each in network.endpoints.values() if each.vpc == table.vpc and each.service == listed.name]
        gateways = sorted((each for each in here if each.kind == "gateway"), key=lambda each: each.id)
        if not gateways and any(each.service == listed.name for each in here):
            continue  # an interface endpoint serves it: whether names lead there is not a route's matter
        if not gateways:
            detail = f"{table.vpc} has no endpoint for {listed.name}"
            command = remedies.gateway_endpoint(table.vpc, listed.name, (table.id,))
            yield _blocker("network.endpoint-missing", table.vpc, detail, command)
        for each in gateways[:1]:
            if table.id not in each.tables:
                command = remedies.endpoint(each.id, "--add-route-table-ids", table.id)
                detail = f"{table.id} has no route to {listed.name} by way of {each.id}"
                yield _blocker("network.gateway-endpoint-unrouted", each.id, detail, command)


def _blocker(check: str, component: str, detail: str, command: str) -> Blocker:
    return Blocker(check=check, component=component, direction="forward", detail=detail, commands=(command,))
