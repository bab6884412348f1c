"""The SDK as it is loaded here: versions, where each part comes from, and the region that it finds by itself."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.world import World

_PARTS = ("boto3", "botocore", "urllib3", "s3transfer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One library of the SDK; `folder` is the import root that it was found in."""

    name: str
    version: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class Sdk(Facts):
    """`region` is what a bare boto3 session uses; `region_listed` whether this botocore knows it."""

    kind: ClassVar[str] = "sdk"
    preload: ClassVar[str] = "doctor.preload"

    parts: tuple[Part, ...]
    region: str | None
    region_listed: bool | None
    region_error: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Look at modules that are already loaded; nothing leaves the process."""
        parts = tuple(_part(name) for name in _PARTS)
        try:
            session = world.session()
            region = session.region_name or None
            listed = region in _regions(session) if region else None
        except Exception as error:  # noqa: BLE001 - ProfileNotFound and its like are evidence
            yield cls(
                parts=parts, region=None, region_listed=None, region_error=f"{type(error).__name__}: {error}"[:300]
            )
            return
        yield cls(parts=parts, region=region, region_listed=listed)


def _part(name: str) -> Part:
    module = importlib.import_module(name)
    version = str(getattr(module, "__version__", "unknown"))
    return Part(name=name, version=version, folder=str(Path(module.__file__ or "?").parent.parent))


def _regions(session: object) -> set[str]:
    core = session._session  # type: ignore[attr-defined]
    return {
        region
        for partition in core.get_available_partitions()
        for region in core.get_available_regions("ec2", partition, allow_non_regional=False)
    }
