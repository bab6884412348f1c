"""The embedded AWS's own process: moto behind the gate, on a free loopback port, until standard input ends.

Everything heavy is imported here and nowhere else in the demo. Its first line of output says where it listens and
which temporary credentials it issued to the function's role.
"""

import json
import logging
import sys
import threading
from typing import Any
from xml.etree import ElementTree as ET

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import Client

from doctor.demo.gate import Gate, Key

_STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_TABLE = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def main() -> None:
    """Serve until whoever started this process closes its end, by will or by dying."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    aws = DomainDispatcherApplication(create_backend_app)
    owner = Client(aws)  # behind the gate
    _json(owner, "dynamodb", "DynamoDB_20120810.CreateTable", _TABLE)
    _json(owner, "sqs", "AmazonSQS.CreateQueue", {"QueueName": "orders"})
    key = _role(owner)
    server = make_server("127.0.0.1", 0, Gate(aws, [key]), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port, "key": key}), flush=True)  # noqa: T201 - what the demo waits for
    sys.stdin.read()


def _role(owner: Client) -> Key:
    """Temporary credentials of a function's role, issued by the embedded STS as Lambda's are by the real one."""
    asked = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": "arn:aws:iam::123456789012:role/orders",
        "RoleSessionName": "orders",
    }
    reply = owner.post("/", data=asked, headers=_addressed_to("sts"))
    issued = ET.fromstring(reply.get_data()).find(f"{_STS}AssumeRoleResult/{_STS}Credentials")  # noqa: S314 - our own
    if issued is None:
        raise RuntimeError(f"the embedded STS issued no credentials: {reply.status}")
    return Key(*(issued.findtext(f"{_STS}{name}", "") for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")))


def _json(owner: Client, service: str, target: str, asked: dict[str, Any]) -> None:
    headers = {**_addressed_to(service), "X-Amz-Target": target}
    reply = owner.post("/", data=json.dumps(asked), headers=headers, content_type="application/x-amz-json-1.0")
    if reply.status_code != 200:
        raise RuntimeError(f"{target}: {reply.status}: {reply.get_data(as_text=True)[:300]}")


def _addressed_to(service: str) -> dict[str, str]:
    # moto finds the service in the credential scope, and looks at nothing else in it
    scope = f"owner/20200101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"}


if __name__ == "__main__":
    main()
