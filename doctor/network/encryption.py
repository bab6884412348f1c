"""VPC encryption controls: in the mode `enforce`, what is not excluded carries nothing."""

from doctor.network import remedies
from doctor.network.ends import Flow
from doctor.network.model import Network
from doctor.network.result import Judgement
from doctor.network.stage import assumed, stops, undecided

CHECK = "network.encryption-control-blocks"


def excluded(network: Network, flow: Flow, resource: str, component: str, vpc: str = "") -> Judgement:
    """Whether a kind of resource (`lambda`, `nat-gateway`, …) may pass unencrypted traffic of the source's VPC.

    The kinds are those of VpcEncryptionControlExclusions (EC2 API reference). Where nothing was read the control is taken
    for absent, which every VPC made before it came is; a function that it stops also says so in its state.
    """
    vpc = vpc or flow.source.vpc
    if network.encryption is None and network.denied("VpcEncryptionControls"):
        return undecided(vpc, network.missing("encryption controls of", "VpcEncryptionControls", vpc))
    if network.encryption is None:
        return assumed(flow, f"encryption controls of {vpc} were not read: taken for absent")
    for control in network.encryption.values():
        if control.vpc != vpc:
            continue
        if control.mode == "monitor" or control.state in ("deleted", "enforce-failed", "creating"):
            continue
        known = {word.replace("-", "").replace("_", "").lower() for word in control.excluded}
        if resource.replace("-", "") in known:
            continue
        if control.mode == "enforce" and control.state in ("available", ""):
            detail = f"the encryption control of {vpc} is enforced, and {resource} is not excluded"
            return stops(
                flow, CHECK, component, detail, (remedies.encryption_exclusion(control.id or "CONTROL", resource),)
            )
        reason = f"the encryption control of {vpc} is in the mode {control.mode} and the state {control.state}"
        return undecided(component, reason)
    return Judgement(open=flow.whole)
