"""The atlas of errors: held to botocore's own models, to the runtime's own names, and to the catalogue of faults."""

import dataclasses
import fnmatch
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import awslambdaric.lambda_runtime_exception as runtime
import botocore.exceptions
import botocore.session
import pytest

from doctor import error_atlas, registry
from doctor.console import catalogue, errors
from doctor.decode import MisfitError
from doctor.error_atlas import Row
from doctor.evidence.caller import REJECTIONS, SIGNATURE_CODES
from doctor.policies import denial
from doctor.policies.kinds import Kind
from doctor.verdict import InvalidRequest

KNOWN = error_atlas.atlas()
CATALOGUE = Path(__file__).parent.parent.parent / "shared" / "catalogue.yaml"
FAMILIES = {
    "json",
    "query",
    "ec2",
    "rest-xml",
    "rest-json",
    "botocore",
    "urllib3",
    "python",
    "lambda",
    "apigateway",
    "front",
    "curl",
    "node",
    "java",
    "go",
    "postgresql",
    "mysql",
}
SOURCES = ("botocore", "botocore:", "AWS: ", "thread: ", "public code: ", "measured", "awslambdaric", "believed")


def label(row: Row) -> str:
    return f"{row.cause}: {(*row.codes, *row.says)[0]}"


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def declared(service: str) -> dict[str, int | None]:
    """The codes that a service's model declares, and the status of each where it tells one."""
    found: dict[str, int | None] = {}
    for name, shape in model(service)._service_description["shapes"].items():
        if shape.get("exception"):
            error = shape.get("error", {})
            found |= {name: error.get("httpStatusCode"), error.get("code", name): error.get("httpStatusCode")}
    return found


def s3_codes() -> dict[str, int]:
    """S3's own list, which stands in the documentation of its model."""
    told = re.sub(
        r"<[^>]+>", " ", model("s3")._service_description["shapes"]["Error"]["members"]["Code"]["documentation"]
    )
    found = re.findall(r"Code:\s+([A-Za-z]+)\s.*?HTTP Status Code:\s+(\d{3})", re.sub(r"\s+", " ", told))
    return {code: int(status) for code, status in found}


ROWS = [pytest.param(row, id=label(row)) for row in KNOWN.rows]


def test_each_services_protocol_is_the_one_that_botocore_speaks() -> None:
    assert {service: model(service).metadata["protocol"] for service in KNOWN.services} == KNOWN.services


@pytest.mark.parametrize("row", [row for row in KNOWN.rows if row.source.startswith("botocore:")], ids=label)
def test_a_row_taken_from_a_model_stands_there(row: Row) -> None:
    service, _, shape = row.source.removeprefix("botocore:").partition(" ")
    if shape == "StateReasonCode":
        assert set(row.codes) <= set(model(service).shape_for(shape).enum)
    elif shape == "Error":
        assert {s3_codes()[code] for code in row.codes} <= set(row.statuses)
    else:
        known = declared(service)
        assert set(row.codes) <= set(known), "a code that the model does not declare"
        assert {known[code] for code in row.codes} <= {*row.statuses, None}
        assert model(service).metadata["protocol"] in row.families


@pytest.mark.parametrize("row", [row for row in KNOWN.rows if row.source == "botocore.exceptions"], ids=label)
def test_a_row_taken_from_botocores_exceptions_says_what_they_say(row: Row) -> None:
    formats = [" ".join(str(getattr(botocore.exceptions, code).fmt).lower().split()) for code in row.codes]
    for phrase in row.says if formats else ():
        fixed = max(re.split(r"…|#|\(| in | from ", phrase), key=len).strip()
        assert any(fixed in text for text in formats), phrase


@pytest.mark.parametrize("row", [row for row in KNOWN.rows if row.source == "awslambdaric"], ids=label)
def test_a_row_taken_from_the_runtime_is_one_of_its_errors(row: Row) -> None:
    assert set(row.codes) <= set(vars(runtime.FaultException).values())


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_complete_and_its_source_is_told(row: Row) -> None:
    assert row.families
    assert set(row.families) <= FAMILIES
    assert row.source.startswith(SOURCES)
    assert row.verified == (row.source != "believed")
    assert all(phrase == error_atlas.normal(phrase) for phrase in row.says), "phrases are compared with normal texts"
    assert all(len(max(re.split("[…#]", phrase), key=len)) >= 8 for phrase in row.says), "too short to mean anything"
    assert all(100 <= status <= 599 for status in row.statuses)


