"""The incidents as scenes of the laboratory's VPC, where the product itself records what it sees.

Each scene is named after the file that it is recorded into.
"""

import json
from collections.abc import Callable

import boto3
from changes import egress, ingress, isolated
from scene import BUCKET, REGION, Row, Scene

from tests.network.account import ACCOUNT, permission

QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
_OWN_BUCKET = f"prod-documents-{ACCOUNT}"
_SIX_TIMES_NEARLY = 360  # seconds: the worker's visibility timeout of that incident
Change = Callable[[Scene], object]


def _application(name: str, *services: str, **variables: str) -> Change:
    """An application of this folder or of the demonstrations, with the doctor beside it."""

    def change(scene: Scene) -> None:
        scene.application, scene.timeout = name, 30
        told = {"DOCTOR_CLIENT_FACTORY": "settings:client", "DOCTOR_TARGETS": json.dumps(services)}
        scene.variables = {**told, **variables}

    return change


def _behind_a_gateway(scene: Scene) -> None:
    """API Gateway may invoke the function."""

    def permit(_: Scene) -> None:
        boto3.client("lambda", region_name=REGION).add_permission(
            FunctionName="orders",
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3d4e5/*/*/orders",
        )

    scene.without_packets(permit)


def _queue(scene: Scene) -> None:
    del scene
    boto3.client("sqs", region_name=REGION).create_queue(QueueName="orders")


def _no_way_to_sqs(scene: Scene) -> None:
    isolated(scene)
    scene.without(scene.account.sqs)


def _three_zones_that_let_nobody_in(scene: Scene) -> None:
    account = scene.account
    isolated(scene)
    scene.without(account.sqs)
    more = [account.subnet(f"10.0.{number}.0/24", zone) for number, zone in ((4, "b"), (5, "c"))]
    scene.endpoint("sqs", subnets=[account.endpoints, *more])
    ingress(scene)


def _bucket(scene: Scene) -> None:
    del scene
    boto3.client("s3", region_name=REGION).create_bucket(Bucket=_OWN_BUCKET)


def _may_not_send(scene: Scene) -> None:
    """The role's policies as that incident's template had them before the work went behind a queue."""

    def permit(_: Scene) -> None:
        iam = boto3.client("iam", region_name=REGION)
        for name in iam.list_role_policies(RoleName="orders")["PolicyNames"]:
            iam.delete_role_policy(RoleName="orders", PolicyName=name)
        keeps = {"Effect": "Allow", "Action": ["s3:PutObject", "dynamodb:PutItem"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [keeps]})
        iam.put_role_policy(RoleName="orders", PolicyName="documents", PolicyDocument=document)

    scene.without_packets(permit)


def _worker(scene: Scene) -> None:
    """The function works for up to five minutes on what a queue hides for six."""

    def configure(_: Scene) -> None:
        queues = boto3.client("sqs", region_name=REGION)
        queues.set_queue_attributes(QueueUrl=QUEUE, Attributes={"VisibilityTimeout": str(_SIX_TIMES_NEARLY)})
        lambda_ = boto3.client("lambda", region_name=REGION)
        lambda_.update_function_configuration(FunctionName="orders", Timeout=300)
        source = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
        lambda_.create_event_source_mapping(FunctionName="orders", EventSourceArn=source, BatchSize=1)

    scene.without_packets(configure)


def _narrowed(scene: Scene) -> None:
    """The second change of that night: egress rules that name the endpoints' group alone, and none on that group."""
    isolated(scene)
    scene.endpoint("secretsmanager")
    egress(scene, group=scene.account.endpoint_group)
    scene.account.shut_out(scene.account.endpoint_group)


