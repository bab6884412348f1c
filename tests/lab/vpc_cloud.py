"""AWS as the laboratory's VPC reaches it: moto behind real TLS and real signatures, at the services' own host names.

One set of services answers on port 443 of every address of the endpoints' namespace, of the internet and of nowhere else;
what stands at an address instead, the fault, has a port of its own to which the firewall of its namespace leads.
"""

import email.utils
import json
import random
import runpy
import string
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import buckets
import front
import recorded
import servers
import vpc_wires
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from doctor.demo import gate
from tests import peers


def _key(seed: str) -> gate.Key:
    chance = random.Random(seed)

    def some(alphabet: str, length: int) -> str:
        return "".join(chance.choices(alphabet, k=length))

    return gate.Key(
        "ASIA" + some(string.ascii_uppercase + "234567", 16),
        some(string.ascii_letters + string.digits + "+/", 40),
        some(string.ascii_letters + string.digits, 400),
    )


ROLE, OPERATOR = _key("role"), _key("operator")
# Long-term keys of users, without a token: one of this account, and one of another.
_SETTINGS = runpy.run_path(str(Path(__file__).parent / "applications" / "configured" / "keys.py"))
STORED, FOREIGN = (gate.Key(_SETTINGS[name][0], _SETTINGS[name][1], "") for name in ("STORED", "FOREIGN"))
EXPIRED = gate.Fault(
    "ExpiredToken",
    "ExpiredTokenException",
    "ExpiredToken",
    "The security token included in the request is expired",
    "RequestExpired",
)
_DENIED = front.denied(f"User: {front.SESSION_ARN} is not authorized to perform this operation")
# What a function's role may not read, unless it is a doctor's: the network around it is the operator's to look at.
_CONTROL = ("ec2", "lambda", "iam", "route53", "route53resolver", "route53profiles")
_BEHAVIOURS = {
    "closed": 4000,  # nothing listens there
    "untrusted": 4001,
    "misnamed": 4002,
    "expired": 4003,
    "never-answers": 4004,
    "never-shakes-hands": 4005,
    "resets": 4006,
    "closes": 4007,
    "plain": 4008,
    "blocks": 4009,
    "redirects": 4010,
    "slow": 4011,
    "unsteady": 4012,
    "tells": 4013,  # says from which address it is called
}
PROXY_PORT, DATABASE_PORT = 3128, 5432
_CREDENTIALS_PORT = 9911
CREDENTIALS_URI = f"http://127.0.0.1:{_CREDENTIALS_PORT}/credentials"


class Cloud(gate.Gate):
    """The gate before moto. `held` is what AWS holds against the function's keys, `skew` how many seconds its clock is ahead.

    `reads` tells that the function's role may read the configuration around it, as a deployed doctor's may. What else the
    role may do is for the account's `policies` to say.
    """

    def __init__(self) -> None:
        self.recorded = recorded.Recorded(buckets.Buckets(DomainDispatcherApplication(create_backend_app)))
        super().__init__(self.recorded, [ROLE, OPERATOR, STORED, FOREIGN])
        self.reset()

    def reset(self) -> None:
        """Nothing is wrong with anybody."""
        self.held: gate.Fault | None = None
        self.skew = 0.0
        self.reads = False
        self.policies = front.Policies()
        self.recorded.reset()

    def fault(self, request: gate.Request) -> gate.Fault | None:
        said = request.headers.get("Authorization", "")
        if OPERATOR.id in said:
            return super().fault(request)
        if self.skew and said:
            return gate.LATE
        found = super().fault(request) or self.held
        if not found and not self.reads and any(f"/{service}/" in said for service in _CONTROL):
            return _DENIED
        return found or (self.policies.refusal(request) if ROLE.id in said else None)

    def _held(self, id_: str, token: str | None) -> gate.Key | gate.Fault:
        """A user's key comes without a token, and a token of somebody else's spoils it."""
        if id_ in (STORED.id, FOREIGN.id):
            return gate.UNKNOWN_KEY if token else self._keys[id_]
        return super()._held(id_, token)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[front.FROM] = environ["REMOTE_ADDR"]
        bucket = front.bucket_of(environ["HTTP_HOST"], environ["RAW_URI"])

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told = {name.lower() for name, _ in headers}
            if self.skew:
                now = datetime.now(UTC) + timedelta(seconds=self.skew)
                headers = [*headers, ("Date", email.utils.format_datetime(now, usegmt=True))]
            if front.region_of(bucket) and "x-amz-bucket-region" not in told:  # S3 tells it also where it denies
                headers = [*headers, ("x-amz-bucket-region", front.region_of(bucket))]
            return start_response(status, headers, *more)

        body = super().__call__(environ, started)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body


