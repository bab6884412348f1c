"""The configured way from each subnet of a function to each target: what its name becomes there, and what stops packets.

Nothing is sent to a target. What the control plane said of the VPC is modelled, and every packet is walked through that.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Evidence, Facts, Missing, Reason, Shared, revive
from doctor.evidence.calls.public_names import looked_up
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.function import Function
from doctor.evidence.names import Names
from doctor.evidence.network import Network as NetworkFacts
from doctor.evidence.provenance.place import shared_with
from doctor.evidence.settings.called_endpoints import endpoints, probeable
from doctor.network.blocks import Block, block, is_private
from doctor.network.resolution import Kind
from doctor.network.serving import Serving, serving
from doctor.network.ways import Answer, Way
from doctor.redact import brief
from doctor.verdict import Source as Side
from doctor.world import World

if TYPE_CHECKING:
    from doctor.network.ends import Source
    from doctor.network.model import Network

_MOST_BYTES = (
    800_000  # of JSON: a collector may send 1 MB (`doctor.isolation.supervise`), and the envelopes are a part of it
)
_LOOPBACK = (block("127.0.0.0/8"), block("::1"))
_PATIENCE = 3.0  # seconds for public names, all together


@dataclass(frozen=True, kw_only=True)
class Paths(Facts):
    """One target of a function. No `vpc`: the function is in none, and Lambda's own network carries it.

    `endpoints` are the VPC's endpoints for the target's service, None where they were not read. No `answer`: the target
    is an address, or a proxy is called in its place. `groups` are the function's own security groups, `admitting` one of
    the VPC's interface endpoints that lets the function in from every subnet, told where the service has no endpoint.
    """

    kind: ClassVar[str] = "paths"
    source: ClassVar[Side] = Side.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    per_target: ClassVar[bool] = True
    after: ClassVar[tuple[type[Facts], ...]] = (Function, NetworkFacts, Names)
    preload: ClassVar[str] = "doctor.isolation.preload"

    host: str
    port: int
    service: str | None = None
    expected: bool = True
    proxied: bool = False
    function: str
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    admitting: str = ""
    answer: Answer | None = None
    endpoints: tuple[Serving, ...] | None = None
    ways: tuple[Way, ...] = ()

    @property
    def concerns(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def observed_endpoint(self) -> str | None:
        """Which endpoint of the VPC carries the calls to what the sandbox got: its id, "" for none, None where that is open.

        A private address that is none of these may be an endpoint's in another VPC, which names can lead to as well.
        """
        got = {way.address for way in self.ways if way.seen}
        if not got or self.endpoints is None:
            return None
        for each in self.endpoints:
            if each.addresses and got <= set(each.addresses):
                return each.id
        return None if self.endpoints or any(is_private(block(address)) for address in got) else ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Walk from every subnet to every target. What was not read of function or network speaks for itself."""
        known = world.seen(NetworkFacts)
        for function in world.seen(Function):
            if not function.exists or (function.vpc and not known):
                continue
            seen = _seen(world, function)
            try:
                network = _model(known[0]) if function.vpc else None
            except Exception as error:  # noqa: BLE001 - replies that contradict each other, or are none of AWS's
                yield _missing(Reason.CRASHED, f"no model of the network: {brief(error)}")
                continue
            if function.targets_error and not (world.hosts_named or world.services):
                yield _missing(Reason.NOT_ASKED, f"DOCTOR_TARGETS of {function.name} {function.targets_error}")
            called = [probeable(each, cls.kind, world) for each in endpoints(world, function)]
            yield from (replace(each, kind=cls.kind, source=cls.source) for each in called if isinstance(each, Missing))
            named = [each for each in called if isinstance(each, Endpoint)]
            public = {} if network is None or world.in_function else _public(world, function, network, named)
            sent = 0
            for endpoint in named:
                found = seen.get(endpoint.concerns, ())
                target = cls.walked(function, network, endpoint, public=public.get(endpoint.host, ()), seen=found)
                sent += len(json.dumps(asdict(target)))
                yield target if sent < _MOST_BYTES else _too_much(target)

    @classmethod
    def walked(
        cls,
        function: Function,
        network: "Network | None",
        endpoint: Endpoint,
        *,
        public: tuple[Block, ...] = (),
        seen: tuple[str, ...] = (),
    ) -> Self:
        """One target. `public` is what the internet's resolvers say of its name, `seen` what the sandbox got."""
        target = cls(
            host=endpoint.host,
            port=endpoint.port,
            service=endpoint.service,
            expected=endpoint.expected,
            proxied=endpoint.proxied,
            function=function.name,
            vpc=function.vpc,
            subnets=function.subnets,
            groups=function.groups,
        )
        if network is None or target.proxied:
            return target
        answer, ways = _walk(function, network, endpoint, public, seen)
        serve = serving(network, function.vpc, endpoint.host)
        admitting = _admitting(network, function, endpoint.port) if serve == () else ""
        return replace(target, answer=answer, ways=ways, endpoints=serve, admitting=admitting)


