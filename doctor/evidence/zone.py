"""The availability zone of this sandbox, from Lambda's own metadata endpoint."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.world import World

_PATH = "/2026-01-15/metadata/execution-environment"


@dataclass(frozen=True, kw_only=True)
class Zone(Facts):
    """`zone` is a zone id such as `use1-az1`; None where no endpoint is offered."""

    kind: ClassVar[str] = "zone"
    shared: ClassVar[Shared] = Shared.NETWORK

    zone: str | None

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Ask the endpoint that the platform names (Lambda developer guide, "metadata endpoint"); nothing else is asked."""
        address, token = (world.environ.get(f"AWS_LAMBDA_METADATA_{name}", "") for name in ("API", "TOKEN"))
        if not address or not world.in_function:
            yield cls(zone=None)
            return
        import http.client  # loads ssl; children only

        connection = http.client.HTTPConnection(address, timeout=world.left(0.1, most=1.0))
        try:
            connection.request("GET", _PATH, headers={"Authorization": f"Bearer {token}"})
            answer = json.loads(connection.getresponse().read(4096))
            yield cls(zone=str(answer["AvailabilityZoneID"])[:32])
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            detail = f"the metadata endpoint gave no zone: {type(error).__name__}"
            yield Missing(kind=cls.kind, reason=Reason.UNREACHABLE, detail=detail)
        finally:
            connection.close()
