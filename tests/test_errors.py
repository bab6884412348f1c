"""From an error text to the checks that know it, and what texts say nothing."""

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from doctor import error_atlas, location, registry
from doctor.console import catalogue, errors
from doctor.verdict import InvalidRequest

cli = location.module(location.part("cli.py"), "doctor.cli")


def explain(text: str, given: str = "") -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(
        cli.doctor, ["explain", "--error", text, "--output", "json"], input=given, standalone_mode=False
    )
    said: dict[str, Any] = json.loads(done.output)
    return int(done.return_value), said


TEXTS: list[tuple[str, str, str]] = [
    ("NoRegionError: You must specify a region.", "client.region-missing", "dns"),
    ("PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", "credentials.partial", "dns"),
    ("ProfileNotFound: The config profile (dev) could not be found", "credentials.profile-selected", "dns"),
    ("ExpiredTokenException: The security token included in the request is expired", "credentials.expired", "network"),
    ("Rate Exceeded.", "function.concurrency-zero", ""),
    ("TooManyRequestsException: Rate Exceeded", "function.concurrency-zero", ""),
    ("SignatureDoesNotMatch: Signature not yet current", "credentials.clock-skew", "network"),
    ("No module named 'pydantic_core._pydantic_core'", "package.wrong-abi", "network"),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "reach.not-tls", "credentials"),
    ("[Errno 28] No space left on device", "function.temporary-space-full", ""),
    ('504 {"message": "Endpoint request timed out"}', "front.gateway-answered", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first", "ruled_out"), TEXTS)
def test_an_error_text_leads_to_its_check(text: str, first: str, ruled_out: str) -> None:
    code, said = explain(text)
    assert code == 0
    assert first in [candidate["check"] for candidate in said["candidates"]][:2]
    assert len(said["candidates"]) <= 6
    assert not ruled_out or any(entry.startswith(f"{ruled_out}.*") for entry in said["ruled_out"])


def test_an_answer_of_awss_own_clears_the_network() -> None:
    """The lesson of the first incident: this error was taken for a VPC fault for days."""
    text = "An error occurred (UnrecognizedClientException): The security token included in the request is invalid."
    read = errors.read(text)
    assert "credentials.missing-session-token" in [candidate.check for candidate in read.candidates]
    assert not any(candidate.check.startswith(("dns.", "network.", "reach.")) for candidate in read.candidates)


def test_an_unknown_text_is_three() -> None:
    code, said = explain("-", given="the cat sat on the mat")
    assert (code, said) == (3, {"candidates": [], "ruled_out": [], "unjudged": []})


def test_what_no_check_of_this_version_judges_is_told_all_the_same() -> None:
    code, said = explain("Unable to import module 'app': No module named 'requests'")
    assert code == 0
    assert {each["check"] for each in said["candidates"]} == {"package.import-fails", "package.wrong-abi"}
    assert said["unjudged"][0] == (
        "“no module named”: a module is not in the package, its layers or the runtime — "
        "no check of this version judges all that this can mean"
    )
    code, said = explain("CodeStorageExceededException")
    assert (code, said["candidates"]) == (3, [])
    assert said["unjudged"][0].endswith("the package is over Lambda's limit — no check of this version judges it")


@pytest.mark.parametrize("code", ["EC2ThrottledException", "ENILimitReachedException", "EniLimitExceeded"])
def test_what_lambda_says_before_it_starts_the_function_is_no_answer_of_the_functions_network(code: str) -> None:
    read = errors.read(code)
    assert [candidate.check for candidate in read.candidates] == ["function.not-active"]
    assert "Lambda" in read.candidates[0].why
    for area in ("dns", "network", "reach"):
        assert any(entry.startswith(f"{area}.*: Lambda itself says it before") for entry in read.ruled_out)
    assert not any("AWS itself answered" in entry for entry in read.ruled_out)


@pytest.mark.parametrize("text", ["Runtime exited with error: signal: killed Runtime.ExitError", "signal: killed"])
def test_what_is_mostly_so_is_not_certain(text: str) -> None:
    (found,) = errors.read(text).candidates
    assert found.check == "function.out-of-memory"
    assert "mostly for want of memory — possibly: " in found.why


@pytest.mark.parametrize(
    "text",
    [
        "number 5",
        "eu-west-1",
        "KeyError: 'id' line 12",
        "404",
        "it took 502 tries",
        "An error occurred",
        "MyValueErrors",
        "[Errno 1] x",
        "inconclusive",
    ],
)
def test_a_number_or_a_common_word_points_at_nothing(text: str) -> None:
    assert errors.read(text).candidates == ()


def test_a_status_is_no_other_status() -> None:
    assert [found.check for found in errors.read("502 Bad Gateway").candidates] == ["front.gateway-answered"]
    assert errors.read("404 Bad Gateway").candidates == ()


@pytest.mark.parametrize("after", ["3.00", "30", "300", "300.00", "N"])
def test_a_duration_may_be_any(after: str) -> None:
    assert "client.unbounded-timeouts" in [
        found.check for found in errors.read(f"Task timed out after {after} seconds").candidates
    ]


@pytest.mark.parametrize("after", ["30.00", "6", "900.00", "N"])
def test_a_function_that_was_ended_while_it_waited_leads_to_what_drops_packets(after: str) -> None:
    code, said = explain(f"2026-01-01T00:00:00Z 1-2-3 Task timed out after {after} seconds")
    assert code == 0
    named = [candidate["check"] for candidate in said["candidates"]]
    assert named[:2] == ["network.no-route", "client.unbounded-timeouts"]
    assert {"network.egress-blocked", "network.endpoint-ingress-blocked"} <= set(named)
    assert len(named) == 6
    assert said["candidates"][0]["separate"] == "doctor examine FUNCTION --only network.no-route"
    assert (
        said["candidates"][1]["separate"] == "doctor examine FUNCTION --via deployed --only client.unbounded-timeouts"
    )


def test_three_seconds_are_lambdas_default_and_may_be_too_few() -> None:
    named = [found.check for found in errors.read("Task timed out after 3.00 seconds").candidates]
    assert named[:2] == ["function.timeout-below-dependencies", "client.unbounded-timeouts"]
    assert {"network.no-route", "network.egress-blocked"} <= set(named)


def test_what_a_log_says_beside_the_end_tells_more() -> None:
    text = "ConnectTimeoutError: Connect timeout on endpoint URL\nTask timed out after 30.00 seconds"
    assert errors.read(text).candidates[0].check == "reach.connect-timeout"
    slow = "[SSL: WRONG_VERSION_NUMBER] wrong version number\nTask timed out after 30.00 seconds"
    assert errors.read(slow).candidates[0].check == "reach.not-tls"


@pytest.mark.parametrize(
    "text",
    [
        'connection to server at "db.internal" (10.0.0.5), port 5432 failed: Connection timed out',
        'connection to server at "db.internal" (10.0.0.5), port 5432 failed: timeout expired',
        "psycopg2.OperationalError: timeout expired",
        'could not connect to server: Connection timed out\n\tIs the server running on host "db.internal" (10.0.0.5)?',
        "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'db.internal' (timed out)\")",
        "redis.exceptions.TimeoutError: Timeout connecting to server",
        "redis.exceptions.ConnectionError: Error 110 connecting to cache.internal:6379. Connection timed out.",
    ],
)
def test_a_database_that_does_not_answer_leads_to_its_own_security_group(text: str) -> None:
    checks = [candidate.check for candidate in errors.read(text).candidates]
    assert checks[:2] == ["reach.connect-timeout", "network.target-ingress-blocked"]
    assert "network.endpoint-ingress-blocked" not in checks


# What other programs and SDKs say of the same faults, and a check that must stand among the first two.
OTHERS = [
    ("curl: (6) Could not resolve host: sqs.eu-central-1.amazonaws.com", "dns.resolver-silent"),
    (
        "curl: (7) Failed to connect to 10.0.0.5 port 443 after 0 ms: Couldn't connect to server",
        "reach.connection-refused",
    ),
    ("curl: (28) Failed to connect to x port 443 after 5001 ms: Couldn't connect to server", "reach.connect-timeout"),
    ("curl: (28) Failed to connect to x port 443 after 5001 ms: Timeout was reached", "reach.connect-timeout"),
    ("curl: (35) error:0A00010B:SSL routines::wrong version number", "reach.not-tls"),
    ("curl: (52) Empty reply from server", "reach.connection-reset"),
    ("curl: (60) SSL certificate problem: unable to get local issuer certificate", "reach.certificate-untrusted"),
    (
        "curl: (60) SSL: no alternative certificate subject name matches target host name 'x'",
        "reach.certificate-wrong-name",
    ),
    ("TimeoutError: Socket timed out without establishing a connection within 5000 ms", "reach.connect-timeout"),
    ("Error: socket hang up code:ECONNRESET", "reach.connection-reset"),
    ("TypeError: fetch failed cause Error: unable to verify the first certificate", "reach.certificate-untrusted"),
    ("Error: self signed certificate in certificate chain", "reach.certificate-untrusted"),
    ("Error: Hostname/IP does not match certificate's altnames: Host: x.", "reach.certificate-wrong-name"),
    ("CredentialsProviderError: Could not load credentials from any providers", "credentials.none-found"),
    (
        "Unable to execute HTTP request: Connect to sqs:443 [x/1.2.3.4] failed: connect timed out",
        "reach.connect-timeout",
    ),
    ("javax.net.ssl.SSLHandshakeException: PKIX path building failed", "reach.certificate-untrusted"),
    ('Post "https://sqs": dial tcp 192.0.2.24:443: i/o timeout', "reach.connect-timeout"),
    ("dial tcp: lookup sqs.eu-west-9.amazonaws.com on 10.0.0.2:53: no such host", "dns.name-not-found"),
    ("x509: certificate signed by unknown authority", "reach.certificate-untrusted"),
    ("Error loading SSO Token: Token for work does not exist", "credentials.expired"),
]


@pytest.mark.parametrize(("text", "check"), OTHERS, ids=[text[:40] for text, _ in OTHERS])
def test_what_curl_and_other_sdks_say_leads_to_the_same_checks(text: str, check: str) -> None:
    read = errors.read(text)
    assert check in [candidate.check for candidate in read.candidates[:2]]
    assert not any(candidate.certain for candidate in read.candidates)


def test_a_candidate_says_what_it_would_mean() -> None:
    why = errors.read("[Errno 111] Connection refused").candidates[0].why
    assert why.startswith("“errno 111”: nothing listens there")
    assert why.endswith("possibly: nothing listens on the host's port, or something refuses for it")


def checks(text: str) -> list[str]:
    return [candidate.check for candidate in errors.read(text).candidates]


DENIAL = (
    "An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:sts::123456789012:assumed-role/"
    "jobs/jobs is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:123456789012:jobs "
)
ACTION = "the sqs:SendMessage action"
TAILS = [
    (f"because no identity-based policy allows {ACTION}", "permission.identity-policy"),
    ("with an explicit deny in an identity-based policy", "permission.identity-policy"),
    (f"because no service control policy allows {ACTION}", "permission.service-control-policy"),
    (
        "with an explicit deny in a service control policy: arn:aws:organizations::1:policy",
        "permission.service-control-policy",
    ),
    ("with an explicit deny in a resource control policy", "permission.resource-control-policy"),
    (f"because no permissions boundary allows {ACTION}", "permission.boundary"),
    ("with an explicit deny in a permissions boundary", "permission.boundary"),
    (f"because no session policy allows {ACTION}", "permission.session-policy"),
    ("with an explicit deny in a sessions policy", "permission.session-policy"),
    (f"because no VPC endpoint policy allows {ACTION}", "permission.endpoint-policy"),
    ("with an explicit deny in a VPC endpoint policy", "permission.endpoint-policy"),
    (
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        "permission.service-control-policy",
    ),
    (f"because no resource-based policy allows {ACTION}", "permission.resource-policy"),
    ("with an explicit deny in a resource-based policy", "permission.resource-policy"),
]


@pytest.mark.parametrize(("tail", "check"), TAILS)
def test_the_tail_of_a_denial_names_the_policy(tail: str, check: str) -> None:
    read = errors.read(DENIAL + tail)
    assert read.candidates[0].check == check
    assert not any(
        each.check.startswith("permission.") for each in read.candidates[1:] if each.check != "permission.key-access"
    )
    assert any(entry.startswith("credentials.rejected: ") for entry in read.ruled_out)
    assert not any("certain" in each.why for each in read.candidates[1:])
    assert ("certain" in read.candidates[0].why) == (len(read.candidates) == 1)


@pytest.mark.parametrize(("tail", "check"), TAILS)
def test_words_that_every_denial_has_speak_for_no_other_kind(tail: str, check: str) -> None:
    text = DENIAL.replace(
        "sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:123456789012:jobs", "s3:GetObject on resource: x"
    )
    named = {each for each in checks(text + tail.replace("sqs:SendMessage", "s3:GetObject")) if each.startswith("perm")}
    assert named <= {check, "permission.key-access"}


def test_a_denial_by_resource_or_endpoint_does_not_excuse_the_way() -> None:
    """A call that went through NAT is denied by a policy that asks for the endpoint."""
    for tail in ("with an explicit deny in a resource-based policy", "with an explicit deny in a VPC endpoint policy"):
        assert not any(entry.startswith("dns.") for entry in errors.read(DENIAL + tail).ruled_out)
    assert "dns.public-answer" in checks(DENIAL + "with an explicit deny in a resource-based policy")


@pytest.mark.parametrize(
    "text",
    [
        "An error occurred (403) when calling the HeadObject operation: Forbidden",
        "An error occurred (400) when calling the HeadBucket operation: Bad Request",
        "NoSuchBucket: The specified bucket does not exist",
        "PermanentRedirect",
        "TooManyRequestsException",
    ],
)
def test_an_answer_that_nobody_had_to_sign_for_says_nothing_of_credentials(text: str) -> None:
    """S3 tells strangers as well that there is no bucket, and an answer to HEAD has no body to tell a code in."""
    read = errors.read(text)
    assert read.candidates
    assert not any(entry.startswith("credentials.") for entry in read.ruled_out)


def test_a_command_names_what_the_text_names() -> None:
    read = errors.read(DENIAL + f"because no identity-based policy allows {ACTION}")
    assert "--role-name jobs " in read.candidates[0].separate
    assert read.candidates[0].separate.endswith(
        "--action-names sqs:SendMessage --resource-arns arn:aws:sqs:eu-west-1:123456789012:jobs"
    )
    for unfit in ("arn:aws:s3:::files/*", "arn:aws:s3:::$(reboot)", "nothing"):  # no text is a command
        other = errors.read(DENIAL.replace("arn:aws:sqs:eu-west-1:123456789012:jobs", unfit))
        assert "reboot" not in other.candidates[0].separate
        assert "*" not in other.candidates[0].separate
    nameless = errors.read("because no identity-based policy allows the x action").candidates[0].separate
    assert "--role-name ROLE " in nameless
    assert nameless.endswith(" ACTION --resource-arns RESOURCE_ARN")


NETWORK = ("dns.", "network.", "reach.")
# What incident records and public pages believe, and no text may lead to: the theory, a text that tempts to it, the checks
# that would say so, and words by which the reading refutes it.
MYTHS: list[tuple[str, str, tuple[str, ...], str]] = [
    ("endpoints need egress", "Connect timeout on endpoint URL", ("network.model-contradicted",), "egress rule on the endpoint"),
    ("functions need ingress", "Connect timeout on endpoint URL", ("network.acl-ingress",), "ingress rule on the function"),
    ("executions take addresses", "SubnetIPAddressLimitReachedException", ("function.concurrency-zero",), "each concurrent"),
    ("interfaces need a route", "The function is currently in the following state: Pending", NETWORK[:1], "the EC2 API"),
    ("clients connect when created", "Task timed out after 30.00 seconds", ("client.slow-creation",), "created at import"),
    ("credentials come from STS", "UnrecognizedClientException", (*NETWORK, "client.global-sts-host"), "STS endpoint"),
    ("credentials need time", "InvalidClientTokenId", (*NETWORK, "identity."), "after a cold start"),
    ("29 seconds are for ever", '{"message": "Endpoint request timed out"}', NETWORK, "29 seconds"),
    ("regional tokens are regional", "InvalidClientTokenId", ("client.region-differs",), "regional STS endpoint"),
    ("keep-alive beats NAT", "ConnectionClosedError: Connection was closed", ("network.nat-",), "tcp_keepalive"),
    ("groups block the resolver", "[Errno -3] Temporary failure in name resolution", ("network.",), "own resolver"),
    ("other zones are broken", "Connect timeout on endpoint URL", ("network.endpoint-zone",), "another zone"),
    ("a retry helps", "The security token included in the request is invalid", (*NETWORK, "client.retries"), "retry or refresh"),
    ("S3 makes buckets", "NoSuchBucket: The specified bucket does not exist", NETWORK, "S3 makes a bucket"),
    ("a token is missing", '{"message":"Missing Authentication Token"}', ("credentials.",), "says the same"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "never", "refuted"), [myth[1:] for myth in MYTHS], ids=[myth[0] for myth in MYTHS])
def test_a_myth_stays_ruled_out(text: str, never: tuple[str, ...], refuted: str) -> None:
    read = errors.read(text)
    assert read.candidates
    assert not [candidate.check for candidate in read.candidates if candidate.check.startswith(never)]
    assert any(refuted in entry for entry in read.ruled_out)


# The same symptom, several causes: each must be among the candidates.
CONFUSIONS = [
    ("Task timed out after 30.00 seconds", "network.no-route client.unbounded-timeouts"),
    ("Task timed out after 3.00 seconds", "network.no-route function.memory-small function.timeout-below-dependencies"),
    ("Connect timeout on endpoint URL", "network.endpoint-ingress-blocked network.no-route network.egress-blocked"),
    ("Connect timeout on endpoint URL", "dns.public-answer network.public-subnet reach.connect-timeout"),
    ('Connect timeout on endpoint URL: "https://sts.amazonaws.com/"', "client.global-sts-host network.no-route"),
    ("Could not connect to the endpoint URL", "dns.name-not-found dns.resolver-silent reach.connection-refused"),
    ("Could not connect to the endpoint URL", "client.region-unknown client.endpoint-override"),
    ("Read timeout on endpoint URL", "reach.handshake-timeout reach.no-response client.slow-service"),
    (
        "The security token included in the request is invalid",
        "credentials.blank-explicit-keys credentials.placeholder-keys",
    ),
    (
        "The security token included in the request is invalid",
        "credentials.environment-overridden credentials.role-recreated",
    ),
    (
        "An error occurred (AccessDenied) when calling X: Access Denied",
        "permission.identity-policy permission.key-access",
    ),
    (
        "An error occurred (AccessDenied) when calling X: Access Denied",
        "permission.endpoint-policy permission.resource-policy",
    ),
    ("An error occurred (403) when calling the ListQueues operation: <html>", "reach.not-aws"),
    ("No module named 'requests'", "package.import-fails package.wrong-abi"),
    ("x.so: cannot open shared object file", "package.wrong-architecture"),
]


@pytest.mark.parametrize(("text", "among"), CONFUSIONS)
def test_causes_that_look_alike_are_all_named(text: str, among: str) -> None:
    assert set(among.split()) <= set(checks(text))


CATALOGUE = Path(__file__).parent.parent.parent / "shared" / "catalogue.yaml"


def quoted() -> list[tuple[str, str]]:
    """Each text that the catalogue quotes, and the check that it quotes it for."""
    found, area = [], ""
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines() if CATALOGUE.is_file() else ():
        if heading := re.fullmatch(r"([a-z]+):", line):
            area = heading[1]
        fault, texts = re.match(r"  ([a-z0-9-]+): \{", line), re.search(r'[ ,]text: "((?:[^"\\]|\\.)*)"', line)
        if fault and texts:
            found += [(f"{area}.{fault[1]}", text) for text in texts[1].replace('\\"', '"').split("; ")]
    return found


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue lies beside the project's own checkout only")
def test_every_text_of_the_catalogue_leads_to_the_check_that_it_stands_for() -> None:
    assert len(quoted()) > 90
    astray = [
        (check_id, text)
        for check_id, text in quoted()
        for read in [errors.read(text)]
        if check_id not in [candidate.check for candidate in read.candidates]
        and (check_id in registry.built_in() or not any("no check of this version" in told for told in read.unjudged))
    ]
    assert not astray


# What the record of failures quotes: the text, what must be named (first of all where it stands first), and what must not.
# Where nothing is named, no check of this version judges it, and that is said.
RECORDED = [
    ("Lambda was unable to configure your environment variables because the environment variables you have provided "
     "contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION",
     "", "function.environment-too-large"),
    ("contains reserved keys that are currently not supported … Reserved keys used in this request: AWS_REGION", "", "function."),
    ("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded "
     "the 4KB limit", "function.environment-too-large", ""),
    ("DisabledKMSKey", "permission.key-access", "network. identity."),
    ("KMSKeyAccessDenied", "permission.key-access", "network. identity."),
    ("KMSKeyNotFound", "permission.key-access", "network. identity."),
    ("InvalidStateKMSKey", "permission.key-access", "network. identity."),
    ("KMSDisabledException", "permission.key-access", "network. identity."),
    ("KMSInvalidStateException", "permission.key-access", "network. identity."),
    ("InsufficientRolePermissions", "permission.identity-policy", "network. identity."),
    ("EC2AccessDeniedException", "permission.identity-policy", "network."),
    ("The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
     "permission.identity-policy", "network."),
    ("ImageAccessDenied", "function.not-active", "network. identity."),
    ("EFSMountConnectivityException", "function.not-active network.target-ingress-blocked", "network.addresses identity."),
    ("EFSMountTimeoutException", "function.not-active", "network. identity."),
    ("SubnetIPAddressLimitReachedException", "network.addresses-exhausted", "identity."),
    ("ENILimitReachedException", "function.not-active", "identity."),
    ("FunctionError.InitTimeout", "function.memory-small function.not-active", "network."),
    ("SnapStartTimeoutException", "", "network. reach."),
    ("ThrottlingException", "", "function.concurrency-zero"),
    ("An error occurred (ThrottlingException) when calling the X operation: Rate exceeded", "", "function.concurrency-zero"),
    ("TooManyRequestsException: Rate Exceeded", "function.concurrency-zero", "network."),
    ('Read timeout on endpoint URL: "https://us-west-2.queue.amazonaws.com/"', "client.legacy-host", "credentials."),
    ('Connect timeout on endpoint URL: "https://us-west-2.queue.amazonaws.com/"', "client.legacy-host", "credentials."),
    ("Connect timeout on endpoint URL: https://us-west-2.queue.amazonaws.com/", "client.legacy-host", "credentials."),
    ('Read timeout on endpoint URL: "https://sts.amazonaws.com/"', "client.global-sts-host reach.no-response", "credentials."),
    ("Connect timeout on endpoint URL: https://sts.amazonaws.com/", "client.global-sts-host", "credentials."),
    ("Connect timeout on endpoint URL: https://sts.eu-west-1.amazonaws.com/", "reach.connect-timeout", "client.global-sts-host"),
    ("cannot import name 'DEFAULT_CIPHERS' from 'urllib3.util.ssl_'", "client.shadowed-sdk", "reach."),
    ("set_ciphers() argument must be str, not None", "client.shadowed-sdk", "reach."),
    ("java.net.UnknownHostException: sqs.eu-west-1.amazonaws.com", "dns.name-not-found dns.resolver-silent", "credentials."),
    ("private-dns-enabled cannot be set because there is already a conflicting DNS domain for ec2.eu-west-1.amazonaws.com",
     "dns.private-zone-shadows", "credentials."),
    ("ConflictingDomainExists", "dns.private-zone-shadows", "credentials."),
    ('psycopg2.OperationalError: connection to server at "db" (10.0.0.5), port 5432 failed: timeout expired',
     "reach.connect-timeout", "permission."),
    ("OperationalError … timeout expired", "reach.connect-timeout", "permission."),
    ("connect ETIMEDOUT 10.0.0.5:5432", "reach.connect-timeout", "permission."),
    ("RequestEntityTooLargeException", "", "network."),
    ("InvalidParameterValueException … Code storage limit exceeded", "", "function. permission. resource."),
    ("CodeStorageExceededException", "", "function. permission."),
    ("Connection pool is full, discarding connection: sqs.eu-west-1.amazonaws.com. Connection pool size: 10",
     "", "network. reach."),
    ("Runtime.MarshalError: Unable to marshal response: Object of type Decimal is not JSON serializable", "", "network. reach."),
    ("MissingParameter: The request must contain the parameter MessageGroupId", "", "network. permission."),
    ("Extension.Crash", "", "network."),
    ("Lambda was unable to decrypt the environment variables", "permission.key-access", "network."),
    ("SSLError: hostname doesn't match", "reach.certificate-wrong-name", "reach.certificate-untrusted"),
    ("SSLError … hostname 'x' doesn't match 'y'", "reach.certificate-wrong-name", "reach.certificate-untrusted"),
    ("SSLError: SSL validation failed … CERTIFICATE_VERIFY_FAILED self-signed certificate",
     "reach.certificate-untrusted", "credentials."),
    ("[Errno 30] Read-only file system: '/var/task/x'", "function.temporary-space-full", "network."),
    ("Queue visibility timeout: 30 seconds is less than Function timeout: 300 seconds",
     "resource.queue-visibility-short", "network."),
    ("InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.",
     "credentials.missing-session-token", "network."),
    ("ProxyConnectionError: Failed to connect to proxy URL", "client.proxy-unreachable", "permission."),
    ("/lib64/libc.so.6: version 'GLIBC_2.28' not found (required by /var/task/x.so)", "", "network."),
    ("libGL.so.1: cannot open shared object file", "package.wrong-architecture", "network."),
    ("the refreshed credentials are still expired", "credentials.expired", "network."),
    ("Unzipped size must be smaller than 262144000 bytes", "", "network."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "named", "never"), RECORDED, ids=[recorded[0][:60] for recorded in RECORDED])
def test_what_the_record_of_failures_quotes_has_an_answer_and_no_wrong_one(text: str, named: str, never: str) -> None:
    read = errors.read(text)
    found = [candidate.check for candidate in read.candidates]
    assert set(named.split()) <= set(found)
    assert found[:1] == named.split()[:1] or not named
    assert named or any("no check of this version judges" in told for told in read.unjudged)
    assert not [check_id for check_id in found if never and check_id.startswith(tuple(never.split()))]


@pytest.mark.parametrize(
    "text",
    [
        "FileNotFoundError: [Errno 2] No such file or directory: 'config.json'",
        "InvalidParameterValueException",
        "botocore.exceptions.ClientError: An error occurred (InvalidParameterValueException)",
    ],
)
def test_what_any_program_says_leads_nowhere(text: str) -> None:
    read = errors.read(text)
    assert (read.candidates, read.unjudged) == ((), ())


# How a reading is shown


def page(text: str) -> str:
    return catalogue.reading(text, "terminal")[1]


def test_a_meaning_is_told_once_however_many_checks_it_leads_to() -> None:
    said = page("Connect timeout on endpoint URL")
    assert said.count("packets are dropped without a word") == 1
    assert said.count("no answer of AWS came back") == 1
    assert "2. network.no-route: a subnet of the function has no route to the target" in said
    assert "not so" not in said
    both = page("[Errno 111] Connection refused\n[SSL: WRONG_VERSION_NUMBER] wrong version number")
    assert (both.count("nothing listens there"), both.count("who answered does not speak TLS\n")) == (1, 1)
    partly = page("No module named 'requests'")
    assert partly.count("a module is not in the package") == 1
    assert "   no check of this version judges all that this can mean\n" in partly


def test_what_is_certain_is_told_so() -> None:
    assert "1. permission.session-policy: certain: the policy" in page(
        DENIAL + "with an explicit deny in a session policy"
    )
    assert "certain" not in page("[Errno 111] Connection refused")


def test_what_only_the_inside_knows_is_asked_of_the_function_and_not_of_this_machine() -> None:
    commands = {each.check: each.separate for each in errors.read("Connect timeout on endpoint URL").candidates}
    assert commands["reach.connect-timeout"] == "doctor examine FUNCTION --via deployed --only reach.connect-timeout"
    assert commands["dns.public-answer"] == "doctor examine FUNCTION --via deployed --only dns.public-answer"
    assert commands["network.no-route"] == "doctor examine FUNCTION --only network.no-route"
    said = page("Connect timeout on endpoint URL")
    assert "In the commands put your own in place of FUNCTION." in said
    assert "`--via deployed` asks the function itself" in said


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("UnauthorizedSSOTokenError", "credentials.expired"),
        ("NoRegionError: You must specify a region.", "client.region-missing"),
    ],
)
def test_what_a_persons_own_machine_says_is_asked_of_it(text: str, check: str) -> None:
    assert errors.read(text).candidates[0].separate == f"doctor examine --only {check}"
    assert "FUNCTION" not in page(text)


