"""Faults of keys, each refused by the front, which verifies signatures, in the words of a service's protocol.

Where the VPC is isolated STS is out of reach, and the doctor's word on the credentials is that of the service that is left:
JSON of DynamoDB and SQS, query of SNS, REST-XML of S3, EC2's own. With NAT it is STS's, in query. Of all this the control
side sees nothing: nobody but the platform and the code sets these variables.
"""

from collections.abc import Callable

import vpc_role
from changes import isolated
from scene import Row, Scene
from vpc_cloud import EXPIRED, FOREIGN, ROLE, STORED

from doctor.demo import gate

_NOT_KNOWN = "ASIA" + "QZYXWVUTSRPONMLK"
_OTHER_SECRET, _OTHER_TOKEN = ROLE.secret[::-1], ROLE.token[::-1]
_STORED = {"AWS_ACCESS_KEY_ID": STORED.id, "AWS_SECRET_ACCESS_KEY": STORED.secret}
_FOREIGN = {"AWS_ACCESS_KEY_ID": FOREIGN.id, "AWS_SECRET_ACCESS_KEY": FOREIGN.secret}


def _alone(scene: Scene, service: str) -> None:
    """Endpoints alone lead out, none of them STS's: SQS has one of its own, S3 and DynamoDB have gateways."""
    isolated(scene)
    if service in ("sns", "ec2", "kms", "secretsmanager"):
        scene.endpoint(service)


def _keys(name: str, expect: str, service: str, **values: str | None) -> Row:
    """The environment's keys, as one service judges them."""

    def breaks(scene: Scene) -> None:
        _alone(scene, service)
        scene.variables = dict(values)

    return _row(name, expect, service, breaks)


def _unset(name: str, expect: str, service: str, *variables: str) -> Row:
    """The emulator would set them blank: they are unset before Python starts."""

    def breaks(scene: Scene) -> None:
        _alone(scene, service)
        scene.interpreter = f"unset {' '.join(variables)}"

    return _row(name, expect, service, breaks)


def _expired(name: str, service: str) -> Row:
    def breaks(scene: Scene) -> None:
        _alone(scene, service)
        scene.cloud.held = EXPIRED

    return _row(name, "credentials.expired", service, breaks)


def _skewed(name: str, service: str, seconds: float) -> Row:
    """AWS's clock is so many seconds ahead of the sandbox's."""

    def breaks(scene: Scene) -> None:
        _alone(scene, service)
        scene.cloud.skew = seconds

    return _row(name, "credentials.clock-skew", service, breaks)


def _stage(name: str, stage: str, expect: str, service: str, *, alone: bool = False) -> Row:
    """A client that the application's settings build for a service, while the default chain is sound."""

    def breaks(scene: Scene) -> None:
        if alone:
            _alone(scene, service)
        scene.application = "configured"
        scene.variables = {
            "DOCTOR_CLIENT_FACTORY": "settings:client",
            "ORDERS_STAGE": stage,
            "ORDERS_SERVICE": service,
        }

    return _row(name, expect, service if alone else "sqs", breaks)


def _row(name: str, expect: str, service: str, breaks: Callable[[Scene], None]) -> Row:
    # By the catalogue this is no cause of what the A/B finds, so that it stands before it as a diagnosis of its own.
    named = (DIFFERS, STRAY) if expect is STRAY and "client" in name else (expect,)
    return Row(name=name, expect=named, breaks=breaks, targets=(service,), outside=(), budget=6.0)


REJECTED, MISMATCH, MALFORMED = ("credentials.rejected", "credentials.signature-mismatch", "credentials.malformed-key")
MISSING, STRAY, BLANK = (
    "credentials.missing-session-token",
    "credentials.stray-session-token",
    "credentials.blank-explicit-keys",
)
DIFFERS, COPIED = "credentials.application-client-differs", "credentials.keys-copied-into-settings"


def _deleted(scene: Scene) -> None:
    """The role is gone, and with it the token that its sandboxes hold."""
    scene.cloud.held = gate.WRONG_TOKEN
    scene.once_deployed(lambda _: vpc_role.remove())


def _made_again(scene: Scene) -> None:
    """A role of the same name stands in the place of the one that the sandboxes' token was made for."""
    scene.cloud.held = gate.WRONG_TOKEN
    scene.once_deployed(lambda _: vpc_role.make_again())


def _somebody_else(scene: Scene) -> None:
    """A user's key in the role's place, where STS tells whose it is."""
    scene.variables = {**_STORED, "AWS_SESSION_TOKEN": None}


