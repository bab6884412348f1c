"""For each check, evidence on which it must fail and evidence on which it must pass: one module an area."""

from tests.evidence import (
    client,
    credentials,
    dns,
    doctor,
    front,
    function,
    identity,
    network,
    package,
    permission,
    reach,
    resource,
)
from tests.evidence.build import Cases, sealed

__all__ = ["CASES", "Cases", "sealed"]

CASES: dict[str, Cases] = {
    **client.CASES,
    **credentials.CASES,
    **dns.CASES,
    **doctor.CASES,
    **front.CASES,
    **function.CASES,
    **identity.CASES,
    **network.CASES,
    **package.CASES,
    **permission.CASES,
    **reach.CASES,
    **resource.CASES,
}