def test_every_blank_of_a_command_is_said_to_be_one() -> None:
    said = page("An error occurred (AccessDenied) when calling the X operation: Access Denied")
    blanks = set(re.search(r"in place of (.*)\.\n", said)[1].split(", "))  # type: ignore[index]
    assert {"ROLE", "ACTION", "RESOURCE_ARN", "KEY", "BUCKET"} <= blanks


def test_what_is_broken_is_told_for_every_check() -> None:
    assert set(error_atlas.atlas().faults) == set(registry.built_in())


PAIRS = [
    ("UnrecognizedClientException", "credentials.missing-session-token"),
    ("Connect timeout on endpoint URL", "reach.connect-timeout"),
    ("NoSuchBucket: The specified bucket does not exist", "resource.bucket-missing"),
    (DENIAL + f"because no identity-based policy allows {ACTION}", "permission.identity-policy"),
    ("NoRegionError: You must specify a region.", "client.region-missing"),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "reach.not-tls"),
    ("No module named 'pydantic_core._pydantic_core'", "package.wrong-abi"),
    ("[Errno 28] No space left on device", "function.temporary-space-full"),
    ("Task timed out after 30.00 seconds", "network.no-route"),
]


@pytest.mark.parametrize("first", PAIRS, ids=lambda pair: pair[1])
@pytest.mark.parametrize("second", PAIRS, ids=lambda pair: pair[1])
def test_a_text_of_two_errors_names_both_and_clears_neithers_way(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    read = errors.read(f"{first[0]}\n2026-01-01 something else\n{second[0]}")
    named = [candidate.check for candidate in read.candidates]
    assert {first[1], second[1]} <= set(named[:4])
    cleared = tuple(entry.partition(":")[0].removesuffix("*") for entry in read.ruled_out)
    assert not [check_id for check_id in named if check_id.startswith(cleared)]


STACK = """START RequestId: 8f5c Version: $LATEST
[ERROR] ClientError: An error occurred (InvalidClientTokenId) when calling the GetQueueUrl operation: The security token
included in the request is invalid.
Traceback (most recent call last):
\xa0\xa0File "/var/task/app.py", line 12, in handler
    raise error_class(parsed_response, operation_name)
END RequestId: 8f5c
REPORT RequestId: 8f5c\tDuration: 102.25 ms\tMemory Size: 128 MB
"""
NOISE = "2026-01-01T00:00:00.000Z 8f5c INFO worked on item 17 of 404, took 502 ms\n"
EMBEDDED = [
    STACK,
    json.dumps({"errorMessage": STACK, "errorType": "ClientError", "stackTrace": ["a", "b"]}),
    json.dumps(json.dumps({"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "…"})),
    "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>x</Message></Error></ErrorResponse>",
    "x-amzn-errortype: UnrecognizedClientException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    "botocore.errorfactory.UnrecognizedClientException: An error occurred",
    NOISE * 15_000 + STACK,
    STACK + NOISE * 15_000,
    "\x1b[31mAn error occurred (\x1b[1mInvalidClientTokenId\x1b[0m) when calling\x1b[0m",
    "\0\x01\xff garbage InvalidClientTokenId \udcff \u202e",
]


@pytest.mark.parametrize("text", EMBEDDED, ids=range(len(EMBEDDED)))
def test_the_error_is_found_in_what_surrounds_it(text: str) -> None:
    assert "credentials.missing-session-token" in checks(text)


def test_what_lambda_quotes_of_kms_is_not_the_callers_own_error() -> None:
    text = (
        "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's "
        "KMS key settings. KMS Exception: UnrecognizedClientException KMS Message: The security token is invalid."
    )
    assert checks(text)[0] == "permission.key-access"
    assert "credentials.missing-session-token" not in checks(text)


HOSTILE = {
    "one word": "a",
    "dots": "a.",
    "digits": "1",
    "escapes": '\\"',
    "one phrase": "signature expired: ",
    "half a phrase": "because no identity-based policy allows the ",
    "half an address": 'connect timeout on endpoint url: "https://',
    "names": "AccessDeniedX xAccessDenied ",
    "controls": "\0\x1b[",
    "brackets": "([{<",
}


@pytest.mark.parametrize("length", [50_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_no_text_hangs_it(unit: str, length: int) -> None:
    """What grows with the square takes hours for a million characters. Measured: at most 1.5 s of CPU."""
    text = unit * (length // len(unit))
    began = time.process_time()
    read = errors.read(text)
    assert time.process_time() - began < 10
    assert len(read.candidates) <= 6


def test_no_text_crashes_it() -> None:
    chance = random.Random(20261122)
    words = [piece for row in error_atlas.atlas().rows for piece in (*row.codes, *row.says, row.example)]
    for _ in range(60):
        parts = [chance.choice(words) for _ in range(chance.randrange(1, 6))]
        parts += ["".join(chr(chance.choice((chance.randrange(256), chance.randrange(0x110000)))) for _ in range(9))]
        chance.shuffle(parts)
        read = errors.read(chance.choice((" ", "\n", "")).join(parts))
        assert len(read.candidates) <= 6
        assert len({candidate.check for candidate in read.candidates}) == len(read.candidates)


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_an_empty_text_is_bad_input(text: str) -> None:
    with pytest.raises(InvalidRequest, match="holds no text"):
        errors.read(text)
    assert cli.run(["explain", "--error", text]) == 2


SECRETS = ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "hunter2hunter2"]


def test_no_secret_of_the_text_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRETS[2])
    text = (
        f"{SECRETS[0]} {SECRETS[1]} User: arn:aws:sts::123456789012:assumed-role/{SECRETS[2]}/x is not authorized to "
        f"perform: sqs:SendMessage because no identity-based policy allows the {SECRETS[2]} action; InvalidClientTokenId "
        f"password={SECRETS[2]} Connect timeout on endpoint URL: https://user:{SECRETS[2]}@host/"
    )
    _, said = explain(text)
    assert said["candidates"]
    assert not [secret for secret in [*SECRETS, "123456789012"] if secret in json.dumps(said)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_any_shell_is_read(encoding: str) -> None:
    assert errors.decoded("NoRegionError ü".encode(encoding)) == "NoRegionError ü"


def test_bytes_that_are_no_text_lead_nowhere() -> None:
    assert errors.read(errors.decoded(bytes(range(256)) * 100)) == errors.Reading(candidates=(), ruled_out=())


def test_a_number_of_the_text_is_told_as_it_stands_there() -> None:
    assert "“task timed out after 3.00 seconds”" in page("Task timed out after 3.00 seconds")
    assert "“port 5432 failed: connection timed out”" in page("port 5432 failed: Connection timed out")
    assert "#" not in page("dial tcp 192.0.2.24:443: i/o timeout")
