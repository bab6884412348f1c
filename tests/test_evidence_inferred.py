"""Which hosts a function's variables name: by their shape alone, and never a part of a secret."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.evidence.function import Named, configured
from doctor.evidence.settings import named_hosts


def named(**environ: str) -> list[tuple[str, int]]:
    return [(each.host, each.port) for each in named_hosts.places(environ)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgres://app:secret@db.internal/orders", [("db.internal", 5432)]),
        ("postgresql+psycopg2://app:secret@db.internal:6543/orders?sslmode=require", [("db.internal", 6543)]),
        ("mysql://app:secret@db.internal", [("db.internal", 3306)]),
        ("redis://:secret@cache.internal:6380/0", [("cache.internal", 6380)]),
        ("rediss://cache.internal", [("cache.internal", 6379)]),
        ("amqps://app:secret@mq.internal", [("mq.internal", 5671)]),
        (
            "mongodb://app:secret@m1.internal:27018,m2.internal/db?replicaSet=r",
            [("m1.internal", 27018), ("m2.internal", 27017)],
        ),
        ("https://internal.example/path?token=secret#part", [("internal.example", 443)]),
        ("HTTP://Internal.Example:8080", [("internal.example", 8080)]),
        ("jdbc:postgresql://db.internal:5433/orders?user=app", [("db.internal", 5433)]),
        ("jdbc:oracle:thin:@//db.internal:1522/orders", [("db.internal", 1522)]),
        ("jdbc:sqlserver://db.internal;databaseName=orders;password=secret", [("db.internal", 1433)]),
        (
            "b-1.kafka.internal:9092,b-2.kafka.internal:9094",
            [("b-1.kafka.internal", 9092), ("b-2.kafka.internal", 9094)],
        ),
        ("https://[2600::1]:8443/", [("2600::1", 8443)]),
        ("http://10.0.3.77:8080/", [("10.0.3.77", 8080)]),
        ("  https://internal.example  ", [("internal.example", 443)]),
    ],
)
def test_a_url_names_its_host_and_port(value: str, expected: list[tuple[str, int]]) -> None:
    assert named(DATABASE_URL=value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "postgres://app:p@ss/w.ord@db.internal/orders",  # what follows the first @ may be a password
        "redis://:a?b.c@cache.internal",
        "redis://:a#b.c@cache.internal",
        "mongodb+srv://app:secret@cluster.example/db",  # SRV records, and no address
        "https://localhost:8080",
        "http://127.0.0.1:4566",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "https://single/",
        "https://sqs.us-east-1.amazonaws.com/123456789012/orders",  # the service is a target already
        "s3://bucket/key",
        "file:///etc/passwd",
        "https://db.internal:99999/",
        "https://db.internal:0/",
        "https://0x7f.1/",
        "https://AKIAIOSFODNN7EXAMPLE.example/",
        "see https://docs.example/ for more",
        "postgres://",
        "://",
        "",
    ],
)
def test_what_names_no_host_or_may_be_secret_is_left(value: str) -> None:
    assert named(DATABASE_URL=value) == []


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DB_HOST": "db.internal", "DB_PORT": "5433"}, [("db.internal", 5433)]),
        ({"PGHOST": "db.internal", "PGPORT": "5433"}, [("db.internal", 5433)]),
        ({"PGHOST": "db.internal"}, [("db.internal", 5432)]),
        ({"REDIS_HOST": "cache.internal"}, [("cache.internal", 6379)]),
        ({"ORDERS_MYSQL_HOSTNAME": "db.internal"}, [("db.internal", 3306)]),
        ({"db_host": "db.internal", "db_port": "1"}, [("db.internal", 1)]),
        ({"DB_HOST": "db.internal"}, []),  # which port, nobody says
        ({"DB_HOST": "db.internal", "DB_PORT": "many"}, []),
        ({"DB_HOST": "db", "DB_PORT": "5432"}, []),
        ({"CORS_ORIGIN": "https://shop.example", "REDIRECT_URL": "https://shop.example/back"}, []),
        ({"AWS_ENDPOINT_URL": "https://a.example", "DOCTOR_X": "https://b.example"}, []),
        ({"BASIC_AUTH": "jane.doe:48151", "SMTP_PASSWORD": "correct.horse:4711"}, []),
        ({"CLIENT_SECRET": "https://s3cr3t.pass", "SECRET_SERVER": "s3cr3t.pass", "SECRET_PORT": "81"}, []),
        ({"REDIS_AUTH_URL": "redis://:correct@cache.internal"}, [("cache.internal", 6379)]),
        ({"A": "https://x.example/1", "B": "https://x.example/2"}, [("x.example", 443)]),
    ],
)
def test_pairs_and_what_is_not_called_from_here(environ: dict[str, str], expected: list[tuple[str, int]]) -> None:
    assert named(**environ) == expected


def test_there_is_an_end_to_it() -> None:
    assert len(named_hosts.places({f"U{number}": f"https://h{number}.example" for number in range(100)})) == 16


_PASSWORDS = st.text(
    st.characters(codec="ascii", exclude_characters="\n\r", categories=("L", "N", "P", "S")), min_size=1
)


@given(_PASSWORDS, st.sampled_from(["postgres://app:{}@db.internal:5432/orders", "redis://:{}@db.internal:5432"]))
def test_no_password_is_taken_for_a_host(password: str, url: str) -> None:
    """However it was written: what comes out is the host, or nothing."""
    found = named_hosts.places({"DATABASE_URL": url.format(password)})
    assert [(each.host, each.port) for each in found] in ([], [("db.internal", 5432)])


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=200), max_size=5))
def test_any_variables_are_read(environ: dict[str, str]) -> None:
    for each in named_hosts.places(environ):
        assert each.variable in environ
        assert 0 < each.port < 65536


def targets(**variables: str) -> dict[str, Any]:
    return configured({"Environment": {"Variables": variables}})


def test_a_function_s_variables_name_its_targets_and_say_which_did() -> None:
    found = targets(DATABASE_URL="postgres://app:hunter2hunter2@db.internal/orders", QUEUE="arn:aws:sqs:us-east-1:1:q")
    assert found["targets"] == (
        Named(service="sqs"),
        Named(host="db.internal", port=5432, tls=False, variable="DATABASE_URL"),
    )
    text = json.dumps([asdict(each) for each in found["targets"]])
    assert not [part for part in ("hunter2hunter2", "app", "orders") if part in text]


def test_what_the_deployer_declared_is_all_there_is() -> None:
    found = targets(DATABASE_URL="postgres://db.internal", DOCTOR_TARGETS='["sqs"]')
    assert found["targets"] == (Named(service="sqs"),)
