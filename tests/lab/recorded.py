"""Replies of operations that moto has no notion of: what AWS says there, and what the commands of remedies change of it.

Source: EC2 API reference, CreateVpcBlockPublicAccessExclusion, ModifyVpcEncryptionControl; Route 53 Resolver API reference,
UpdateFirewallDomains.
"""

import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from doctor.demo import gate

_EC2 = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
_EXCLUSION, _ENABLE = "Exclusion", "enable"
_OF_EACH = {"DescribeSubnets": "subnetId", "DescribeVpcs": "vpcId"}


class Recorded:
    """Before moto. Where nothing was put in, AWS's answers as they are where there is nothing to tell."""

    def __init__(self, moto: gate.Application) -> None:
        self._moto = moto
        self.reset()

    def reset(self) -> None:
        self.json: dict[str, Any] = {
            "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
            "ListFirewallConfigs": {"FirewallConfigs": []},
            "ListFirewallRules": {"FirewallRules": []},
            "ListFirewallDomains": {"Domains": []},
            "ListFirewallDomainLists": {"FirewallDomainLists": []},
        }
        self.blocked = False  # Block Public Access, in both directions
        self.exempt: set[str] = set()  # subnets and VPCs
        self.enforced: dict[str, str] = {}  # the VPC's encryption control
        self.excluded: set[str] = set()  # kinds of resources, as the replies name them

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if environ.get("HTTP_HOST", "").startswith("route53profiles."):
            return _reply(start_response, "application/json", json.dumps({"ProfileAssociations": []}))
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        if operation == "UpdateFirewallDomains":
            self._update_domains(json.loads(body))
            return _reply(start_response, "application/x-amz-json-1.1", json.dumps({"Status": "UPDATING"}))
        if operation in self.json:
            return _reply(start_response, "application/x-amz-json-1.1", json.dumps(self.json[operation]))
        form = parse_qs(body.decode(errors="replace")) if b"Action=" in body else {}
        asked = {name: values[0] for name, values in form.items()}
        action = asked.get("Action", "")
        said = self._said(action, asked)
        if said is None and action in _OF_EACH and self.blocked:
            told = b"".join(self._moto(environ, lambda *_: None)).decode()
            return _reply(start_response, "text/xml", self._amended(told, _OF_EACH[action]))
        if said is None:
            return self._moto(environ, start_response)
        text = f"<{action}Response {_EC2}><requestId>r-1</requestId>{said}</{action}Response>"
        return _reply(start_response, "text/xml", text)

    def _said(self, action: str, asked: Mapping[str, str]) -> str | None:
        """What EC2 says; None where it is moto's to say."""
        if action == "DescribeVpcBlockPublicAccessOptions":
            mode = "block-bidirectional" if self.blocked else "off"
            fields = f"<internetGatewayBlockMode>{mode}</internetGatewayBlockMode><state>update-complete</state>"
            return f"<vpcBlockPublicAccessOptions>{fields}</vpcBlockPublicAccessOptions>"
        if action == "CreateVpcBlockPublicAccessExclusion":
            self.exempt.add(asked.get("SubnetId") or asked["VpcId"])
            return "<vpcBlockPublicAccessExclusion><state>create-complete</state></vpcBlockPublicAccessExclusion>"
        if action == "ModifyVpcEncryptionControl":
            chosen = {name for name, value in asked.items() if name.endswith(_EXCLUSION) and value == _ENABLE}
            self.excluded |= {f"{name[0].lower()}{name[1:].removesuffix(_EXCLUSION)}" for name in chosen}
            return f"<vpcEncryptionControl>{self._control()}</vpcEncryptionControl>"
        if action == "DescribeVpcEncryptionControls":
            item = f"<item>{self._control()}</item>" if self.enforced else ""
            return f"<vpcEncryptionControlSet>{item}</vpcEncryptionControlSet>"
        return None

    def _control(self) -> str:
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in self.enforced.items())
        each = "".join(f"<{kind}><state>enabled</state></{kind}>" for kind in sorted(self.excluded))
        return f"{fields}<resourceExclusions>{each}</resourceExclusions>"

    def _amended(self, reply: str, named: str) -> str:
        """AWS tells the mode of each subnet and VPC as well; an exclusion lets what goes out of it pass."""

        def told(found: re.Match[str]) -> str:
            mode = "block-ingress" if found[1] in self.exempt else "block-bidirectional"
            state = f"<internetGatewayBlockMode>{mode}</internetGatewayBlockMode>"
            return f"<blockPublicAccessStates>{state}</blockPublicAccessStates>{found[0]}"

        return re.sub(rf"<{named}>([^<]+)</{named}>", told, reply)

    def _update_domains(self, asked: Mapping[str, Any]) -> None:
        listed = self.json["ListFirewallDomains"]["Domains"]
        named = {each.rstrip(".") for each in asked["Domains"]}
        kept = [each for each in listed if each.rstrip(".") not in named]
        added = [f"{each}." for each in sorted(named)] if asked["Operation"] == "ADD" else []
        self.json["ListFirewallDomains"] = {"Domains": [*kept, *added]}


def _reply(start_response: Any, kind: str, text: str) -> list[bytes]:
    body = text.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-RequestId", "r-1")]
    start_response("200 OK", headers)
    return [body]
