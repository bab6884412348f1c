"""A sound account in moto for runs from outside, in whatever process; behind TLS it is AWS to children that call sockets.

The role may do everything but use one queue, whose own policy lets it in: so every kind of evidence has something to ask.
"""

import json
import threading
from collections.abc import Iterable
from typing import Any

import boto3
import pytest
from cryptography import x509

from tests.network.account import ACCOUNT, REGION, Account
from tests.robust.certificates import Authority

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
# moto has no notion of these; AWS answers so where there are none.
_NONE_THERE = {
    "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
    "ListFirewallConfigs": {"FirewallConfigs": []},
}


def deploy(patch: pytest.MonkeyPatch) -> None:
    """The function `orders`, its network, its queue and its role; moto must be on."""
    account = Account(["sns", {"service": "sqs", "resource": QUEUE}], patch)
    account.ec2.associate_dhcp_options(DhcpOptionsId=_amazons(account), VpcId=account.vpc)
    account.deploy()
    role = boto3.client("iam", region_name=REGION).get_role(RoleName="orders")["Role"]["Arn"]
    _allow_all_but_queues()
    policy = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sqs:*", "Resource": QUEUE}
    boto3.client("sqs", region_name=REGION).create_queue(
        QueueName="orders", Attributes={"VisibilityTimeout": "60", "Policy": _document(policy)}
    )


def _allow_all_but_queues() -> None:
    allowing = {"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}
    iam = boto3.client("iam", region_name=REGION)
    iam.put_role_policy(RoleName="orders", PolicyName="everything", PolicyDocument=_document(allowing))


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _amazons(account: Account) -> str:
    """moto has no default options; those of AWS name its own resolver."""
    values: Any = [{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}]
    made: str = account.ec2.create_dhcp_options(DhcpConfigurations=values)["DhcpOptions"]["DhcpOptionsId"]
    return made


def recorded(host: str, target: str) -> str | None:
    """AWS's reply where moto has none, by the request's host and its X-Amz-Target."""
    if host.startswith("route53profiles."):
        return json.dumps({"ProfileAssociations": []})
    operation = target.rpartition(".")[2]
    return json.dumps(_NONE_THERE[operation]) if operation in _NONE_THERE else None


def serve(root: Authority) -> int:
    """Be AWS for good, in this process; the port."""
    from moto import mock_aws
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:
            """Say nothing of what failing calls bring about."""

    mock_aws().start()
    deploy(pytest.MonkeyPatch())
    moto = DomainDispatcherApplication(create_backend_app)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = recorded(environ.get("HTTP_HOST", ""), environ.get("HTTP_X_AMZ_TARGET", ""))
        try:
            found: Iterable[bytes] = moto(environ, start_response) if told is None else ()
        except Exception:  # a garbled request; and what moto lacks, which no run gets to read
            start_response("400 Bad Request", [("Content-Length", "0")])
            return []
        if told is not None:
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
        return found if told is None else [told.encode()]

    names = [x509.DNSName("*.amazonaws.com"), x509.DNSName(f"*.{REGION}.amazonaws.com")]
    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    context = root.issue(names).context()
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_port)
