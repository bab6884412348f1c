"""Within the VPC: the local route."""

from doctor.network import routes
from doctor.network.arrival import admit, enter, find
from doctor.network.ends import Flow
from doctor.network.model import Network, Route
from doctor.network.onward import Onward
from doctor.network.returning import Expected, way_back
from doctor.network.stage import all_of


def judge(network: Network, flow: Flow, route: Route) -> Onward:
    """An interface of the same VPC. Within one subnet no network ACL is asked and no route back is needed
    (VPC user guide, "Control subnet traffic with network access control lists")."""
    del route
    target = find(network, flow, flow.source.vpc)
    admitted = admit(network, flow, target, keeps_groups=True)
    if target.subnet and target.subnet == flow.source.subnet:
        return Onward(judged=admitted, far=target.interface, legs=())
    stages = [enter(network, flow, target.subnet), admitted]
    if target.subnet:
        stages.append(way_back(network, flow, routes.table_of(network, target.subnet), Expected(via="local")))
    elif network.subnets is None:  # it may be the source's own
        return Onward(judged=all_of(flow, *stages), far=target.interface, legs=())
    return Onward(judged=all_of(flow, *stages), far=target.interface)
