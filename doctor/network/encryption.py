"""VPC encryption controls: in the mode `enforce`, what is not excluded carries nothing."""

from collections.abc import Iterable

from doctor.network import remedies
from doctor.network.beyond import EncryptionControl
from doctor.network.ends import Flow
from doctor.network.model import Network
from doctor.network.result import Judgement
from doctor.network.stage import assumed, stops, undecided

CHECK = "network.encryption-control-blocks"


def excluded(network: Network, flow: Flow, resource: str, component: str, vpc: str = "") -> Judgement:
    """Whether a kind of resource (`lambda`, `nat-gateway`, …) may pass unencrypted traffic of the source's VPC.

    The kinds are those of VpcEncryptionControlExclusions (EC2 API reference).
    """
    vpc = vpc or flow.source.vpc
    if network.encryption is None:
        return _unread(network, flow, vpc)
    for control in _at_work(network, vpc):
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


def across(network: Network, flow: Flow, gateway: str, vpcs: Iterable[str]) -> Judgement:
    """Whether a transit gateway may carry unencrypted traffic between VPCs: it is no kind that can be excluded.

    Between enforcing VPCs it should have encryption support, which is then transparent (transit gateway guide, "Encryption
    Support"). What becomes of their traffic without it is not documented.
    """
    judged = Judgement(open=flow.whole)
    found = (network.transit_gateways or {}).get(gateway)
    if found and found.encryption == "enabled":
        return judged
    for vpc in vpcs:
        if network.encryption is None:
            judged = judged.then(_unread(network, flow, vpc))
        elif _at_work(network, vpc):
            support = f"is {found.encryption}" if found and found.encryption else "was not told"
            reason = f"{vpc} has an encryption control at work, and the encryption support of {gateway} {support}"
            judged = judged.then(undecided(gateway, reason))
    return judged


def _unread(network: Network, flow: Flow, vpc: str) -> Judgement:
    """Most SDKs and recorded replies know nothing of encryption controls: there they are taken for absent, which every VPC
    made before they came is; a function that one stops also says so in its state. Whoever asked and got no answer knows
    of them."""
    if network.unanswered("VpcEncryptionControls"):
        return undecided(vpc, network.missing("encryption controls of", "VpcEncryptionControls", vpc))
    return assumed(flow, f"encryption controls of {vpc} were not read: taken for absent")


def _at_work(network: Network, vpc: str) -> list[EncryptionControl]:
    """The controls of a VPC that may stop anything."""
    return [
        control
        for control in (network.encryption or {}).values()
        if control.vpc == vpc
        and control.mode != "monitor"
        and control.state not in ("deleted", "enforce-failed", "creating")
    ]
