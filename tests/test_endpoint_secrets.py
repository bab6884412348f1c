"""An endpoint's path may be a webhook's secret: host and port are evidence, the rest is nobody's to read."""

import json
import time
from dataclasses import asdict

from doctor import answer


def test_the_path_of_an_endpoint_variable_reaches_no_verdict() -> None:
    environ = {
        "AWS_ENDPOINT_URL": "https://bad host.internal/hook/9f8SECRETPATH77",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "AKIA" + "0" * 15 + "1",
        "AWS_SECRET_ACCESS_KEY": "x1Y2" * 10,
    }
    event = {"doctor": {"targets": ["sqs"], "budget_seconds": 5, "include_casefile": True}}
    verdict = answer.answer(event, None, time.monotonic(), environ)
    assert "bad host.internal" in json.dumps(asdict(verdict))
    assert "SECRETPATH" not in json.dumps(asdict(verdict))