def test_a_code_is_no_word_of_everyday_texts() -> None:
    for row in KNOWN.rows:
        for code in row.codes:
            assert re.search(r"[a-z][A-Z]|[A-Z]{2}[a-z]|\.", code), code


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue lies beside the project's own checkout only")
def test_every_check_that_the_atlas_names_stands_in_the_catalogue() -> None:
    areas = re.findall(r"^([a-z]+):\n((?:  .+\n)+)", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    ids = {
        f"{area}.{fault}" for area, faults in areas for fault in re.findall(r"^  ([a-z0-9-]+):", faults, re.MULTILINE)
    }
    named = {check_id for cause in KNOWN.causes.values() for check_id in cause.checks}
    named |= {check_id for row in KNOWN.rows for check_id in row.checks} | set(KNOWN.commands)
    assert len(ids) > 100
    assert named <= ids


def test_every_command_tells_of_a_check_that_exists_and_no_cause_has_a_check_twice() -> None:
    assert set(KNOWN.commands) <= set(registry.built_in())
    for cause in KNOWN.causes.values():
        assert len(set(cause.checks)) == len(cause.checks) <= 6


@pytest.mark.parametrize("row", ROWS)
def test_a_rows_example_leads_to_it(row: Row) -> None:
    found, _ = error_atlas.matches(error_atlas.normal(row.example))
    assert row.cause in {match.row.cause for match in found}
    checks = [each for each in row.checks or KNOWN.causes[row.cause].checks if each in registry.built_in()]
    assert set(checks[:1]) <= {candidate.check for candidate in errors.read(row.example).candidates}


@pytest.mark.parametrize("row", ROWS)
def test_only_checks_that_exist_are_named_and_for_the_others_the_meaning_is_told(row: Row) -> None:
    read, checks = errors.read(row.example), set(row.checks or KNOWN.causes[row.cause].checks)
    assert {candidate.check for candidate in read.candidates} <= set(registry.built_in())
    told = [
        entry for entry in read.unjudged if f": {KNOWN.causes[row.cause].means} — no check of this version" in entry
    ]
    if not checks & set(registry.built_in()):
        assert told
        assert told[0].endswith(" judges it")
    else:
        assert bool(told) == bool(checks - set(registry.built_in()))
    said = json.dumps([dataclasses.asdict(read), catalogue.reading(row.example, "terminal")])
    assert not [check_id for check_id in checks - set(registry.built_in()) if check_id in said]
    assert "No check of this version knows this text" not in said or not told


def test_what_is_ruled_out_are_checks_that_exist() -> None:
    for rules in KNOWN.speakers.values():
        for pattern in rules:
            assert fnmatch.filter(registry.built_in(), pattern), pattern


def test_what_is_only_believed_decides_nothing() -> None:
    believed = [row for row in KNOWN.rows if not row.verified]
    assert believed
    for row in believed:
        for candidate in errors.read(row.example).candidates:
            assert "certain" not in candidate.why
        for code in row.codes:
            answered = error_atlas.answered(code, row.example)
            assert answered is None or any(
                KNOWN.causes[other.cause] is answered for other in KNOWN.rows if other.verified
            )


# What a service of each family says when it refuses the credentials: AWS's common errors, S3's and EC2's own lists.
REFUSALS = {
    "key": ["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidToken", "AuthFailure"],
    "expired": ["ExpiredToken", "ExpiredTokenException"],
    "signature": [
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "IncompleteSignature",
        "IncompleteSignatureException",
    ],
    "time": ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"],
    "none": ["MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthorizationHeaderMalformed"],
}


def test_the_codes_of_refused_credentials_come_from_the_atlas() -> None:
    assert {code for codes in REFUSALS.values() for code in codes} <= set(REJECTIONS)
    assert set(SIGNATURE_CODES) == set(REFUSALS["signature"])
    assert set(error_atlas.Codes("time-refused")) == set(REFUSALS["time"])
    assert len(REJECTIONS) < 30
    assert "" not in REJECTIONS
    assert not set(REJECTIONS) & {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "ThrottlingException",
    }


MEANINGS = [
    ("AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong", "header-unreadable"),
    (
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        "region-not-signed-for",
    ),
    (
        "SignatureDoesNotMatch",
        "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z",
        "time-refused",
    ),
    ("InvalidSignatureException", "Signature not yet current: 1 is still later than 2", "time-refused"),
    ("InvalidSignatureException", "The request signature we calculated does not match", "signature-refused"),
    ("AccessDenied", "Request has expired", "address-expired"),
    ("AccessDenied", "Access Denied", "denied"),
    ("AccessDeniedException", "because no session policy allows the a:B action", "denied-by-session"),
    ("AccessDeniedException", "UnrecognizedClientException", "denied"),
    ("RequestInTheFuture", "", "time-refused"),
    (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        "time-refused",
    ),
    ("RequestExpired", "Request has expired.", "time-refused"),
    ("SignatureDoesNotMatch", "Signature not yet current: 1 is still later than 2", "time-refused"),
    (
        "InvalidSignatureException",
        "Signature expired: 20240101T000000Z is now earlier than 20240101T001500Z (20240101T002000Z - 5 min.)",
        "time-refused",
    ),
    ("AuthFailure", "AWS was not able to validate the provided access credentials", "not-judged-key"),
    ("ValidationError", "The security token included in the request is invalid", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("code", "message", "cause"), MEANINGS)
def test_an_answer_means_what_its_code_and_its_words_say(code: str, message: str, cause: str) -> None:
    assert error_atlas.answered(code, message) == (KNOWN.causes[cause] if cause else None)


@pytest.mark.parametrize(
    ("code", "message", "cause"), [(code, message, cause) for code, message, cause in MEANINGS if cause]
)
def test_whether_an_answer_means_a_cause(code: str, message: str, cause: str) -> None:
    assert error_atlas.means(code, message, "throttled", cause)
    assert not error_atlas.means(code, message, *(set(KNOWN.causes) - {cause}))
    assert not error_atlas.means("", message, cause)


@pytest.mark.parametrize("code", ["Throttling", "PriorRequestNotComplete", "SlowDown"])
def test_a_code_that_is_an_everyday_word_is_known_where_it_stands_as_a_code(code: str) -> None:
    assert error_atlas.means(code, "", "throttled")
    assert not errors.read(f"nothing but {code.lower()[:10]} here").candidates


# What the lists held that stood beside the atlas: botocore's retries, and the exceptions of a login that is over.
def test_the_atlas_knows_what_botocore_takes_for_throttling() -> None:
    from botocore.retries.standard import ThrottledRetryableChecker

    elsewhere = {"TransactionInProgressException", "LimitExceededException"}  # say no more than that one may try again
    for code in set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) - elsewhere:
        assert error_atlas.means(code, "", "throttled", "function-throttled", "setup-held-back"), code


def test_the_atlas_knows_every_way_in_which_a_login_is_over() -> None:
    bases = (botocore.exceptions.SSOError, botocore.exceptions.LoginError)
    known = error_atlas.Codes("stale-login")
    for kind in (value for value in vars(botocore.exceptions).values() if isinstance(value, type)):
        if issubclass(kind, bases):
            assert kind.__name__ in known or error_atlas.worded(kind.fmt, ("stale-login",)), kind


def test_the_kinds_of_policies_in_denials_are_the_atlass_causes() -> None:
    told = {cause for cause in KNOWN.causes if cause.startswith("denied-by-")}
    assert told - set(denial.CAUSES) == {"denied-by-trust"}, "which is no policy that is judged"
    assert set(denial.CAUSES.values()) == set(Kind)
    for row in KNOWN.rows:
        if row.cause.startswith("denied-by-"):
            assert denial.read(row.example).kind is (denial.CAUSES.get(row.cause) if row.verified else None)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    plain = json.loads(Path(error_atlas._FILE).read_text(encoding="utf-8"))
    change(plain)
    return json.dumps(plain)


REFUSED: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("no 'sources'|sources", lambda plain: plain["rows"][0].update(sources="x")),
    ("cause", lambda plain: plain["rows"][0].pop("cause")),
    ("statuses", lambda plain: plain["rows"][0].update(statuses=["403"])),
    ("no cause of the atlas", lambda plain: plain["rows"][0].update(cause="elsewhere")),
    ("nothing to match", lambda plain: plain["rows"][0].update(codes=[], says=[])),
    ("no speaker", lambda plain: plain["causes"]["denied"].update(speaker="nobody")),
]


