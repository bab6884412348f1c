"""A folder of describe-* replies, and the same replies in memory.

Files are recognised by the reply's own top-level key, wherever they stand: in the folder, under `<region>/` or under
`accounts/<id>/<region>/`. Replies that carry no parent's id are named by it, such as `HostedZoneRecords/<zone>.json`.
A file that is not there means "not read", never "none".
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from doctor import strict_json
from doctor.console import output
from doctor.console.unread import absent
from doctor.evidence.calls.network.details import ATTRIBUTES, OF_PARENTS
from doctor.evidence.calls.network.listings import LOCAL, WIDE
from doctor.network import read as network_reader
from doctor.network.model import Network
from doctor.network.reply import kind
from doctor.verdict import InvalidRequest

MOST_FILES = 5000
MOST_BYTES = 200 * 1024 * 1024  # of a whole folder; one file has the bound of `strict_json`
# What we ask for ourselves, and what others save instead of it.
KEYS = (
    *dict.fromkeys(call.key for call in (*LOCAL, *WIDE)),
    *("HostedZones", "HostedZoneSummaries", "Reservations"),
)
# Replies that carry no parent's id, by their folder: the key of the list in each.
PARENTED = {call.listing: call.key for call in OF_PARENTS if call is not ATTRIBUTES}
_ATTRIBUTES = {"EnableDnsSupport": "enableDnsSupport", "EnableDnsHostnames": "enableDnsHostnames"}
_OBJECTS = ("VpcBlockPublicAccessOptions",)  # one object, where others hold a list
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Replies by key (`Vpcs`, `HostedZoneRecords/Z1`), and why others are missing. `files` are where each stood.

    `region` is that of the only region's folder; `ignored` are files that hold no reply that is known.
    """

    replies: dict[str, list[Any]]
    unread: dict[str, str]
    region: str = ""
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def network(self) -> Network:
        """The network that the replies describe.

        Raises:
            InvalidRequest: a reply is not what AWS sends, or two contradict each other; the file is named.
        """
        try:
            return network_reader.network(self.replies, region=self.region, unread=self.unread)
        except InvalidRequest as error:
            files = self.files.get(error.field.partition("[")[0], ())
            where = ", ".join(files[:3]) + (", …" if len(files) > 3 else "")
            raise InvalidRequest(f"{where}: {error.field}" if where else error.field, str(error)) from None


@dataclass(frozen=True, slots=True)
class _Reply:
    """One reply of a file. `more` tells that AWS had more to say than it holds."""

    key: str
    content: list[Any]
    file: str
    place: str
    more: bool


def read(folder: Path) -> Snapshot:
    """All replies of a folder.

    Raises:
        InvalidRequest: it is no folder, holds no reply, or a file is not one; the file is named.
    """
    if not folder.is_dir():
        what = "is a file, and no folder of replies" if folder.exists() else "is not there"
        raise InvalidRequest(str(folder), f"{what}; `doctor snapshot DIR` writes such a folder")
    found: list[_Reply] = []
    ignored, regions = [], set()
    for place, region, file in _files(folder):
        said = list(_replies(file, place, folder))
        found += said
        ignored += [] if said else [str(file.relative_to(folder))]
        regions |= {region} if said and region else set()
    if not found:
        raise InvalidRequest(str(folder), f"holds no reply of AWS's describe- commands, such as {KEYS[0]}.json")
    replies, unread = _gathered(found)
    return Snapshot(
        replies=replies,
        unread={key: absent(key, folder) for key in KEYS if key not in replies} | unread,
        region=regions.pop() if len(regions) == 1 else "",
        files={key: tuple(reply.file for reply in found if reply.key == key) for key in {each.key for each in found}},
        ignored=tuple(ignored),
    )


def _places(folder: Path) -> Iterator[tuple[Path, str]]:
    """The folders in which replies may stand, each with its region."""
    yield folder, folder.name if _REGION.fullmatch(folder.name) else ""
    for above in (folder, *_folders(folder / "accounts")):
        yield from ((place, place.name) for place in _folders(above) if _REGION.fullmatch(place.name))


def _folders(above: Path) -> list[Path]:
    return sorted(path for path in above.iterdir() if path.is_dir()) if above.is_dir() else []


def _files(folder: Path) -> list[tuple[Path, str, Path]]:
    """The JSON files of a folder with their places and regions, those that are named by a parent's id included.

    Raises:
        InvalidRequest: there are more than anybody reads.
    """
    found, size = [], 0
    for place, region in _places(folder):
        for below in (place, *(place / name for name in (*PARENTED, "VpcAttribute") if (place / name).is_dir())):
            files = [path for path in sorted(below.glob("*.json")) if path.is_file()]
            found += [(place, region, path) for path in files]
            size += sum(path.stat().st_size for path in files)
            if len(found) > MOST_FILES:
                raise InvalidRequest(str(folder), f"holds more than {MOST_FILES} files")
            if size > MOST_BYTES:
                raise InvalidRequest(str(folder), f"holds more than {MOST_BYTES // 1024 // 1024} MB")
    return found


def _replies(file: Path, place: Path, folder: Path) -> Iterator[_Reply]:
    """What a file says, under the keys that are known."""
    name = str(file.relative_to(folder))
    said = _load(file, name)
    more = bool(said.get("NextToken") or said.get("AdditionalRoutesAvailable") or said.get("IsTruncated"))
    parented = file.parent.name if file.parent != place else ""
    for key, content in _keys(said, parented, file.stem, name):
        if not isinstance(content, list):
            raise InvalidRequest(f"{name}: {key}", f"is {kind(content)}, not a list")
        yield _Reply(key, content, name, str(place), more)


