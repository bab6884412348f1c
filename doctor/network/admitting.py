"""Which security group a new interface endpoint could bear, so that a function reaches it."""

from collections.abc import Sequence

from doctor.network.blocks import Block
from doctor.network.ends import Destination, Flow, Source
from doctor.network.groups import inbound
from doctor.network.model import Interface, Network

_CHECK = "network.endpoint-ingress-blocked"


def admitting(network: Network, vpc: str, sources: Sequence[Source], port: int) -> str:
    """The first group, by id, that an interface endpoint of the VPC bears and that lets every source in; "" for none.

    Groups of other things may let the function in as well, but whoever changes those does not think of endpoints.
    """
    endpoints = (network.endpoints or {}).values()
    borne = {group for each in endpoints if each.vpc == vpc and each.kind == "interface" for group in each.groups}
    open_to_all = (group for group in sorted(borne) if all(_lets_in(network, group, each, port) for each in sources))
    return next(open_to_all, "") if sources else ""


def _lets_in(network: Network, group: str, source: Source, port: int) -> bool:
    ends = [each for each in source.blocks if each.family == 4]
    # The endpoint's own address does not matter to rules of its group: any stands in for it.
    flows = (Flow(source=source, destination=Destination(address=_first(each), port=port)) for each in ends[:1])
    far = Interface(id="", subnet=source.subnet, vpc=source.vpc, groups=(group,), kind="vpc_endpoint")
    judged = (inbound(network, flow, far, _CHECK, keeps_groups=True) for flow in flows)
    return any(bool(each.open) and not each.shut and not each.unknowns for each in judged)


def _first(of: Block) -> Block:
    return Block(of.family, of.first, of.first)
