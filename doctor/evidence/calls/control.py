"""Single reads of the control plane: bounded in time, sent to AWS alone, and every failure told as what it is."""

import socket
from dataclasses import dataclass, field
from typing import Any

from doctor import shared_configuration
from doctor.error_atlas import Codes, worded
from doctor.evidence import Missing, Reason
from doctor.evidence.caller import REJECTIONS, failed
from doctor.evidence.calls.guard import only_probeable, overridden
from doctor.evidence.calls.replies import MOST_LISTED, bound_replies
from doctor.isolation import bounded
from doctor.policies.denial import Denial, read
from doctor.redact import cut
from doctor.verdict import Source
from doctor.world import World

DENIALS = Codes("denied")
_OVER = ("stale-login",)
# botocore found no credentials, or could not make any: nothing has been asked of AWS yet, or only for a login.
_NO_LOGIN = Codes("no-credentials", "half-credentials", "no-profile", *_OVER, "fetching-credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A read that gave nothing. `code` is AWS's own, such as ResourceNotFoundException, where AWS answered.

    Of a denial `denial` is what AWS's message tells of the policy behind it.
    """

    reason: Reason
    detail: str
    action: str = ""
    code: str = ""
    denial: Denial | None = None

    def missing(self, kind: str) -> Missing:
        """The same about a whole kind of evidence."""
        return Missing(kind=kind, source=Source.CONTROL, reason=self.reason, detail=self.detail, action=self.action)


Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """The calls of one collector, as the principal that this world's default chain finds. `region` None: the chain's.

    A service's client is made once, and dropped for the next service's: two models at once are more than a function of
    128 MB should give us.
    """

    world: World
    region: str | None = None
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sent: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def ask(self, service: str, operation: str, action: str, *, most: float, **arguments: Any) -> Reply | Refusal:
        """Call once, and wait at most `most` seconds; `operation` is boto3's method, `action` its IAM action."""
        said = bounded.within(most, lambda: self._called(service, operation, action, most, arguments))
        if said is not None:
            return said
        if self._sent:
            return Refusal(reason=Reason.OUT_OF_TIME, detail=f"{action} had no answer within {most:.1f} s")
        source = shared_configuration.source(self.world.environ)
        words = f"{self.world.vantage.place} has no credentials for AWS: {source} gave none within {most:.1f} s"
        return Refusal(reason=Reason.DENIED, detail=words)

    def _called(self, service: str, operation: str, action: str, most: float, arguments: Reply) -> Reply | Refusal:
        if elsewhere := overridden(self.world, service):
            return Refusal(reason=Reason.UNREACHABLE, detail=f"{action} was not asked: {elsewhere}")
        try:
            return dict(getattr(self._client(service, max(0.5, most / 2)), operation)(**arguments))
        except Exception as error:  # noqa: BLE001 - silence would pass for a dead network
            return self.refused(error, operation, action)

    def _client(self, service: str, patience: float) -> Any:
        from botocore.config import Config  # children only

        if service not in self._made:
            if self._made:
                self._made.clear()
                self.world.forget()
            bound_replies(MOST_LISTED)
            socket.getaddrinfo = only_probeable(socket.getaddrinfo, allow_loopback=self.world.allow_local)
            # Else an ARN leads to the account's own host of DynamoDB, which whoever lets the usual one through need not know.
            usual: Any = {each: "disabled" for each in Config.OPTION_DEFAULTS if each == "account_id_endpoint_mode"}
            config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1}, **usual)
            made = self.world.session().client(service, region_name=self.region, config=config)  # type: ignore[call-overload]
            made.meta.events.register("before-send.*.*", lambda request, **_: self._sent.append(service))
            self._made[service] = made
        return self._made[service]

    def refused(self, error: Exception, operation: str, action: str) -> Refusal:
        told = failed(error)
        name, code = str(told["error"]), str(told.get("code", ""))
        if code in REJECTIONS:
            words = f"AWS refuses the credentials of {self.world.vantage.place} ({code})"
            return Refusal(reason=Reason.DENIED, detail=words, code=code)
        if name in _NO_LOGIN or _while_logging_in(error, operation) or (not code and worded(str(error), _OVER)):
            words = f"{self.world.vantage.place} has no credentials for AWS ({name}: {cut(str(error))})"
            return Refusal(reason=Reason.DENIED, detail=words)
        if code in DENIALS:
            why = read(str(told["message"]))
            return Refusal(reason=Reason.DENIED, detail=f"{action}: {code}", action=action, code=code, denial=why)
        if not code and told["answer"] == "unreachable":
            return Refusal(reason=Reason.UNREACHABLE, detail=f"{action}: {told['message']}")
        return Refusal(reason=Reason.UNREACHABLE, detail=f"{action}: {code or name}: {told['message']}", code=code)


def _while_logging_in(error: Exception, operation: str) -> bool:
    """Whether AWS refused another call than ours: one by which a provider wanted to make credentials (AssumeRole, SSO)."""
    from botocore import xform_name

    asked = str(getattr(error, "operation_name", ""))
    return bool(asked) and xform_name(asked) != operation