def serve(cloud: Cloud, contexts: servers.Contexts) -> None:
    """Listen at every address of the namespace that the calling thread is in."""
    server = make_server("::", 443, cloud, threaded=True, request_handler=servers.Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.socket = contexts.trusted.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    servers.serve(server)
    for name, behave in _behaving(contexts).items():
        peers.listen(behave, "0.0.0.0", _BEHAVIOURS[name])
    peers.unsteady("0.0.0.0", _BEHAVIOURS["unsteady"], peers.over_tls(contexts.trusted, peers.says(servers.FROM_AWS)))
    peers.listen(peers.stays_silent, "0.0.0.0", DATABASE_PORT)
    peers.listen(peers.proxies(("127.0.0.1", 443)), "0.0.0.0", PROXY_PORT)


def serve_credentials() -> None:
    """The container provider, which under SnapStart stands in for the variables."""
    until = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    issued = {"AccessKeyId": ROLE.id, "SecretAccessKey": ROLE.secret, "Token": ROLE.token, "Expiration": until}
    reply = peers.answer("200 OK", "Content-Type: application/json", body=json.dumps(issued))
    peers.listen(peers.says(reply), "127.0.0.1", _CREDENTIALS_PORT)


def _behaving(contexts: servers.Contexts) -> Mapping[str, Callable[[Any], None]]:
    def slow(connection: Any) -> None:
        connection.recv(4096)
        time.sleep(2.3)
        connection.sendall(servers.FROM_AWS)

    def tells(connection: Any) -> None:
        connection.sendall(connection.getpeername()[0].encode())

    return {
        "untrusted": peers.over_tls(contexts.strange, peers.stays_silent),
        "misnamed": peers.over_tls(contexts.misnamed, peers.stays_silent),
        "expired": peers.over_tls(contexts.expired, peers.stays_silent),
        "never-answers": peers.over_tls(contexts.trusted, peers.stays_silent),
        "never-shakes-hands": peers.stays_silent,
        "resets": peers.resets,
        "closes": peers.over_tls(contexts.trusted, peers.ends),
        "plain": peers.says(peers.answer("400 Bad Request", body="This port speaks HTTP.")),
        "blocks": peers.over_tls(contexts.trusted, peers.says(servers.BLOCKED)),
        "redirects": peers.over_tls(contexts.trusted, peers.says(servers.LOGIN)),
        "slow": peers.over_tls(contexts.trusted, slow),
        "tells": tells,
    }


def lead(all_: Mapping[str, vpc_wires.Namespace], at: Mapping[str, str]) -> None:
    """Put behaviours in AWS's place: each address's port 443 (or `ADDRESS:PORT`) leads to that behaviour."""
    lines = ["type nat hook prerouting priority -100;"]
    for place, behaviour in at.items():
        address, _, port = place.partition(":")
        lines.append(f"ip daddr {address} tcp dport {port or 443} redirect to :{_BEHAVIOURS[behaviour]}")
    text = "table ip at\ndelete table ip at\ntable ip at {\nchain in {\n" + "\n".join(lines) + "\n}\n}\n"
    for name in ("endpoints", "internet"):
        all_[name].shell("nft", "-f", "-", text=text)