@pytest.mark.parametrize(("says", "change"), REFUSED)
def test_the_reader_refuses_what_does_not_fit(says: str, change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises((MisfitError, ValueError), match=says):
        error_atlas.read(changed(change))


def test_the_reader_refuses_a_key_that_stands_twice() -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        error_atlas.read('{"rows": [], "rows": []}')


def test_a_run_does_not_read_the_atlas_before_an_error_came() -> None:
    """It takes two milliseconds, and most runs meet no error of AWS's."""
    program = (
        "from doctor import answer, error_atlas, registry; checks = [registry.load(id) for id in registry.built_in()]; "
        "from doctor.evidence.caller import SIGNATURE_CODES; assert '' not in SIGNATURE_CODES; "
        "assert not error_atlas.atlas.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent.parent)


LOGINS = [
    ("database-password-refused", 'FATAL:  password authentication failed for user "app"'),
    ("database-password-refused", '{"msg": "pq: password authentication failed for user \\"app\\""}'),
    (
        "database-password-refused",
        'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "app"',
    ),
    ("database-token-refused", 'pq: PAM authentication failed for user "app"'),
    ("database-admits-nobody-so", 'no pg_hba.conf entry for host "10.0.1.2", user "app", database "orders", SSL off'),
    (
        "database-admits-nobody-so",
        'pg_hba.conf rejects connection for host "10.0.1.2", user "app", database "orders", SSL off',
    ),
    ("database-password-or-token-refused", "Access denied for user 'app'@'10.0.1.2' (using password: YES)"),
    (
        "database-password-absent",
        "ER_ACCESS_DENIED_ERROR: Access denied for user 'app'@'10.0.1.2' (using password: NO)",
    ),
    ("database-not-granted", "ERROR 1044 (42000): Access denied for user 'app'@'%' to database 'orders'"),
    ("database-name-unknown", 'asyncpg.exceptions.InvalidCatalogNameError: database "orders" does not exist'),
    ("database-name-unknown", "ERROR 1049 (42000): Unknown database 'orders'"),
    ("database-connections-exhausted", "FATAL:  sorry, too many clients already"),
    ("database-connections-exhausted", 'FATAL:  too many connections for role "app"'),
    ("database-connections-exhausted", "ERROR 1040 (HY000): Too many connections"),
    (
        "database-connections-exhausted",
        "ERROR 1203 (42000): User app already has more than 'max_user_connections' active connections",
    ),
]


@pytest.mark.parametrize(("cause", "text"), LOGINS)
def test_a_database_that_answers_clears_the_network(cause: str, text: str) -> None:
    found, _ = error_atlas.matches(error_atlas.normal(text))
    assert {match.row.cause for match in found} == {cause}
    read = errors.read(text)
    assert not [each.check for each in read.candidates if each.check.startswith(("network.", "reach."))]
    assert {"network.*", "reach.*"} <= {entry.partition(":")[0] for entry in read.ruled_out}
    assert not any("— certain:" in each.why for each in read.candidates), "the database does not tell which it is"


def test_one_login_clears_no_other_hosts_way() -> None:
    silent = 'connection to server at "10.0.0.5", port 5432 failed: Connection timed out'
    read = errors.read(f'{silent}\nconnection to server at "10.0.0.6", port 5432 failed: FATAL:  {LOGINS[0][1]}')
    assert "reach.connect-timeout" in {each.check for each in read.candidates}
    assert not [entry for entry in read.ruled_out if entry.startswith(("network.", "reach."))]


@pytest.mark.parametrize(
    "text",
    [
        "Password authentication failed",
        'database "orders" does not exist',
        "Access denied for user app",
        "PAM is here",
        "too many connections",
    ],
)
def test_what_others_say_too_is_no_databases_answer(text: str) -> None:
    found, _ = error_atlas.matches(error_atlas.normal(text))
    assert not [match for match in found if match.row.cause.startswith("database-")]


def test_the_file_that_a_drift_is_compared_with_is_the_readers() -> None:
    said = catalogue.reading(LOGINS[0][1], "terminal")[1]
    assert "--template FILE --only function.configuration-drifted" in said
    assert "In the commands put your own in place of FUNCTION, FILE." in said
