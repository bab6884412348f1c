"""One AWS service at a time, asked harmless questions: one client, one attempt, every call bounded in time.

A client's model is dropped before the next one is made: two at once are more than a function of 128 MB should give us.
"""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

from doctor.evidence import Reason
from doctor.evidence.calls.control import Reading, Refusal, Reply
from doctor.evidence.calls.guard import only_probeable, overridden
from doctor.evidence.calls.replies import bound_replies
from doctor.evidence.calls.resource_state import ACTIONS
from doctor.isolation import bounded
from doctor.world import World

# Seconds of one call, also where another service was silent before, and the share of the time that is left.
PATIENCE, IMPATIENCE, _SHARE = 3.0, 1.5, 0.2
_TOO_LATE = 0.3  # seconds in which nothing is begun


class _HeadError(Exception):
    """Carries S3's answer to a HeadBucket out of botocore, which would else follow it to another region."""

    def __init__(self, status: int, region: str) -> None:
        self.status, self.region = status, region


class Service:
    """One service's client, made before its first call, of which each may take `most` seconds.

    After a call without an answer no other one is tried; `silent` tells so.
    """

    def __init__(self, world: World, service: str, region: str | None, most: float = PATIENCE) -> None:
        self.world, self.service = world, service
        self._most = most
        self.region = region or ""
        self.target = ""
        self._reading = Reading(world, region)
        self._made: Any = None
        self._silent: Refusal | None = None

    def ask(self, operation: str, action: str = "", **arguments: Any) -> Reply | Refusal:
        """Call once, and wait no longer than this service's share of the time."""
        if operation:
            self.open()
        if self._silent:
            return self._silent
        if self.world.until - time.monotonic() < _TOO_LATE:
            return Refusal(reason=Reason.NOT_ASKED, detail="no time was left to ask")
        most = self.world.left(_SHARE, most=self._most)
        action = action or ACTIONS.get(operation, "")
        answer = bounded.within(most, lambda: self._called(operation, action, most, arguments))
        if answer is None:
            answer = Refusal(reason=Reason.OUT_OF_TIME, detail=f"no answer within {most:.1f} s")
        if isinstance(answer, Refusal) and not answer.code and answer.reason is not Reason.DENIED:
            self._silent = answer
        return answer

    @property
    def silent(self) -> bool:
        """Whether a call had no answer."""
        return self._silent is not None and self._silent.reason is not Reason.NOT_ASKED

    def open(self) -> None:
        """Make the client without calling, so that region and target are known, and its making takes no call's time."""
        if not self._made and not self._silent:
            self.ask("")

    def _called(self, operation: str, action: str, most: float, arguments: Reply) -> Reply | Refusal:
        if elsewhere := overridden(self.world, self.service):
            return Refusal(reason=Reason.NOT_ASKED, detail=elsewhere)
        try:
            self._made = self._made or self._client(max(0.5, most / 2))
            return dict(getattr(self._made, operation)(**arguments)) if operation else {}
        except _HeadError as head:
            return {"status": head.status, "region": head.region}
        except Exception as error:  # noqa: BLE001 - silence would pass for a dead network
            return self._reading.refused(error, operation, action)

    def _client(self, patience: float) -> Any:
        from botocore.config import Config  # children only

        socket.getaddrinfo = only_probeable(socket.getaddrinfo, allow_loopback=self.world.allow_local)
        bound_replies()
        config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
        made: Any = self.world.session().client(self.service, region_name=self.region or None, config=config)  # type: ignore[call-overload]
        self.region, self.target = str(made.meta.region_name or ""), _target(made.meta.endpoint_url)
        made.meta.events.register("before-send.*.*", self._note_target)
        made.meta.events.register("response-received.s3.HeadBucket", _head)
        return made

    def _note_target(self, request: Any, **_: object) -> None:
        self.target = _target(request.url)


def _head(response_dict: Reply | None, **_: object) -> None:
    if response_dict is not None:
        headers = {str(name).lower(): str(value) for name, value in response_dict["headers"].items()}
        raise _HeadError(int(response_dict["status_code"]), headers.get("x-amz-bucket-region", ""))


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
