"""The fix that did not help: a new session for every attempt, and pauses between them. Each reads the same two variables."""

import os
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})
PAUSES = (0.5, 1.0, 2.0)  # seconds


def client() -> Any:
    """A client of a session that nobody used before."""
    session = boto3.Session(
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY"),
    )
    return session.client("dynamodb", config=BOUNDED)


def again(call: Callable[[Any], object]) -> None:
    """Make the call, and make it again where AWS refuses the token."""
    for pause in PAUSES:
        try:
            call(client())
        except ClientError as error:
            if error.response["Error"]["Code"] != "UnrecognizedClientException":
                raise
            time.sleep(pause)
        else:
            return
    call(client())
