"""What every child that uses the SDK needs, loaded once in their zygote: boto3, and botocore's largest files.

Each session parses `endpoints.json` anew, which takes longer and more memory than all else that makes a client.
"""

import contextlib
import gc
import gzip
import importlib
import json
from typing import Any

import boto3
import botocore.session
from botocore.loaders import JSONFileLoader, Loader

from doctor.isolation.child import give_back

# What several collectors share. A module that one child alone needs is imported there: the first call waits for all of this.
for _kind in ("caller", "credentials", "application"):
    importlib.import_module(f"doctor.evidence.{_kind}")

_NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class _Lean(JSONFileLoader):
    """Reads what botocore's own loader does, without what only a reader of documentation needs, and into plain dicts.

    They keep their order as well, and take two thirds of the memory and half of the time.
    """

    def load_file(self, file_path: str) -> Any:
        """The file's content; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            with contextlib.suppress(*_NO_FILE), opened(file_path + ending, "rb") as file:
                return json.loads(file.read().decode(), object_hook=_undocumented)
        return super().load_file(file_path)


def _undocumented(told: dict[str, Any]) -> dict[str, Any]:
    if type(told.get("documentation")) is str:  # else it is what a service calls a part of its requests
        told["documentation"] = ""  # which botocore asks for in some places
    return told


_LOADER = Loader(file_loader=_Lean())

# A file that cannot be read will be met again by whoever needs it.
with contextlib.suppress(Exception):
    for _data in ("endpoints", "partitions", "sdk-default-configuration"):
        _LOADER.load_data(_data)


def session() -> boto3.Session:
    """A session exactly as an application gets it, but for files that were read before."""
    made = boto3.Session()
    core: botocore.session.Session = made._session
    if not core.get_config_variable("data_path"):  # else the deployer's own files take part
        core.register_component("data_loader", _LOADER)
    return made


def forget() -> None:
    """Drop the models of services that were done with: six of them are more than a function of 128 MB has room for."""
    for read in [key for key in _LOADER._cache if key not in _KEPT]:  # type: ignore[attr-defined]
        del _LOADER._cache[read]  # type: ignore[attr-defined]
    gc.collect()
    give_back()


# A first client warms what all later ones use: botocore's lazy imports, and the rules of an endpoint's name.
with contextlib.suppress(Exception):
    session().client("sts", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106

_KEPT = frozenset(_LOADER._cache)  # type: ignore[attr-defined]  # by botocore's `instance_cache`
