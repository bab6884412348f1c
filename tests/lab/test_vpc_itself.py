"""The VPC's laboratory does with packets what its rows take for granted, and leaves nothing behind."""

from collections.abc import Iterator

import places
import pytest
from test_lab_itself import nothing_outlives
from vpc import Vpc
from vpc_names import ADDRESSES, S3
from vpc_wires import ELASTIC_ADDRESS

ENDPOINT, SNS = "10.0.3.20", ADDRESSES[places.host("sns")]
FUNCTION = "10.0.1.77"
BUILT = "as built: interface and gateway endpoints, NAT"


@pytest.fixture(scope="module")
def vpc(means: None) -> Iterator[Vpc]:
    with Vpc() as running:
        yield running


@pytest.mark.parametrize(
    ("row", "address", "port", "ends"),
    [
        (BUILT, ENDPOINT, 443, ("connected", FUNCTION)),
        (BUILT, S3, 443, ("connected", FUNCTION)),  # a gateway endpoint translates nothing
        (BUILT, SNS, 443, ("connected", ELASTIC_ADDRESS)),
        pytest.param(BUILT, ENDPOINT, 81, ("TimeoutError", "TimeoutError"), marks=pytest.mark.long),
        ("answer stopped by the endpoint's ACL", ENDPOINT, 443, ("TimeoutError", "TimeoutError")),
        *(
            pytest.param(*case, marks=pytest.mark.long)
            for case in (
                ("no egress at all", ENDPOINT, 443, ("TimeoutError", "TimeoutError")),
                ("in a public subnet", SNS, 443, ("TimeoutError", "TimeoutError")),
                ("in a public subnet", ENDPOINT, 443, ("connected", "10.0.9.77")),
                ("nobody has the address", "10.0.3.77", 5432, ("TimeoutError", "TimeoutError")),
                ("peer does not route back", "10.1.0.9", 5432, ("TimeoutError", "TimeoutError")),
                ("a database over a peering connection", "10.1.0.9", 5432, ("connected", FUNCTION)),
            )
        ),
    ],
)
@pytest.mark.sampled(2)
def test_packets(vpc: Vpc, row: str, address: str, port: int, ends: tuple[str, str]) -> None:
    """Groups remember connections, ACLs do not; only NAT hides the function's own address."""
    assert vpc.do("knock", name=row, address=address, port=port) == list(ends)


HOLDER = """
import vpc
with vpc.Vpc() as lab:
    lab.do("row", name="as built: interface and gateway endpoints, NAT")
    print(lab.folder, flush=True)
    lab.do("row", name="resolver is silent")
"""


@pytest.mark.long
def test_nothing_outlives_a_killed_test_run(means: None) -> None:
    """Namespaces hang on the process inside alone; also in the middle of a row."""
    nothing_outlives(HOLDER)
