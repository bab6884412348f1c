"""Calls at work: beside each other, in threads that die with their process; every gap with its reason.

Each call is bounded in time, pages and items; one that is denied or fails takes away its own reply and nothing else.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from doctor import error_atlas
from doctor.evidence.calls.control import DENIALS
from doctor.evidence.calls.network.details import ALL, ATTRIBUTES, RECORDS
from doctor.evidence.calls.network.listings import LOCAL, WIDE, Call
from doctor.redact import cut

if TYPE_CHECKING:
    import boto3

MOST_PAGES, MOST_ITEMS = 100, 20_000  # of one reply
MOST_PARENTS = 50  # of one listing: prefix lists, zones, route tables, …
ATTRIBUTES_READ = ("enableDnsSupport", "enableDnsHostnames")
# How a reply is missing for which this botocore has no call: no permission and no other moment lets it be read.
NO_SUCH_CALL = "refused: this botocore does not know"
_THREADS = 8
_CONNECT, _READ, _ATTEMPTS = 3.0, 10.0, 3  # seconds at most; less where less is left
# Where nothing is there, EC2's XML holds an empty element, and Route 53's model requires the list. Services that speak JSON
# may leave an empty list out, as SQS does.
_SEND_EMPTY = ("ec2", "route53")
_THROTTLED = ("throttled", "function-throttled")  # causes of the atlas; the second has the codes of REST services
# Values of other records are no addresses: they may be anybody's text.
_TELLING = ("A", "AAAA", "CNAME", "NS")

Replies = dict[str, list[Any]]
# What several calls tell together, such as prefix lists.
_SHARED = {key for key, calls in Counter(call.key for call in (*WIDE, *LOCAL)).items() if calls > 1}


class Reader:
    """The replies as they come in. Threads add to them; a reply is there whole, or not at all."""

    def __init__(self, session: "boto3.Session", region: str, until: float, kept_from: Mapping[str, str]) -> None:
        self.replies: Replies = {}
        self.unread: dict[str, str] = {}
        self.region = region or session.region_name or ""
        self._until = until
        self._ended = False
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._refused = dict(kept_from)
        for service in sorted({call.service for call in ALL} - set(self._refused)):
            try:
                self._clients[service] = _client(session, service, self.region, until)
            except Exception as error:  # noqa: BLE001 - no region, no such service in this botocore, a broken profile
                self._refused[service] = _unbuilt(error, service)

    def together(self, tasks: Iterable[Callable[[], None]]) -> None:
        """Do tasks beside each other, until all are done or the time is over."""
        waiting = list(tasks)

        def work() -> None:
            while waiting and time.monotonic() < self._until:
                try:
                    task = waiting.pop(0)
                except IndexError:
                    return
                task()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_THREADS, len(waiting)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            left = self._until - time.monotonic()
            thread.join(None if left == float("inf") else max(0.0, left))

    def done(self) -> tuple[Replies, dict[str, str]]:
        """What has come in; what comes in later is too late."""
        with self._lock:
            self._ended = True
            late = {call.key for call in (*WIDE, *LOCAL)} - set(self.replies) - set(self.unread)
            unread = self.unread | dict.fromkeys(late, "out of time")
            for key in _SHARED & set(self.replies):  # whichever call was answered first, the reply is the same
                self.replies[key].sort(key=lambda item: json.dumps(item, sort_keys=True, default=str))
            return dict(sorted(self.replies.items())), dict(sorted(unread.items()))

    def parents(self, call: Call, found: Iterable[str]) -> list[str]:
        """As many as are read."""
        every = [parent.rpartition("/")[2] for parent in found]
        for parent in every[MOST_PARENTS:]:
            self.unread[f"{call.listing}/{parent}"] = f"cut: more than {MOST_PARENTS} of them"
        for parent in every[:MOST_PARENTS]:
            suffixes = [f".{attribute}" for attribute in ATTRIBUTES_READ] if call is ATTRIBUTES else [""]
            self.unread |= {f"{call.listing}/{parent}{suffix}": "out of time" for suffix in suffixes}
        return every[:MOST_PARENTS]

    def flat(self, call: Call, vpcs: Sequence[str] = (), filters: Mapping[str, Any] | None = None) -> None:
        """A call whose reply stands for itself; what it says is added to what is known under its key."""
        parameters = dict(filters or {})
        if call.vpcs and vpcs:
            parameters[call.filters] = [{"Name": call.vpcs, "Values": list(vpcs)}]
        self._keep(call.key, call, lambda: self._items(call, parameters))

    def of_parent(self, call: Call, parent: str, **more: Any) -> None:
        """A call for one parent."""
        self._keep(f"{call.listing}/{parent}", call, lambda: self._items(call, {call.parent: parent, **more}))

    def attribute(self, vpc: str, attribute: str) -> None:
        """One attribute of a VPC."""
        parameters = {"VpcId": vpc, "Attribute": attribute}
        self._keep(f"VpcAttribute/{vpc}.{attribute}", ATTRIBUTES, lambda: self._items(ATTRIBUTES, parameters))

    def limit(self, vpcs: Sequence[str]) -> None:
        """Leave out what belongs to other VPCs, where the API has no filter for them."""
        for call in WIDE:
            if call.vpcs_of and call.key in self.replies:
                kept = [item for item in self.replies[call.key] if item.get(call.vpcs_of) in vpcs]
                self.replies[call.key] = kept

    def _items(self, call: Call, parameters: Mapping[str, Any]) -> list[Any]:
        """What all pages say.

        Raises:
            _NotReadError: there is more than is read.
        """
        tree, found = _tree(call.keeps), []
        for number, page in enumerate(_pages(self._clients[call.service], call, parameters)):
            part = page if call is ATTRIBUTES else _told(page, call)
            found += [_kept(item, tree) for item in (part if isinstance(part, list) else [part])]
            if number + 1 >= MOST_PAGES or len(found) > MOST_ITEMS:
                raise _NotReadError(f"cut: more than {len(found)} items or {number + 1} pages")
            if time.monotonic() > self._until:
                raise _NotReadError("out of time")
        if page.get("AdditionalRoutesAvailable"):
            raise _NotReadError(f"cut: more than the {len(found)} routes that one search gives")
        return [_without_text(item) for item in found] if call is RECORDS else found

    def _keep(self, key: str, call: Call, ask: Callable[[], list[Any]]) -> None:
        said: list[Any] = []
        why = self._refused.get(call.service, "")
        if not why:
            try:
                said = ask()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason why this reply is missing
                why = _reason(error, call)
        with self._lock:
            if self._ended:
                return
            if why:
                self.unread[key] = why
                return
            self.replies[key] = [*self.replies.get(key, ()), *said]
            if "/" in key:
                self.unread.pop(key, None)


class _NotReadError(Exception):
    """A reply is not read, or not to its end: too long, too late, unknown to this botocore."""


def _unbuilt(error: Exception, service: str) -> str:
    """Why there is no client for a service."""
    if type(error).__name__ == "UnknownServiceError":  # botocore.exceptions, which only who calls imports
        return f"{NO_SUCH_CALL} the service {service}"
    return f"refused: {type(error).__name__}: {cut(str(error))}"


def _client(session: "boto3.Session", service: str, region: str, until: float) -> Any:
    from botocore.config import Config

    patience = max(0.5, min(_READ, (until - time.monotonic()) / 2))
    config = Config(
        connect_timeout=min(_CONNECT, patience),
        read_timeout=patience,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        max_pool_connections=_THREADS,
    )
    return session.client(service, region_name=region or None, config=config)  # type: ignore[call-overload]


def _pages(client: Any, call: Call, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of a reply, by botocore's own paginator where it has one."""
    from botocore import xform_name

    method = xform_name(call.operation)
    if not hasattr(client, method):
        raise _NotReadError(f"{NO_SUCH_CALL} {call.operation}")
    if client.can_paginate(method):
        size = {"PaginationConfig": {"PageSize": call.page}} if call.page else {}
        yield from client.get_paginator(method).paginate(**parameters, **size)
        return
    asked = dict(parameters)
    while True:
        page = getattr(client, method)(**asked)
        yield page
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def _told(page: Mapping[str, Any], call: Call) -> Any:
    """What a page tells.

    Raises:
        _NotReadError: what this service always sends is not there, as in an empty reply.
    """
    found = page.get(call.key)
    if found is None and call.service in _SEND_EMPTY:
        raise _NotReadError(f"refused: {call.action}: the reply has no {call.key}")
    return found or []


