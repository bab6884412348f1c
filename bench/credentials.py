"""Whose credentials are these? The doctor's examination, a bare boto3 STS call and the AWS CLI, as whole processes.

All ask the same canned STS over plain HTTP. boto3 and the CLI print who they are; the doctor judges every check of
credentials.
"""

import sys
import tempfile
from pathlib import Path

from bench.compare import ROOT, Row, as_function, at_most, main, medians, whole_process
from bench.servers import serving

AWS_CLI = ROOT / ".cache" / "awscli" / "bin" / "aws"
_BARE = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
_HANDLER = (
    "import handler; assert handler.handler({'doctor': {'only': ['credentials.*']}}, None)['status'] == 'healthy'"
)


def measure(rounds: int) -> list[Row]:
    """The handler beside boto3, and the command line beside the AWS CLI where `make bench` has installed that."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with serving("http", folder) as port:
            environ = as_function(f"http://127.0.0.1:{port}", folder)
            commands = [
                [sys.executable, "-c", _HANDLER],
                [sys.executable, "-c", _BARE],
                [sys.executable, "-m", "doctor", "examine", "--only", "credentials.*", "--output", "json"],
            ]
            if AWS_CLI.is_file():
                commands.append([str(AWS_CLI), "sts", "get-caller-identity"])
            ours, bare, command_line, *cli = medians(rounds, *(whole_process(command, environ) for command in commands))
    rows = [
        at_most("Credentials alone, whole process", 1.25, ("doctor's handler", ours), ("bare boto3 STS call", bare))
    ]
    for theirs in cli:
        ours_at_shell = ("`doctor examine --only 'credentials.*'`", command_line)
        what = "Credentials alone, command line"
        rows.append(at_most(what, 1.0, ours_at_shell, ("`aws sts get-caller-identity`", theirs)))
    return rows


if __name__ == "__main__":
    main(measure, rounds=15)
