"""Whether the doctor's own libraries import here, and what lies in their place where they do not.

Standard library only: this evidence must be gathered when pydantic-core itself is the wheel for another Python.
"""

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.redact import cut
from doctor.runtime import architecture

if TYPE_CHECKING:
    from doctor.world import World

LIBRARIES = ("pydantic", "boto3", "dns.message")
_TAG = re.compile(r"\.(cpython-\d+|abi3|pypy\d+-pp\d+)(?:-([a-z0-9_]+)-[a-z-]+)?\.(?:so|pyd|dylib)$")
_SUFFIXES = (".so", ".pyd", ".dylib")
# e_machine of the ELF header (gABI); Lambda knows two of them.
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64", 0x03: "i386", 0x28: "arm", 0xF3: "riscv64", 0x15: "ppc64"}
_NOT_ELF = {b"\xcf\xfa\xed\xfe": "Mach-O", b"\xca\xfe\xba\xbe": "Mach-O", b"MZ": "Windows"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A compiled module as it lies on disk. `abi` is empty where the name carries no tag."""

    file: str
    abi: str
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One attempt. `missing` is the first missing ancestor (`ImportError.name`); no error means success."""

    module: str
    error: str = ""
    message: str = ""
    missing: str = ""
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Imports(Facts):
    """The interpreter (`abi` such as `cpython-311`, `machine` in Lambda's words) and what it could import."""

    kind: ClassVar[str] = "imports"
    preload: ClassVar[str] = "doctor.isolation.preload"

    abi: str
    machine: str
    imports: tuple[Import, ...]

    @property
    def installation(self) -> str:
        """The command that installs wheels for this Python and this CPU, whatever machine builds the package."""
        digits = self.abi.rpartition("-")[2]
        platform = f"manylinux2014_{self.machine.replace('arm64', 'aarch64')}"
        return (
            f"pip install --platform {platform} --python-version {digits[:1]}.{digits[1:]} --implementation cp "
            "--only-binary=:all: --target package -r requirements.txt"
        )

    @classmethod
    def collect(cls, world: "World") -> Iterator[Self | Missing]:
        """Import each library in this child."""
        del world
        yield cls.look()

    @classmethod
    def look(cls) -> Self:
        """Import each library in this very process."""
        tag = sys.implementation.cache_tag or f"cpython-{sys.version_info.major}{sys.version_info.minor}"
        return cls(abi=tag, machine=architecture(), imports=tuple(map(_attempt, LIBRARIES)))


def _attempt(module: str) -> Import:
    try:
        importlib.import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever an import raises is the evidence
        broken = _unloadable(error)
        missing = "" if broken else getattr(error, "name", None) or module
        return Import(
            module=module,
            error=type(error).__name__,
            message=cut(str(error), 400),
            missing=missing,
            extensions=(_extension(broken),) if broken else tuple(_extensions(missing)),
        )
    return Import(module=module)


def _unloadable(error: BaseException) -> Path | None:
    """The compiled file that was found, and that the loader refused; `ImportError.name` is then no more than its stem."""
    path = Path(getattr(error, "path", None) or "")
    return path if path.suffix in _SUFFIXES and path.is_file() else None


def _extensions(missing: str) -> Iterator[Extension]:
    """Compiled files that would be the missing module, were they built for this interpreter."""
    package, _, stem = missing.rpartition(".")
    for folder in _folders(package):
        for file in sorted(folder.glob(f"{stem}.*")):
            if file.suffix in _SUFFIXES:
                yield _extension(file)


def _extension(file: Path) -> Extension:
    tag = _TAG.search(file.name)
    return Extension(file=f"{file.parent.name}/{file.name}", abi=tag[1] if tag else "", machine=machine_of(file))


def _folders(package: str) -> list[Path]:
    if not package:
        return [Path(entry) for entry in sys.path if entry and Path(entry).is_dir()]
    top, *rest = package.split(".")
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return []
    return [Path(folder, *rest) for folder in (found.submodule_search_locations or ())] if found else []


def machine_of(file: Path) -> str:
    """The CPU that a compiled file is for, from the first 20 bytes of its header."""
    try:
        with file.open("rb") as stream:
            head = stream.read(20)
    except OSError as error:
        return f"unreadable ({error.strerror})"
    if head[:4] == b"\x7fELF" and len(head) == 20:
        order = "little" if head[5] == 1 else "big"
        code = int.from_bytes(head[18:20], order)  # type: ignore[arg-type]
        return _MACHINES.get(code, f"ELF machine {code}")
    return next((name for magic, name in _NOT_ELF.items() if head.startswith(magic)), "not an executable format")