def _reason(error: Exception, call: Call) -> str:
    """Why a reply is missing, in words that begin with the class of the reason: denied, throttled, unreachable, refused, cut."""
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if isinstance(error, _NotReadError):
        return str(error)
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in DENIALS:
            return f"denied: {call.action}"
        kind = "throttled" if error_atlas.means(code, "", *_THROTTLED) else "refused"
        return f"{kind}: {call.action}: {cut(code, 100)}"
    if isinstance(error, HTTPClientError | NoConnectionError):
        return f"unreachable: {call.service}: {type(error).__name__}"
    return f"refused: {call.action}: {type(error).__name__}: {cut(str(error))}"


def _tree(keeps: str) -> dict[str, Any]:
    """Dotted keys as a tree."""
    tree: dict[str, Any] = {}
    for path in keeps.split():
        branch = tree
        for step in path.split("."):
            branch = branch.setdefault(step, {})
    return tree


def _kept(value: Any, tree: Mapping[str, Any]) -> Any:
    """What of a reply is kept. An empty list stays one: it was read, which a missing one was not."""
    if isinstance(value, list):
        return [_kept(item, tree) for item in value]
    if isinstance(value, dict):
        return {key: _kept(value[key], below) for key, below in tree.items() if value.get(key) is not None}
    return value


def _without_text(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("Type") in _TELLING:
        return record
    return {key: value for key, value in record.items() if key != "ResourceRecords"}
