"""The SDK as it is loaded here: versions, where each part comes from, and the region that it finds by itself."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.redact import brief
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
    """`region` is what a bare boto3 session uses; `region_listed` whether this botocore knows it.

    `requires` is boto3's own word on the botocore that it needs, where its package's metadata is there.
    """

    kind: ClassVar[str] = "sdk"
    preload: ClassVar[str] = "doctor.isolation.preload"

    parts: tuple[Part, ...]
    region: str | None
    region_listed: bool | None
    region_error: str = ""
    requires: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Look at modules that are already loaded; nothing leaves the process."""
        parts, requires = tuple(_part(name) for name in _PARTS), _requires()
        try:
            session = world.session()
            region = session.region_name or None
            listed = region in _regions(session) if region else None
        except Exception as error:  # noqa: BLE001 - ProfileNotFound and its like are evidence
            yield cls(parts=parts, region=None, region_listed=None, region_error=brief(error), requires=requires)
            return
        yield cls(parts=parts, region=region, region_listed=listed, requires=requires)


def _part(name: str) -> Part:
    module = importlib.import_module(name)
    version = str(getattr(module, "__version__", "unknown"))
    return Part(name=name, version=version, folder=str(Path(module.__file__ or "?").parent.parent))


def _requires() -> str:
    """Only of the very boto3 that is loaded: a package in a layer may have left its metadata elsewhere."""
    from importlib import metadata  # brings email and zipfile, which the parent goes without

    boto3 = importlib.import_module("boto3")
    try:
        found = metadata.distribution("boto3")
    except metadata.PackageNotFoundError:
        return ""
    if found.version != boto3.__version__:
        return ""
    return next((line for line in found.requires or () if line.startswith("botocore")), "")[:100]


def _regions(session: object) -> set[str]:
    """Every region of every partition, as botocore's own file has them; its resolver would take 20 MB for the same."""
    loader = session._session.get_component("data_loader")  # type: ignore[attr-defined]
    return {region for partition in loader.load_data("endpoints")["partitions"] for region in partition["regions"]}
