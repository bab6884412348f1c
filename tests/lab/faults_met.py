"""Faults that only packets show: whoever stands at the far end, or something on the way that no configuration tells of."""

from collections.abc import Callable

from changes import database
from scene import DATABASE, Row, Scene
from vpc_names import ADDRESSES

_SQS = "10.0.3.20"  # the endpoint's interface
_SNS = ADDRESSES["sns.us-east-1.amazonaws.com"]


def _at(behaviour: str, address: str = _SQS) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.at = {address: behaviour}

    return breaks


def _packets(*rules: str) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.packets += rules

    return breaks


def _database(*rules: str, closed: bool = False) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        database(scene, open_to="10.0.0.0/16")
        scene.packets += rules
        if closed:
            scene.at = {f"{DATABASE}:5432": "closed"}

    return breaks


def _one_zone_dead(scene: Scene) -> None:
    """An endpoint in two zones, of which one passes nothing."""
    account = scene.account
    scene.without(account.sqs)
    other = account.subnet("10.0.4.0/24", "b")
    scene.endpoint("sqs", subnets=[account.endpoints, other])
    second = "10.0.4.20"
    scene.packets.append(f"ip daddr {second} drop")


def _all_of(address: str) -> Callable[[Scene], None]:
    return _packets(f"ip daddr {address} tcp dport 443 drop")


def _slowly(scene: Scene) -> None:
    """Slow is more than a tenth of the function's time."""
    scene.timeout = 20
    scene.at = {_SQS: "slow"}


def _closed_in_the_api_only(scene: Scene) -> None:
    """The packets pass: a rule was taken away after the connection tracker knew them, or the API's word is old."""
    scene.without_packets(lambda later: later.account.shut_out(later.account.group))


ROWS = (
    Row(name="endpoint's port is closed", breaks=_at("closed"), expect=("reach.connection-refused",), outside=()),
    Row(name="strange certificate", breaks=_at("untrusted"), expect=("reach.certificate-untrusted",), outside=()),
    Row(name="expired certificate", breaks=_at("expired"), expect=("reach.certificate-untrusted",), outside=()),
    Row(name="certificate of another name", breaks=_at("misnamed"), expect=("reach.certificate-wrong-name",), outside=()),
    Row(name="request without an answer", breaks=_at("never-answers"), expect=("reach.no-response",), outside=()),
    Row(name="handshake without an end", breaks=_at("never-shakes-hands"), expect=("reach.handshake-timeout",), outside=()),
    Row(name="reset in the handshake", breaks=_at("resets"), expect=("reach.connection-reset",), outside=()),
    Row(name="closed after the request", breaks=_at("closes"), expect=("reach.connection-reset",), outside=()),
    Row(name="plain HTTP", breaks=_at("plain"), expect=("reach.not-tls",), outside=()),
    Row(name="an appliance's page", breaks=_at("blocks"), expect=("reach.not-aws",), outside=()),
    Row(name="an inspecting proxy beyond NAT", breaks=_at("untrusted", _SNS), expect=("reach.certificate-untrusted",),
        outside=(), targets=("sns", "sqs")),
    Row(name="reset beyond NAT", breaks=_at("resets", _SNS), expect=("reach.connection-reset",), outside=(),
        targets=("sns", "sqs")),
    Row(name="large packets vanish", breaks=_packets("ip daddr 10.0.3.20 meta length > 400 drop",
        "ip saddr 10.0.3.20 meta length > 400 drop"), expect=("reach.handshake-timeout",), outside=()),
    Row(name="an appliance forbids", breaks=_packets("ip daddr 10.0.3.20 reject with icmp type admin-prohibited"),
        expect=("reach.unreachable",), outside=()),
    Row(name="an appliance refuses", breaks=_packets("ip daddr 10.0.3.20 tcp dport 443 reject with tcp reset"),
        expect=("reach.connection-refused",), outside=()),
    # The configuration is open, so the model is contradicted; but what breaks the calls is the silence that was met.
    Row(name="an appliance drops to the endpoint", breaks=_all_of(_SQS), expect=("reach.connect-timeout",), outside=()),
    Row(name="an appliance drops beyond NAT", breaks=_all_of(_SNS), expect=("reach.connect-timeout",), outside=(),
        targets=("sns",)),
    Row(name="database's port is closed", breaks=_database(closed=True), expect=("reach.connection-refused",), outside=(),
        targets=("database",)),
    Row(name="database's own firewall drops", breaks=_database(f"ip daddr {DATABASE} drop"),
        expect=("reach.connect-timeout",), outside=(), targets=("database",)),
    Row(name="one zone's endpoint interface is dead", breaks=_one_zone_dead, expect=("reach.some-addresses-dead",),
        outside=()),
    Row(name="connections come and go", breaks=_at("unsteady"), expect=("reach.flaky",), outside=()),
    Row(name="answers take more than two seconds", breaks=_slowly, expect=("client.slow-service",), outside=(), budget=18),
    # From outside a closed group is all that can be told; inside, nothing is wrong.
    Row(name="closed in the API, open to packets", breaks=_closed_in_the_api_only, expect=("network.model-contradicted",),
        inside=(), outside=("network.egress-blocked",)),
    Row(name="declared unreachable, and reached", breaks=lambda s: None, expect=("reach.expectation-failed",),
        targets=({"service": "sns", "reachable": False}, "sqs")),
)  # fmt: skip
