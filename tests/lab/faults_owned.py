"""Faults of the function's own sandbox: its variables, its credentials, its clock, its application's client.

The control side sees variables that anybody may set, and never the platform's; so most of these rows are silent there.
"""

import json
from collections.abc import Callable

from changes import host, isolated
from scene import Row, Scene
from vpc_cloud import EXPIRED, PROXY_PORT, ROLE

from doctor.demo import gate

_PROXY = "10.0.3.60"
_NOT_KNOWN = "ASIA" + "QZYXWVUTSRPONMLK"
_NOT_THE_SECRET = ROLE.secret[::-1]


def _variables(**values: str | None) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.variables = dict(values)

    return breaks


def _without(*names: str) -> Callable[[Scene], None]:
    """The emulator would set them blank: they are unset before Python starts."""

    def breaks(scene: Scene) -> None:
        scene.interpreter = f"unset {' '.join(names)}"

    return breaks


def _application(name: str, service: str) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.application = name
        scene.variables = {"DOCTOR_CLIENT_FACTORY": "settings:client", "DOCTOR_TARGETS": json.dumps([service])}

    return breaks


def _overridden(scene: Scene) -> None:
    scene.application = "overridden"


def _held(fault: gate.Fault) -> Callable[[Scene], None]:
    def breaks(scene: Scene) -> None:
        scene.cloud.held = fault

    return breaks


def _isolated_and_expired(scene: Scene) -> None:
    isolated(scene)
    scene.cloud.held = EXPIRED


def _skewed(scene: Scene) -> None:
    """AWS's clock and the sandbox's are two hours apart."""
    scene.cloud.skew = 7200


def _legacy(scene: Scene) -> None:
    """The SDK's old default: one host for the world, for which no endpoint has a private name."""
    isolated(scene)
    scene.endpoint("sts")
    scene.variables = {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}


def _fips(scene: Scene) -> None:
    isolated(scene)
    scene.variables = {"AWS_USE_FIPS_ENDPOINT": "true"}


def _proxy(address: str, **more: str) -> Callable[[Scene], None]:
    """A host that is there, and a proxy's variable."""

    def breaks(scene: Scene) -> None:
        host(scene, _PROXY, PROXY_PORT)
        scene.variables = {"HTTPS_PROXY": address, **more}

    return breaks


def _closed_proxy(scene: Scene) -> None:
    _proxy(f"http://{_PROXY}:{PROXY_PORT}")(scene)
    scene.at = {f"{_PROXY}:{PROXY_PORT}": "closed"}


def _row(name: str, expect: str, breaks: Callable[[Scene], None], **more: object) -> Row:
    """What the control side cannot see, it must not name."""
    return Row(**{"name": name, "expect": (expect,), "breaks": breaks, "outside": (), **more})  # type: ignore[arg-type]


_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

CREDENTIALS = (
    _row("all keys blank", "credentials.blank-environment-keys", _variables(**dict.fromkeys(_KEYS, ""))),
    _row("no keys at all", "credentials.none-found", _without(*_KEYS)),
    _row("key without secret", "credentials.partial", _without("AWS_SECRET_ACCESS_KEY")),
    _row("temporary key without its token", "credentials.missing-session-token", _without("AWS_SESSION_TOKEN")),
    _row("long-term key with a token", "credentials.stray-session-token", _variables(AWS_ACCESS_KEY_ID="AKIA" + ROLE.id[4:])),
    _row("key with a newline", "credentials.malformed-key", _variables(AWS_ACCESS_KEY_ID=f"{ROLE.id}\n")),
    _row("secret in quotes", "credentials.malformed-key", _variables(AWS_SECRET_ACCESS_KEY=f'"{ROLE.secret}"')),
    _row("an emulator's keys", "credentials.placeholder-keys",
         _variables(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_SESSION_TOKEN=None)),
    _row("the manual's keys", "credentials.placeholder-keys",
         _variables(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
                    AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
    _row("expired token", "credentials.expired", _held(EXPIRED)),
    _row("key that AWS does not know", "credentials.rejected", _variables(AWS_ACCESS_KEY_ID=_NOT_KNOWN)),
    _row("another secret", "credentials.signature-mismatch", _variables(AWS_SECRET_ACCESS_KEY=_NOT_THE_SECRET)),
    _row("clocks two hours apart", "credentials.clock-skew", _skewed),
    _row("a profile is selected", "credentials.profile-selected", _variables(AWS_PROFILE="production")),
    _row("the application overrides the environment", "credentials.environment-overridden", _overridden),
    _row("client without the token", "credentials.missing-session-token", _application("missing-token", "dynamodb"),
         targets=("dynamodb",)),
    _row("client with blank keys", "credentials.blank-explicit-keys", _application("blank-keys", "sqs")),
    _row("expired token, one endpoint only", "credentials.expired",
         _isolated_and_expired),
)  # fmt: skip

# A variable of the function that the control side reads as well.
_OVERRIDE = ("client.endpoint-override",)
CLIENT = (
    _row("closed proxy", "client.proxy-unreachable", _closed_proxy),
    _row("proxy that nobody is", "client.proxy-unreachable", _proxy("http://10.0.3.61:3128"),
         outside=("network.target-missing",)),
    _row("proxy without a name", "client.proxy-unreachable", _proxy("http://proxy.internal:3128")),
    _row("emulator's endpoint", "client.endpoint-override", _variables(AWS_ENDPOINT_URL="http://10.0.3.77:4566"),
         outside=None),
    _row("one service's endpoint", "client.endpoint-override", _variables(AWS_ENDPOINT_URL_SQS="http://10.0.3.77:9324"),
         outside=None),
    _row("no region for boto3", "client.region-missing", _without("AWS_DEFAULT_REGION")),
    _row("misspelt region", "client.region-unknown", _variables(AWS_DEFAULT_REGION="us-est-1")),
    _row("STS's global host", "client.global-sts-host", _legacy, targets=("sts",)),
    _row("FIPS host that no endpoint covers", "client.legacy-host", _fips),
    _row("bundle that is not there", "client.ca-bundle-unusable", _variables(AWS_CA_BUNDLE="/var/task/nothing.pem")),
    _row("blank bundle", "client.ca-bundle-unusable", _variables(AWS_CA_BUNDLE="")),
)  # fmt: skip

ROWS = (*CREDENTIALS, *CLIENT)
