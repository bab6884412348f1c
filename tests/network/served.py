"""The embedded AWS with a whole account in it, for the runtime emulator: a process of its own, like `doctor.demo.server`.

The words on its command line say what is wrong there: `closed` leaves the function's group without egress, `denied` lets
STS alone answer. `invoke=FILE` hands invocations on to the emulator whose address stands in the file.
"""

import http.client
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from doctor.demo import gate, server
from tests.network.account import REGION, Account

_DENIED = gate.Fault(
    "AccessDenied",
    "AccessDeniedException",
    "AccessDenied",
    "User: arn:aws:sts::123456789012:assumed-role/orders/orders is not authorized to perform this operation",
    "UnauthorizedOperation",
)


def main(*wrong: str) -> None:
    """Fill an account, and serve it."""
    os.environ.update(AWS_ACCESS_KEY_ID="owner", AWS_SECRET_ACCESS_KEY="owner", AWS_DEFAULT_REGION=REGION)
    building = mock_aws()
    building.start()
    account = Account(["sqs"], pytest.MonkeyPatch())
    if "closed" in wrong:
        account.shut_out(account.group)
    account.deploy()
    building.stop(remove_data=False)  # the server answers from the same backends
    if "denied" in wrong:
        server.Gate = _Denying  # type: ignore[misc]
    for word in wrong:
        if word.startswith("invoke="):
            _Invoking.address = Path(word.removeprefix("invoke="))
            server.Gate = _Invoking  # type: ignore[misc]
    server.main()


class _Invoking(gate.Gate):
    """What is invoked runs in the emulator, which knows one function and no signature."""

    address: Path

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("/invocations"):
            return super().__call__(environ, start_response)
        asked = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        line = http.client.HTTPConnection(self.address.read_text())
        line.request("POST", "/2015-03-31/functions/function/invocations", asked)
        reply = line.getresponse()
        body = reply.read()
        line.close()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


class _Denying(gate.Gate):
    """Behind a sound signature, nothing but STS is allowed."""

    def fault(self, request: gate.Request) -> gate.Fault | None:
        allowed = "/sts/" in request.headers.get("Authorization", "")
        return super().fault(request) or (None if allowed else _DENIED)


if __name__ == "__main__":
    main(*sys.argv[1:])
