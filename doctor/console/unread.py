"""Why a reply is missing, with the command that would write it, or the IAM action that would let it be read."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from doctor.evidence.calls.network.details import ALL

_ACTION = re.compile(r"[a-z0-9]+:[A-Z][A-Za-z0-9]+")


class Reasons(Mapping[str, str]):
    """Reasons by reply, as `Network.unread` holds them: `told`, and for what is not among the `read`, the action."""

    def __init__(self, told: Mapping[str, str], read: Collection[str]) -> None:
        self._told, self._read = told, read

    def __getitem__(self, reply: str) -> str:
        why, action = self._told.get(reply, ""), "" if reply in self._read else action_of(reply)
        if not why and not action:
            raise KeyError(reply)
        if not action or _ACTION.search(why):
            return why
        return f"{why}; {action} reads it" if why else f"{action} reads it"

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


def absent(key: str, folder: Path) -> str:
    """Which file a snapshot lacks, and the command of the AWS CLI that writes it."""
    file = f"{key}.json"
    call = next((each for each in ALL if each.key == key and not each.listing), None)
    if call is None:
        return f"no {file} in the snapshot"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", call.operation).lower()
    return f"no {file} in the snapshot: aws {call.service} {words} > {shlex.quote(str(folder / file))} writes it"


def action_of(reply: str) -> str:
    """The actions that read a reply, such as `Vpcs` or `VpcAttribute/vpc-1.enableDnsSupport`; "" for none that is known."""
    key, _, parent = reply.partition("/")
    calls = [call for call in ALL if (call.listing if parent else call.key) == key]
    return " and ".join(dict.fromkeys(call.action for call in calls))
