"""The configured network around a function: what EC2 and Route 53 reply, reduced to what the path analyser reads."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.evidence.calls.guard import only_probeable
from doctor.evidence.calls.network.details import ALL
from doctor.evidence.calls.network.read import kept_from, read
from doctor.evidence.calls.replies import MOST_LISTED, bound_replies
from doctor.evidence.function import Function
from doctor.verdict import Source
from doctor.world import World

MOST_BYTES = (
    900_000  # of JSON: a collector may send 1 MB (`doctor.isolation.supervise`), and the envelope is a part of it
)
# What goes first where all is too much: lists that decide about single names.
_LEAST_NEEDED = ("FirewallDomains/", "HostedZoneRecords/", "FirewallRules/", "ResolverRules")


@dataclass(frozen=True, kw_only=True)
class Network(Facts):
    """Replies by key, named as in a snapshot (`Vpcs`, `VpcAttribute/vpc-1.enableDnsSupport`).

    `doctor.network.read` makes a model of them. `unread` says why a reply is not there, by the same keys. `vpcs` are
    those that were asked for: none where the function is in no VPC, and then nothing was read.
    """

    kind: ClassVar[str] = "network"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = tuple(dict.fromkeys(call.action for call in ALL))
    after: ClassVar[tuple[type[Facts], ...]] = (Function,)
    preload: ClassVar[str] = "doctor.isolation.preload"

    region: str
    vpcs: tuple[str, ...]
    replies: dict[str, list[Any]]
    unread: dict[str, str]

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the VPC of the function that is examined."""
        function = next(iter(world.seen(Function)), None)
        if function is None or not function.exists:
            detail = "the function was not read" if function is None else f"there is no function {function.name}"
            yield Missing(kind=cls.kind, source=cls.source, reason=Reason.NOT_ASKED, detail=detail)
            return
        if not function.vpc:
            yield cls(region=function.region, vpcs=(), replies={}, unread={})
            return
        bound_replies(MOST_LISTED)
        socket.getaddrinfo = only_probeable(socket.getaddrinfo, allow_loopback=world.allow_local)
        shut = kept_from(world)
        end = world.until - world.left(0.15)  # what comes after reading takes time as well
        replies, unread = read(world.session(), (function.vpc,), region=function.region, until=end, kept_from=shut)
        kept, cut = fit(replies)
        yield cls(region=function.region, vpcs=(function.vpc,), replies=kept, unread=unread | cut)


def fit(replies: dict[str, list[Any]], most: int = MOST_BYTES) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """As many replies as fit into so many bytes of JSON, and which do not. What is least needed goes first, then the largest."""
    sizes = {key: len(json.dumps({key: content})) for key, content in replies.items()}

    def rank(key: str) -> tuple[bool, int]:
        return not key.startswith(_LEAST_NEEDED), -sizes[key]

    cut: dict[str, str] = {}
    left = sum(sizes.values())
    for key in sorted(sizes, key=rank):
        if left <= most:
            break
        cut[key] = f"cut: all replies together are larger than {most // 1000} kB"
        left -= sizes[key]
    return {key: content for key, content in replies.items() if key not in cut}, cut
