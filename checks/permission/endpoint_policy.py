import shlex
from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, otherwise, unknown
from doctor.areas.network import elsewhere, short
from doctor.areas.permission import remedies
from doctor.areas.permission.observations import observed, uses_of, way_to, withheld
from doctor.areas.permission.refusals import judge
from doctor.declare import Nearness
from doctor.evidence.network import Network
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind
from doctor.policies.usual import Use, Way
from doctor.policies.written import statement, with_statement
from doctor.verdict import Outcome

_REMEDY = Remedy(
    "Add a statement to the endpoint's policy that allows these calls to the function's role on this resource; the command "
    "writes it beside those that are there. Where a statement denies, it must be narrowed instead.",
    commands=remedies.of_endpoint("ENDPOINT"),
)


_ALL = "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[VpcEndpointId,ServiceName,PolicyDocument]'"


def _denied(refusals: Refusals, resources: Resources | None) -> Iterator[Observation]:
    remedy = Remedy(f"{_REMEDY.text} {remedies.WRITTEN}", commands=(_ALL, _REMEDY.commands[-1]))
    yield from judge(refusals, resources, Kind.ENDPOINT, remedy)


@otherwise(_denied)
@check("permission.endpoint-policy", severity=Severity.BREAKS, nearness=Nearness.ENDPOINT, remedy=_REMEDY)
def endpoint_policy(permissions: Permissions, paths: Paths, network: Network | None) -> Iterator[Observation]:
    """The policy of the VPC endpoint lets the function's calls through.

        AccessDenied: … is not authorized to perform: s3:GetObject on resource: … because no VPC endpoint policy allows the
        s3:GetObject action
        … with an explicit deny in a VPC endpoint policy

    The packets arrive, so that it is no network fault; from outside the VPC the same call succeeds. An endpoint is made with
    a policy that allows everything. One that names buckets or accounts also keeps out what AWS itself owns: layers of
    container images, packages of Amazon Linux. Where it cannot be read, what AWS says when it denies one of the doctor's own
    reads is told.

    Source: PrivateLink guide, "Control access to VPC endpoints using endpoint policies".
    """
    way, uses = way_to(paths), uses_of(permissions, paths)
    if not paths.vpc:
        yield not_applicable(paths.concerns, f"{paths.function} is in no VPC")
    elif not uses:
        yield not_applicable(paths.concerns, f"{paths.concerns} is no service whose usual calls are known")
    elif not way.known and not way.endpoint:
        words = f"not decided: whether a VPC endpoint carries the calls to {paths.host} is not known"
        why = "; ".join(paths.answer.unknowns[:3]) if paths.answer else ""
        yield unknown(
            paths.concerns, f"{words}: {why}" if why else words, severity=None if elsewhere(paths) else Severity.RISKS
        )
    elif not way.endpoint:
        yield not_applicable(paths.concerns, f"no VPC endpoint carries the calls to {paths.host}")
    else:
        for seen in _judged(permissions, uses, way, _policy(network, way.endpoint)):
            yield _doubted(seen, paths)


def _doubted(seen: Observation, paths: Paths) -> Observation:
    """A denial by an endpoint to which the name need not lead is neither a fault for certain nor a mere risk."""
    doubts = elsewhere(paths)
    if seen.outcome is not Outcome.PROBLEM or not doubts:
        return seen
    return unknown(seen.subject, f"{short(doubts)}; if {paths.host} leads to it, {seen.message}")


def _judged(permissions: Permissions, uses: tuple[Use, ...], way: Way, policy: object) -> Iterator[Observation]:
    if not policy:
        yield unknown(way.endpoint, f"not decided: the policy of {way.endpoint} was not told")
        return
    from doctor.areas.permission.other_actions import (
        by_endpoint,  # what evaluates is imported where there is something to evaluate
    )

    for use in uses:
        rulings = by_endpoint(permissions, use, way, policy)
        shut = any(each.explicit for each in rulings)
        subject, who = f"{way.endpoint} {use.label}", f"the policy of {way.endpoint}"
        yield observed(
            rulings,
            use,
            subject=subject,
            who=who,
            remedy=_narrowed(way.endpoint) if shut else _remedy(way.endpoint, permissions.caller.role, use, policy),
            severity=None if way.known else Severity.RISKS,
        )
        yield from withheld(rulings, use, subject=subject, who=who)


def _policy(network: Network | None, endpoint: str) -> object:
    listed = network.replies.get("VpcEndpoints", ()) if network else ()
    return next((each.get("PolicyDocument") for each in listed if each.get("VpcEndpointId") == endpoint), None)


def _narrowed(endpoint: str) -> Remedy:
    return Remedy(remedies.HOW, commands=remedies.of_endpoint(endpoint))


def _remedy(endpoint: str, role: str, use: Use, policy: object) -> Remedy:
    # A gateway endpoint takes no principal but everybody, and names the role in a condition; an interface endpoint takes both.
    more = {"Principal": "*", "Condition": {"ArnEquals": {"aws:PrincipalArn": role}}}
    written = f"--policy-document {shlex.quote(with_statement(policy, statement(use, **more)))}"
    shown, _ = remedies.of_endpoint(endpoint)
    return replace(_REMEDY, commands=(shown, f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} {written}"))
