"""The work of one collector's child. It imports no pydantic: a shared parent that loaded early has none."""

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from doctor.evidence import Evidence, Facts, Missing
from doctor.world import World, now


@dataclass(frozen=True)
class Collecting:
    """Gather one kind of evidence, as plain data."""

    kind: type[Facts]
    world: World

    def __call__(self) -> Iterator[dict[str, object]]:
        started = time.monotonic()
        os.environ.clear()  # boto3 reads os.environ, and shall see the world's
        os.environ.update(self.world.environ)
        if self.world.in_function:
            os.environ["AWS_EC2_METADATA_DISABLED"] = "true"  # there is none in a sandbox; asking it only costs time
        for found in self.kind.collect(self.world):
            if isinstance(found, Missing):
                yield {"missing": asdict(found)}
            else:
                took = time.monotonic() - started
                yield {"evidence": asdict(Evidence.of(found, vantage=self.world.vantage, at=now(), took=took))}