def _keys(said: dict[str, Any], parented: str, stem: str, name: str) -> Iterator[tuple[str, Any]]:
    if parented in PARENTED:
        if PARENTED[parented] not in said:
            raise InvalidRequest(name, f"holds no {PARENTED[parented]}")
        yield f"{parented}/{stem}", said[PARENTED[parented]]
        return
    if parented or ("VpcId" in said and set(_ATTRIBUTES) & set(said)):
        yield from _attributes(said, stem if parented else "", name)
        return
    for key in KEYS:
        if key in said:
            yield key, [said[key]] if key in _OBJECTS else said[key]


def _attributes(said: dict[str, Any], stem: str, name: str) -> Iterator[tuple[str, Any]]:
    """Attributes of a VPC: the reply carries the VPC's id, and a file under VpcAttribute is named by it as well."""
    named = stem.partition(".")[0]
    vpc = said.get("VpcId", named)
    if not isinstance(vpc, str) or (named and vpc != named):
        raise InvalidRequest(name, f"is named by {named}, and tells of {vpc}")
    found = {key: said[key] for key in _ATTRIBUTES if key in said}
    if stem and stem.partition(".")[2] not in {_ATTRIBUTES[key] for key in found}:
        raise InvalidRequest(name, f"does not hold the attribute {stem.partition('.')[2]!r} that it is named by")
    for key, value in found.items():
        yield f"VpcAttribute/{vpc}.{_ATTRIBUTES[key]}", [{"VpcId": vpc, key: value}]


def _load(file: Path, name: str) -> dict[str, Any]:
    try:
        if file.stat().st_size > strict_json.MOST_BYTES:
            raise InvalidRequest(name, f"is larger than {strict_json.MOST_BYTES // 1024 // 1024} MB")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidRequest(name, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidRequest(name, "is not UTF-8 text") from None
    said = strict_json.parse(text, name)
    if not isinstance(said, dict):
        raise InvalidRequest(name, f"is {kind(said)}, not a reply")
    return said


def _gathered(found: Sequence[_Reply]) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Replies of the same key together. Where the last page of a place is missing, the key counts as not read.

    Raises:
        InvalidRequest: what was asked of one parent is there twice, and differs.
    """
    replies: dict[str, list[Any]] = {}
    ended = {(reply.key, reply.place) for reply in found if not reply.more}
    cut = {reply.key: reply.file for reply in found if (reply.key, reply.place) not in ended}
    for reply in found:
        known = replies.get(reply.key)
        if known is not None and "/" in reply.key and not _pages(reply, found):
            if known != reply.content:
                raise InvalidRequest(reply.file, f"contradicts another file about {reply.key}")
            continue
        replies[reply.key] = [*(known or ()), *reply.content]
    unread = {key: f"cut: {file} says that there is more" for key, file in cut.items()}
    return {key: content for key, content in replies.items() if key not in cut}, unread


def _pages(reply: _Reply, found: Sequence[_Reply]) -> bool:
    """Whether a reply about a parent is one of several pages."""
    return any(each.more for each in found if each.key == reply.key)


def write(folder: Path, replies: Mapping[str, Sequence[Any]]) -> None:
    """Put replies into a folder, file by file, each at once; what an earlier snapshot had more is removed.

    Raises:
        InvalidRequest: the folder holds what is no snapshot of ours, or cannot be written.
    """
    earlier = replaced(folder)
    texts = {folder / f"{_file(key)}.json": _text(key, content) for key, content in replies.items()}
    try:
        for parent in sorted({file.parent for file in texts} | {folder}):
            parent.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            output.write(file, text)
        for stale in earlier - set(texts):
            stale.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidRequest(str(folder), f"cannot be written: {error.strerror}") from None


def replaced(folder: Path) -> set[Path]:
    """The files of an earlier snapshot, which may be replaced.

    Raises:
        InvalidRequest: there is something else.
    """
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise InvalidRequest(str(folder), "is there already, and is no folder")
    below = (*PARENTED, "VpcAttribute")
    ours = {folder / f"{key}.json" for key in KEYS}
    ours |= {file for name in below if (folder / name).is_dir() for file in (folder / name).glob("*.json")}
    strange = [path for path in sorted(folder.iterdir()) if path not in ours and path.name not in below]
    if strange:
        raise InvalidRequest(
            str(folder), f"holds {strange[0].name}, which is no part of a snapshot: name another folder"
        )
    return {file for file in ours if file.is_file()}


def _file(key: str) -> str:
    """The file of a reply, without its ending.

    Raises:
        InvalidRequest: an id that would lead elsewhere.
    """
    listing, slash, parent = key.partition("/")
    if (listing in PARENTED or listing == "VpcAttribute") and _ID.fullmatch(parent):
        return key
    if slash or key not in KEYS:
        raise InvalidRequest(key[:200], "is no reply of a snapshot")
    return key


def _text(key: str, content: Sequence[Any]) -> str:
    listing, _, parent = key.partition("/")
    said: Any = {PARENTED[listing] if parent and listing in PARENTED else key: list(content)}
    if listing == "VpcAttribute" or key in _OBJECTS:
        said = content[0] if listing == "VpcAttribute" else {key: content[0]}
    try:
        return json.dumps(said, indent=1, sort_keys=True, default=_moment) + "\n"
    except (TypeError, ValueError) as error:
        raise InvalidRequest(key, f"cannot be written as JSON: {error}") from None


def _moment(value: object) -> str:
    """boto3 has datetimes where the AWS CLI writes text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a reply")