ENVIRONMENT = (
    Row(name="the role was made again", breaks=_made_again, targets=("sqs",), budget=6.0, outside=(),
        expect=("credentials.role-recreated", REJECTED), inside=(REJECTED,)),
    Row(name="a user's key in the role's place, by STS", breaks=_somebody_else, targets=("sqs",), budget=6.0, outside=(),
        expect=("credentials.wrong-principal", "credentials.long-lived-key"), inside=("credentials.long-lived-key",)),
    Row(name="the role is gone", breaks=_deleted, expect=(REJECTED, "identity.role-missing"), inside=(REJECTED,),
        outside=("identity.role-missing",), targets=("sqs",), budget=6.0),
    _expired("expired token, by DynamoDB", "dynamodb"),
    _expired("expired token, by S3", "s3"),
    _expired("expired token, by SNS", "sns"),
    _expired("expired token, by EC2", "ec2"),
    _keys("unknown key, by SQS", REJECTED, "sqs", AWS_ACCESS_KEY_ID=_NOT_KNOWN),
    _keys("unknown key, by DynamoDB", REJECTED, "dynamodb", AWS_ACCESS_KEY_ID=_NOT_KNOWN),
    _keys("unknown key, by S3", REJECTED, "s3", AWS_ACCESS_KEY_ID=_NOT_KNOWN),
    _keys("unknown key, by EC2", REJECTED, "ec2", AWS_ACCESS_KEY_ID=_NOT_KNOWN),
    _keys("another secret, by SQS", MISMATCH, "sqs", AWS_SECRET_ACCESS_KEY=_OTHER_SECRET),
    _keys("another secret, by S3", MISMATCH, "s3", AWS_SECRET_ACCESS_KEY=_OTHER_SECRET),
    _keys("another secret, by SNS", MISMATCH, "sns", AWS_SECRET_ACCESS_KEY=_OTHER_SECRET),
    _keys("somebody else's token, by DynamoDB", REJECTED, "dynamodb", AWS_SESSION_TOKEN=_OTHER_TOKEN),
    _keys("somebody else's token, by S3", REJECTED, "s3", AWS_SESSION_TOKEN=_OTHER_TOKEN),
    _unset("no token, by S3", MISSING, "s3", "AWS_SESSION_TOKEN"),
    _unset("no token, by DynamoDB", MISSING, "dynamodb", "AWS_SESSION_TOKEN"),
    _unset("no token, by EC2", MISSING, "ec2", "AWS_SESSION_TOKEN"),
    _keys("a user's key with the role's token, by SNS", STRAY, "sns", **_STORED),
    _keys("a user's key with the role's token, by S3", STRAY, "s3", **_STORED),
    _keys("secret with a newline, by SQS", MALFORMED, "sqs", AWS_SECRET_ACCESS_KEY=f"{ROLE.secret}\n"),
    _keys("key with a space, by S3", MALFORMED, "s3", AWS_ACCESS_KEY_ID=f"{ROLE.id} "),
    _keys("blank key alone, by DynamoDB", "credentials.blank-environment-keys", "dynamodb", AWS_ACCESS_KEY_ID=""),
    _keys("a user's key in the role's place, by SQS", "credentials.long-lived-key", "sqs", **_STORED, AWS_SESSION_TOKEN=None),
    _skewed("clock behind, by S3", "s3", 3600),
    _skewed("clock ahead, by DynamoDB", "dynamodb", -3600),
    _skewed("clock ahead, by SNS", "sns", -900),
    _skewed("clock behind, by EC2", "ec2", 3600),
)  # fmt: skip

CLIENT = (
    _stage("EC2 client without the token", "without-token", MISSING, "ec2"),
    _stage("S3 client with blank keys", "blank", BLANK, "s3"),
    _stage("SNS client with a blank secret", "blank-secret", BLANK, "sns"),
    _stage("SQS client with a newline", "newline", MALFORMED, "sqs"),
    _stage("DynamoDB client with another secret", "other-secret", DIFFERS, "dynamodb"),
    _stage("S3 client with somebody else's token, by S3", "other-token", DIFFERS, "s3", alone=True),
    _stage("SQS client with a deleted key, by SQS", "deleted", DIFFERS, "sqs", alone=True),
    _stage("SNS client with a stray token", "stray-token", STRAY, "sns"),
    _stage("EC2 client of another account", "foreign", DIFFERS, "ec2"),
    _stage("DynamoDB client of a user", "stored", DIFFERS, "dynamodb"),
    _stage("S3 client of a profile", "profile", DIFFERS, "s3"),
    _stage("EC2 client with the role's keys in settings", "copied", COPIED, "ec2"),
    _stage("SQS client with half a pair", "half", "credentials.partial", "sqs"),
)  # fmt: skip

ROWS = (*ENVIRONMENT, *CLIENT)
