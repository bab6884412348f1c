"""The actions of each service that functions make: the usual ones, rarer ones, and those of Lambda's pollers. A table alone.

Source: service authorization reference, "Actions, resources, and condition keys" of each service.
"""

from typing import NamedTuple


class Service(NamedTuple):
    """`actions` by the part of the ARN that they are about, and `rarer` ones; a part that ends in `/` or `:` goes on."""

    prefix: str
    actions: dict[str, tuple[str, ...]]
    rarer: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - nobody changes it


SERVICES = {
    "sqs": Service(
        "sqs",
        {"{name}": ("SendMessage", "ReceiveMessage")},
        {"{name}": ("DeleteMessage", "ChangeMessageVisibility", "PurgeQueue")},
    ),
    "sns": Service("sns", {"{name}": ("Publish",)}, {"{name}": ("Subscribe", "ConfirmSubscription")}),
    "dynamodb": Service(
        "dynamodb",
        {"table/{name}": ("GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")},
        {
            "table/{name}": (
                *("BatchWriteItem", "ConditionCheckItem", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate"),
                "PartiQLDelete",
            ),
            "table/{name}/index/": ("Query", "Scan", "PartiQLSelect"),
            "table/{name}/stream/": ("DescribeStream", "GetShardIterator", "GetRecords"),
        },
    ),
    "s3": Service(
        "s3",
        {"{name}/": ("GetObject", "PutObject", "DeleteObject"), "{name}": ("ListBucket",)},
        {
            "{name}/": (
                *("GetObjectVersion", "DeleteObjectVersion", "GetObjectTagging", "PutObjectTagging"),
                *("DeleteObjectTagging", "GetObjectAttributes", "GetObjectAcl", "PutObjectAcl", "RestoreObject"),
                *("PutObjectRetention", "PutObjectLegalHold", "AbortMultipartUpload", "ListMultipartUploadParts"),
            ),
            "{name}": ("ListBucketVersions", "ListBucketMultipartUploads"),
        },
    ),
    "secretsmanager": Service(
        "secretsmanager",
        {"secret:{name}": ("GetSecretValue",)},
        {
            "secret:{name}": (
                "PutSecretValue",
                "UpdateSecret",
                "UpdateSecretVersionStage",
                "RotateSecret",
                "DeleteSecret",
            )
        },
    ),
    "ssm": Service(
        "ssm",
        {"parameter/{name}": ("GetParameter", "GetParameters", "GetParametersByPath")},
        {
            "parameter/{name}": ("PutParameter", "DeleteParameter", "DeleteParameters", "GetParameterHistory"),
            "parameter/{name}/": ("GetParameter", "GetParameters", "GetParametersByPath", "PutParameter"),
        },
    ),
    "kms": Service(
        "kms",
        {"key/{name}": ("Decrypt", "GenerateDataKey", "Encrypt")},
        {
            "key/{name}": (
                *("Sign", "Verify", "GenerateMac", "VerifyMac", "GetPublicKey", "DeriveSharedSecret", "ReEncryptFrom"),
                *("ReEncryptTo", "GenerateDataKeyPair", "GenerateDataKeyWithoutPlaintext", "CreateGrant"),
            ),
        },
    ),
    "kinesis": Service(
        "kinesis",
        {"stream/{name}": ("PutRecord", "PutRecords", "GetRecords")},
        {"stream/{name}": ("GetShardIterator",), "stream/{name}/": ("SubscribeToShard",)},
    ),
    "lambda": Service(
        "lambda",
        {"function:{name}": ("InvokeFunction",)},
        {"function:{name}": ("InvokeFunctionUrl",), "function:{name}:": ("InvokeFunction", "InvokeFunctionUrl")},
    ),
    "events": Service("events", {"event-bus/{name}": ("PutEvents",)}),
    "firehose": Service("firehose", {"deliverystream/{name}": ("PutRecord", "PutRecordBatch")}),
    "stepfunctions": Service(
        "states",
        {"stateMachine:{name}": ("StartExecution", "StartSyncExecution")},
        {"stateMachine:{name}": ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")},
    ),
}

# Without which no poller gets at a message or a record: Lambda developer guide, of each source "Create an event source mapping",
# but for what only consumers with a throughput of their own call, and what one of two calls tells as well.
POLLED = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("DescribeStream", "GetShardIterator", "GetRecords"),
    "kinesis": ("GetShardIterator", "GetRecords"),
}
