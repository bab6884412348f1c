"""Two faults at once: the nearer comes first, and both are named."""

from collections.abc import Callable

from changes import EPHEMERAL, acl, database, egress, ingress, isolated, names_off
from places import host
from scene import Row, Scene
from vpc_cloud import EXPIRED
from vpc_names import ADDRESSES

from tests.network.account import EVERYWHERE

_DENY_OUT = (90, "out", "deny", EVERYWHERE, (443, 443))
_SNS = ADDRESSES[host("sns")]


def _and(*changes: Callable[[Scene], object]) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        for change in changes:
            change(scene)

    return breaks


def _expired(scene: Scene) -> None:
    scene.cloud.held = EXPIRED


def _no_token(scene: Scene) -> None:
    scene.interpreter = "unset AWS_SESSION_TOKEN"


def _no_such_name(service: str) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.names = {host(service): None}

    return breaks


def _untrusted_sns(scene: Scene) -> None:
    scene.at = {_SNS: "untrusted"}


def _nat_failed(scene: Scene) -> None:
    scene.account.nat_state("failed")


def _own_acl(scene: Scene) -> None:
    acl(scene, "first", _DENY_OUT)


def _endpoint_acl(scene: Scene) -> None:
    acl(scene, "endpoints", (90, "out", "deny", "10.0.1.0/24", EPHEMERAL))


def _database(scene: Scene) -> None:
    database(scene)


def _row(first: str, second: str, *changes: Callable[[Scene], object], **more: object) -> Row:
    name = f"{first} and {second}"
    return Row(**{"name": name, "breaks": _and(*changes), "expect": (first, second), **more})  # type: ignore[arg-type]


# On one way: the control side names both, from inside the first silence hides the second. A name is asked for before any
# packet is sent, so it is nearer than groups.
ONE_WAY = (
    _row("network.egress-blocked", "network.endpoint-ingress-blocked", egress, ingress),
    _row("network.egress-blocked", "network.acl-egress-blocked", egress, _own_acl),
    _row("network.endpoint-ingress-blocked", "network.acl-return-blocked", ingress, _endpoint_acl),
    _row("network.acl-egress-blocked", "network.nat-unavailable", _own_acl, _nat_failed, targets=("sns", "sqs")),
    _row("dns.private-names-off", "network.egress-blocked", egress, isolated, names_off),
    _row("network.egress-blocked", "network.target-ingress-blocked", egress, _database, targets=("database",)),
)

# On two targets, each with its own.
TWO_WAYS = (
    # A gateway is nearer to the function than an endpoint.
    _row("network.nat-unavailable", "network.endpoint-ingress-blocked", ingress, _nat_failed, targets=("sqs", "sns"),
         inside=("reach.connect-timeout",)),
    _row("network.endpoint-ingress-blocked", "network.endpoint-missing", ingress, isolated, targets=("sqs", "kms"),
         inside=("reach.connect-timeout",)),
    # Names are nearer than the far end; one target each.
    _row("dns.name-not-found", "reach.certificate-untrusted", _no_such_name("sqs"), _untrusted_sns, targets=("sqs", "sns"),
         outside=()),
)  # fmt: skip

# One that only the sandbox sees, and one that the configuration explains.
TWO_SIDES = (
    # Seen from both sides comes before seen from one (rule 5), though credentials are nearer.
    _row("network.endpoint-ingress-blocked", "credentials.expired", ingress, _expired, inside=("credentials.expired",),
         outside=("network.endpoint-ingress-blocked",)),
    _row("network.egress-blocked", "credentials.missing-session-token", egress, _no_token,
         inside=("credentials.missing-session-token",), outside=("network.egress-blocked",)),
    # From inside both are equal, and the ids decide.
    _row("network.endpoint-ingress-blocked", "reach.certificate-untrusted", ingress, _untrusted_sns, targets=("sqs", "sns"),
         inside=("reach.certificate-untrusted",), outside=("network.endpoint-ingress-blocked",)),
    _row("network.acl-egress-blocked", "dns.name-not-found", lambda s: acl(s, "first", (90, "out", "deny", "10.0.3.0/24",
         (443, 443))), _no_such_name("sns"), targets=("sqs", "sns"), inside=("dns.name-not-found",),
         outside=("network.acl-egress-blocked",)),
)  # fmt: skip

ROWS = (*ONE_WAY, *TWO_WAYS, *TWO_SIDES)
