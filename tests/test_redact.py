"""No known secret, in any spelling, leaves; what is needed to diagnose stays; and no text takes long."""

import base64
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.redact import MASK, Redactor

NAMES = [
    *(
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "DB_PASSWORD",
        "dbPasswd",
        "PGPASSWORD",
        "MY_PWD",
    ),
    *(
        "API_KEY",
        "apikey",
        "STRIPE_SECRET",
        "GITHUB_TOKEN",
        "CLIENT_CREDENTIAL",
        "PRIVATE_PEM",
        "JWT_SIGNATURE",
        "AUTH",
    ),
    *("SESSION_COOKIE", "HASH_SALT", "SENTRY_DSN", "DB_CONNECTION_STRING", "ENCRYPTION_KEY", "KEY", "authorization"),
]
VALUE = "s3cr3t/v@lue+42"


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_variables_value_is_masked_wherever_it_stands(name: str) -> None:
    redact = Redactor({name: VALUE}).text
    for spelled in (
        VALUE,
        json.dumps(VALUE),
        quote(VALUE, safe=""),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode().rstrip("="),
        VALUE.encode().hex(),
        VALUE.encode().hex().upper(),
    ):
        text = redact(f"before {spelled} after")
        assert spelled.strip('"') not in text
        assert (text.startswith("before "), text.endswith(" after")) == (True, True)


@pytest.mark.parametrize(
    "name", ["TABLE_NAME", "LOG_LEVEL", "STAGE", "KEY_FILE", "AUTH_HOST", "TOKEN_TABLE", "SECRET_ARN", "AWS_REGION"]
)
def test_a_plain_variables_value_stays(name: str) -> None:
    assert Redactor({name: "orders-production"}).text("table orders-production") == "table orders-production"


@pytest.mark.parametrize("value", ["", "true", "prod", "5432", "eu-west"])
def test_short_words_stay_readable(value: str) -> None:
    assert Redactor({"MY_TOKEN": value}).text(f"it is {value} here") == f"it is {value} here"


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "IQoJb3JpZ2luX2Vj" + "Ab1/" * 30,
        "ghp_" + "aB3d" * 9,
        "github_pat_" + "aB3d_" * 6,
        "xoxb-1234567890-abcdefghij",
        "glpat-" + "aB3d-" * 5,
        "sk_live_" + "aB3d" * 6,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_masked_without_being_known(secret: str) -> None:
    for text in (f"error: {secret}.", f"x={secret}", f'{{"a": "{secret}"}}'):
        assert secret not in Redactor({}).text(text)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("postgres://app:hunter22@db.internal/x", "hunter22"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=abc", "Credential=abc"),
        ("X-Amz-Security-Token: abcdefgh", "abcdefgh"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=0123abcd&x=1", "0123abcd"),
        ("Bearer abcdefgh.ijkl", "abcdefgh"),
        ('"password": "hunter22x"', "hunter22x"),
        ("secret=hunter22x", "hunter22x"),
    ],
)
def test_labelled_secrets_are_masked(text: str, gone: str) -> None:
    assert gone not in Redactor({}).text(text)
    assert MASK in Redactor({}).text(text)


@pytest.mark.parametrize(
    "text",
    [
        "sqs.us-east-1.amazonaws.com:443 accepts TCP connections",
        "The security token included in the request is invalid",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "arn:aws:iam::123456789012:role/service-role/jobs",
        "http://user@db.internal/ and http://db.internal:8080/",
        "security group sg-0123456789abcdef0 lets nothing in",
        "UnrecognizedClientException",
        "vpce-0123456789abcdef0-abcdefgh.sqs.us-east-1.vpce.amazonaws.com",
    ],
)
def test_what_a_diagnosis_needs_stays(text: str) -> None:
    assert Redactor({"MY_TOKEN": "something-else-entirely"}).text(text) == text


def test_keys_and_nested_values_too_but_numbers_and_enumerations_stay() -> None:
    redact = Redactor({"MY_TOKEN": "canary-canary"}).plain
    assert redact({"canary-canary": [("canary-canary", 1, None, True, 2.5)]}) == {MASK: [(MASK, 1, None, True, 2.5)]}


@given(st.text(min_size=8, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_a_known_value_never_survives(value: str, before: str, after: str) -> None:
    text = Redactor({"MY_PASSWORD": value}).text(f"{before}{value}{after}")
    assert value not in text or value in MASK * 9 or value in f"{before}{MASK}{after}"


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    redact = Redactor({"MY_PASSWORD": "canary-canary"}).text
    assert redact(redact(text)) == redact(text)


ADVERSARIES = {
    "urls": "://a:" * 1,
    "pem": "-----BEGIN PRIVATE KEY-----",
    "jwt": "eyJaaaaaaaa.",
    "labels": "secret: ",
    "bearer": "bearer a",
    "base64": "aB3d",
    "at": "://u:p@",
    "authorization": "authorization: x ",
    "quotes": 'password"',
    "keys": "AKIA",
    "amz": "X-Amz-Signature=",
    "spaces": " ",
}


@pytest.mark.parametrize("piece", ADVERSARIES.values(), ids=ADVERSARIES)
def test_the_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    redact = Redactor({"MY_PASSWORD": "canary-canary"}).text

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    small = min(seconds(50_000) for _ in range(3))
    assert seconds(200_000) < max(12 * small, 0.05)
