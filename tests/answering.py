"""Operations that are answered in moto's place, by a fixture that every test can ask for."""

from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

# moto knows none of them; a name is certain only where they were read.
NOT_IN_MOTO: dict[str, Any] = {
    "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
    "ListFirewallDomainLists": {"FirewallDomainLists": []},
    "ListFirewallConfigs": {"FirewallConfigs": []},
    "ListProfileAssociations": {"ProfileAssociations": []},
}
Answers = dict[str, Any]


def refusal(code: str, message: str = "no", operation: str = "Operation") -> ClientError:
    """What boto3 raises where AWS answers with an error."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What operations answer: a reply, an exception, or what makes one of the arguments."""
    said: Answers = dict(NOT_IN_MOTO)
    call = botocore.client.BaseClient._make_api_call

    def answer(client: Any, operation: str, arguments: Any) -> Any:
        if operation not in said:
            return call(client, operation, arguments)
        if isinstance(said[operation], ClientError):
            raise ClientError(said[operation].response, operation)
        if isinstance(said[operation], Exception):
            raise said[operation]
        return said[operation](arguments) if callable(said[operation]) else said[operation]

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)
    return said