def _seen(world: World, function: Function) -> Mapping[str, tuple[str, ...]]:
    """What names became in the function's sandbox, or in another that stands in its network."""
    told = (item for item in world.known if isinstance(item, Evidence) and item.kind == Names.kind)
    near = (item for item in told if shared_with(item.vantage, function.name, function) is not Shared.NOTHING)
    return {names.concerns: names.addresses for names in (revive(Names, item) for item in near)}


def _missing(reason: Reason, detail: str) -> Missing:
    return Missing(kind=Paths.kind, source=Paths.source, reason=reason, detail=detail)


def _too_much(paths: Paths) -> Missing:
    detail = "the ways to all targets together are too long to be told: name fewer targets"
    return replace(_missing(Reason.NOT_ASKED, detail), target=paths.concerns)


def _model(facts: NetworkFacts) -> "Network":
    from doctor.network import read  # only who collects pays for the readers

    return read.network(facts.replies, region=facts.region, unread=facts.unread)


def _literal(host: str) -> Block | None:
    try:
        return block(host)
    except ValueError:
        return None


def _public(
    world: World, function: Function, network: "Network", endpoints: Iterable[Endpoint]
) -> Mapping[str, tuple[Block, ...]]:
    """What this machine's resolver says of names that are public in the VPC too."""
    from doctor.network.names import resolve

    hosts = {each.host for each in endpoints if _literal(each.host) is None}
    public = [
        host for host in sorted(hosts) if resolve(network, function.vpc, host).kind in (Kind.PUBLIC, Kind.GATEWAY)
    ]
    return looked_up(public, world.left(0.3, most=_PATIENCE))


def _walk(
    function: Function, network: "Network", endpoint: Endpoint, public: tuple[Block, ...], seen: tuple[str, ...]
) -> tuple[Answer | None, tuple[Way, ...]]:
    """What the name becomes, and the ways from each subnet to each address."""
    from doctor.network import walk
    from doctor.network.destinations import STAND_INS

    families = (4, 6) if function.ipv6 else (4,)
    sources = [_source(network, function, subnet, families) for subnet in function.subnets]
    literal = _literal(endpoint.host)
    if literal is None:
        known = [each for text in seen if (each := _literal(text.partition("%")[0])) is not None]
        got = tuple(each for each in known if each.family in families) or tuple(known)
        name = walk.Name(
            host=endpoint.host, port=endpoint.port, vpc=function.vpc, families=families, public=public, got=got
        )
        return walk.to_name(network, sources, name)
    # A loopback address is an emulator's, of a service that is elsewhere (DOCTOR_ALLOW_LOCAL, an endpoint of the
    # deployer's): the configuration is judged for what it stands in for.
    emulated = any(own.covers(literal) for own in _LOOPBACK)
    ways = walk.to_address(network, sources, STAND_INS[literal.family] if emulated else literal, endpoint.port)
    return None, tuple(replace(way, address=str(literal)) for way in ways)


def _admitting(network: "Network", function: Function, port: int) -> str:
    from doctor.network.admitting import admitting

    return admitting(network, function.vpc, [_source(network, function, each, (4,)) for each in function.subnets], port)


def _source(network: "Network", function: Function, subnet: str, families: tuple[int, ...]) -> "Source":
    from doctor.network.ends import Source
    from doctor.network.sources import of_function

    known = (network.subnets or {}).get(subnet)
    if known is None:
        return Source(subnet=subnet, vpc=function.vpc, zone="", groups=function.groups, blocks=())
    return of_function(known, function.groups, families=families)