def _opened_to_lists(scene: Scene) -> None:
    """Egress to what the gateway endpoints serve, as well."""
    _narrowed(scene)
    account = scene.account
    for listed in account.ec2.describe_managed_prefix_lists()["PrefixLists"]:
        if listed["PrefixListName"].endswith((".s3", ".dynamodb")):
            rules = [permission(443, prefixes=listed["PrefixListId"])]
            account.ec2.authorize_security_group_egress(GroupId=account.group, IpPermissions=rules)


def _scene(name: str, *changes: Change, targets: tuple[object, ...], budget: float = 6.0) -> Row:
    def breaks(scene: Scene) -> None:
        for change in changes:
            change(scene)

    return Row(name=name, breaks=breaks, expect=(), targets=targets, budget=budget)


_FIX, _NOTES = "incident-000-credential-fix", "incident-001-deployment-notes"
_GATEWAY, _PREFIX, _IDEAL = "incident-002-gateway-timeouts", "incident-003-import-prefix", "incident-004-ideal-response"
_BOTH, _THREE = ("dynamodb", "sqs"), ("dynamodb", "s3", "secretsmanager")
_DOCUMENTS = _application("documents", "s3", DOCUMENTS_BUCKET=BUCKET)
_UNBOUNDED = _application("default-timeouts", "sqs", ORDERS_QUEUE_URL=QUEUE)
_SHORT = _application("short-timeouts", "sqs", ORDERS_QUEUE_URL=QUEUE)

SCENES = (
    _scene(f"{_FIX}/evidence", _application("missing-token", *_BOTH), targets=_BOTH),
    _scene(f"{_FIX}/evidence-after-new-session", _application("new-session", *_BOTH), targets=_BOTH),
    _scene(f"{_FIX}/evidence-without-sts", isolated, _application("missing-token", *_BOTH), targets=_BOTH, budget=12),
    _scene(f"{_NOTES}/evidence", _application("strict-check", "dynamodb"), _behind_a_gateway, targets=("dynamodb",)),
    _scene(f"{_NOTES}/evidence-blank-client", _application("blank-keys", "sqs"), targets=("sqs",)),
    _scene(f"{_NOTES}/evidence-blank-session", _application("blank-session", "sqs"), targets=("sqs",)),
    _scene(f"{_NOTES}/evidence-blank-token", _application("blank-token", "dynamodb"), targets=("dynamodb",)),
    _scene(f"{_NOTES}/evidence-token-passed", _application("token-passed", "dynamodb"), targets=("dynamodb",)),
    _scene(f"{_NOTES}/evidence-another-wheel", _application("another-wheel", "dynamodb"), targets=("dynamodb",)),
    _scene(f"{_GATEWAY}/evidence", _queue, _no_way_to_sqs, _UNBOUNDED, _behind_a_gateway, targets=("sqs",), budget=12),
    _scene(f"{_GATEWAY}/evidence-short-timeouts", _queue, _three_zones_that_let_nobody_in, _SHORT, _behind_a_gateway,
           targets=("sqs",), budget=12),
    _scene(f"{_GATEWAY}/evidence-misnamed-bucket", _bucket, _DOCUMENTS, targets=("s3",), budget=12),
    _scene(f"{_GATEWAY}/evidence-may-not-send", _queue, _SHORT, _may_not_send, targets=("sqs",)),
    _scene(f"{_GATEWAY}/evidence-worker", _queue, _SHORT, _worker, targets=("sqs",)),
    _scene(f"{_PREFIX}/evidence", _application("import-prefix", "sqs"), targets=("sqs",)),
    _scene(f"{_IDEAL}/evidence", _narrowed, _application("module-client", *_THREE), targets=_THREE, budget=12),
    _scene(f"{_IDEAL}/evidence-client-in-handler", _narrowed, _application("handler-client", *_THREE), targets=_THREE,
           budget=12),
    _scene(f"{_IDEAL}/evidence-after-egress", _opened_to_lists, _application("handler-client", *_THREE),
           targets=_THREE, budget=12),
)  # fmt: skip
BY_NAME = {scene.name: scene for scene in SCENES}
