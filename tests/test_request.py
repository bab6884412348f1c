"""Bad input is a clear refusal that names the field: never a traceback, never half carried out."""

import dataclasses
import fnmatch
import json
import re
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doctor import answer, hosts, registry, request
from doctor.request import HostTarget, Request, ServiceTarget, from_event, parse
from doctor.verdict import FailOn, InvalidRequest, Status

DECLARED = [
    "sqs",
    {"service": "dynamodb", "resource": "table"},
    {"host": "db.internal", "port": 5432, "tls": False},
    {"host": "forbidden.example", "reachable": False},
]
ENVIRON = {
    "AWS_LAMBDA_FUNCTION_NAME": "own",
    "DOCTOR_TARGETS": json.dumps(DECLARED),
    "DOCTOR_FUNCTIONS": json.dumps(["other"]),
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
}


def ask(**fields: Any) -> Request:
    return from_event({"doctor": fields}, ENVIRON)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ([], "event"),
        ("sqs", "event"),
        (7, "event"),
        (True, "event"),
        ({"doctor": []} | {"doctor": [1]}, "doctor"),
        ({"doctor": "sqs"}, "doctor"),
        ({"doctor": 1}, "doctor"),
        ({"targets": ["sqs"]}, "targets"),
        ({"budget_seconds": 5}, "budget_seconds"),
        ({"doctor": {"colour": "red"}}, "doctor.colour"),
        ({"doctor": {"targets": "sqs"}}, "doctor.targets"),
        ({"doctor": {"targets": [7]}}, "doctor.targets[0]"),
        ({"doctor": {"targets": [None]}}, "doctor.targets[0]"),
        ({"doctor": {"targets": ["sqs", {}]}}, "doctor.targets[1].service"),
        ({"doctor": {"targets": ["no-such-service"]}}, "doctor.targets[0]"),
        ({"doctor": {"targets": ["../../etc"]}}, "doctor.targets[0].host"),
        ({"doctor": {"targets": ["sqs", "s3://files"]}}, "doctor.targets[1]"),
        ({"doctor": {"targets": ["arn:aws:sqs:eu-west-1:1:jobs"]}}, "doctor.targets[0]"),
        ({"doctor": {"targets": ["db:abc"]}}, "doctor.targets[0].port"),
        ({"doctor": {"targets": [{"service": "sqs", "port": 1}]}}, "doctor.targets[0].port"),
        ({"doctor": {"targets": [{"host": "db.internal", "port": 0}]}}, "doctor.targets[0].port"),
        ({"doctor": {"targets": [{"host": "db.internal", "port": 65536}]}}, "doctor.targets[0].port"),
        ({"doctor": {"targets": [{"host": "db.internal", "port": "443"}]}}, "doctor.targets[0].port"),
        ({"doctor": {"targets": [{"host": "db.internal", "tls": "no"}]}}, "doctor.targets[0].tls"),
        ({"doctor": {"targets": ["sqs"] * 65}}, "doctor.targets"),
        ({"doctor": {"budget_seconds": 0.5}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": 841}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": -1}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": "20"}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": True}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": float("nan")}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": float("inf")}}, "doctor.budget_seconds"),
        ({"doctor": {"budget_seconds": 10**400}}, "doctor.budget_seconds"),
        ({"doctor": {"only": "network.*"}}, "doctor.only"),
        ({"doctor": {"only": [7]}}, "doctor.only[0]"),
        ({"doctor": {"only": ["NETWORK"]}}, "doctor.only[0]"),
        ({"doctor": {"only": [""]}}, "doctor.only[0]"),
        ({"doctor": {"skip": ["a" * 200]}}, "doctor.skip[0]"),
        ({"doctor": {"skip": ["a b"]}}, "doctor.skip[0]"),
        ({"doctor": {"fail_on": "warnings"}}, "doctor.fail_on"),
        ({"doctor": {"fail_on": None}}, "doctor.fail_on"),
        ({"doctor": {"include_casefile": "yes"}}, "doctor.include_casefile"),
        ({"doctor": {"evidence": {}}}, "doctor.evidence"),
        ({"doctor": {"evidence": [7]}}, "doctor.evidence[0]"),
        ({"doctor": {"function": ""}}, "doctor.function"),
        ({"doctor": {"function": "a b"}}, "doctor.function"),
        ({"doctor": {"function": 7}}, "doctor.function"),
        ({"doctor": {"function": "x" * 300}}, "doctor.function"),
    ],
)
def test_bad_input_names_the_field(event: object, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        from_event(event, ENVIRON)
    assert refused.value.field == field
    assert str(refused.value)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"only": ["network.no-such-fault"]}, "doctor.only[0]"),
        ({"only": ["credentials.*", "networks.*"]}, "doctor.only[1]"),
        ({"skip": ["nothing.*"]}, "doctor.skip[0]"),
        ({"evidence": [{"kind": "reach"}]}, "doctor.evidence[0].source"),
        ({"evidence": [{}]}, "doctor.evidence[0].kind"),
        ({"only": [7]}, "doctor.only[0]"),
    ],
)
def test_and_is_answered_with_a_verdict(fields: dict[str, Any], field: str) -> None:
    verdict = answer.answer({"doctor": fields}, None, time.monotonic(), ENVIRON)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.error
    assert (verdict.error.type, verdict.error.field) == ("InvalidRequest", field)
    assert verdict.error.message in verdict.headline
    assert not verdict.findings


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"doctor": {}},
        {"doctor": None},
        {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "resources": []},
        {"Records": [{"body": "{}"}]},
    ],
    ids=["null", "empty", "key", "null-key", "schedule", "queue"],
)
def test_an_event_that_asks_for_nothing_gets_the_defaults(event: object) -> None:
    asked = from_event(event, ENVIRON)
    assert asked.budget_seconds == 20
    assert asked.fail_on is FailOn.BREAKS
    assert (asked.only, asked.skip, asked.evidence, asked.function) == ((), (), (), None)
    assert [getattr(target, "service", None) or target.host for target in asked.targets] == [  # type: ignore[union-attr]
        *("sqs", "dynamodb", "db.internal", "forbidden.example")
    ]
    assert asked.targets[-1].reachable is False


def test_without_declarations_the_variables_name_the_targets() -> None:
    environ = {"QUEUE": "arn:aws:sqs:us-east-1:123456789012:jobs", "TOPIC": "arn:aws:sns:us-east-1:123456789012:t"}
    assert request.default_targets(environ) == (ServiceTarget(service="sns"), ServiceTarget(service="sqs"))
    assert request.default_targets({"AWS_X": "arn:aws:sqs:us-east-1:123456789012:jobs", "PLAIN": "sqs"}) == ()


class TestAnEventSelects:
    """An event chooses among what the deployer declared, and names no host of its own."""

    def test_a_declared_host(self) -> None:
        assert ask(targets=[DECLARED[2]]).targets == (HostTarget(host="db.internal", port=5432, tls=False),)

    @pytest.mark.parametrize("target", [{"host": "db.internal", "port": 5432}, "db.internal:5432"])
    def test_a_declared_host_by_host_and_port(self, target: object) -> None:
        """How it is reached is what the deployer declared."""
        assert ask(targets=[target]).targets == (HostTarget(host="db.internal", port=5432, tls=False),)

    @pytest.mark.parametrize(
        "target",
        [
            {"host": "example.com"},
            {"host": "db.internal"},
            {"host": "db.internal", "port": 5433, "tls": False},
            {"host": "DB.internal.", "port": 5432, "tls": False},
            {"host": "10.0.0.1"},
            {"host": "sqs.us-east-1.amazonaws.com"},
        ],
    )
    def test_no_other(self, target: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequest, match="not declared") as refused:
            ask(targets=[target])
        assert refused.value.field == "doctor.targets[0].host"

    def test_any_service_of_the_region(self) -> None:
        assert ask(targets=["sts", "kms"]).targets == (ServiceTarget(service="sts"), ServiceTarget(service="kms"))

    @pytest.mark.parametrize("resource", ["table", "jobs"])
    def test_a_resource_that_is_declared_or_in_the_variables(self, resource: str) -> None:
        service = "dynamodb" if resource == "table" else "sqs"
        assert ask(targets=[{"service": service, "resource": resource}]).targets[0].resource == resource  # type: ignore[union-attr]

    def test_no_other_resource(self) -> None:
        with pytest.raises(InvalidRequest) as refused:
            ask(targets=["sqs", {"service": "dynamodb", "resource": "payroll"}])
        assert refused.value.field == "doctor.targets[1].resource"

    @pytest.mark.parametrize("function", ["own", "other"])
    def test_a_declared_function(self, function: str) -> None:
        assert ask(function=function).function == function

    def test_no_other_function(self) -> None:
        with pytest.raises(InvalidRequest, match="DOCTOR_FUNCTIONS") as refused:
            ask(function="stranger")
        assert refused.value.field == "doctor.function"


@pytest.mark.parametrize("text", ["{", "7", '"sqs"', "{}", "null", "[" * 100_000, "1" * 5000, "[1]x"])
@pytest.mark.parametrize("variable", ["DOCTOR_TARGETS", "DOCTOR_FUNCTIONS"])
def test_a_malformed_declaration_names_the_variable(variable: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        from_event({"doctor": {"function": "x"}}, {variable: text})
    assert refused.value.field == variable


@pytest.mark.parametrize("text", ["[7]", '["no-such-service"]', '[{"host": "0x7f.1"}]', '[{"host": "a", "ports": 1}]'])
def test_a_malformed_declared_target_names_its_place(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        from_event({}, {"DOCTOR_TARGETS": text})
    assert refused.value.field.startswith("DOCTOR_TARGETS[0]")


def test_a_target_that_is_no_json_is_blamed_where_it_stands() -> None:
    listed = ["sqs", "{bad"]
    with pytest.raises(InvalidRequest, match="is not JSON") as refused:
        from_event({"doctor": {"targets": listed}}, {})
    assert refused.value.field == "doctor.targets[1]"
    with pytest.raises(InvalidRequest, match="is not JSON") as refused:
        from_event({}, {"DOCTOR_TARGETS": json.dumps(listed)})
    assert refused.value.field == "DOCTOR_TARGETS[1]"


def test_a_deployer_declares_no_more_targets_than_a_request_may_have() -> None:
    listed = [f"host-{number}.example:443" for number in range(65)]
    assert len(from_event({}, {"DOCTOR_TARGETS": json.dumps(listed[:64])}).targets) == 64
    with pytest.raises(InvalidRequest, match="64 entries or fewer") as refused:
        from_event({}, {"DOCTOR_TARGETS": json.dumps(listed)})
    assert refused.value.field == "DOCTOR_TARGETS"


def words(text: str) -> list[str]:
    return text.split()


# ruff: noqa: RUF001 - look-alike digits are what is tested

# Spellings that a resolver or an inet_aton would take for an address, or that hide a second host.
MISSPELT = words("""
0177.0.0.1 0x7f.0.0.1 0x7f000001 2130706433 017700000001 127.1 127.0.1 0x7f.1 0177.1 127.000.000.001
0x7F.0x0.0x0.0x1 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.43518 169.16689662 0xa9.0xfe.0xa9.0xfe
169.254.169.254. 127.0.0.1. 00000127.0.0.1 1.1.1.256 1.1.1.1.1 1.2.3 10.0.0.1:443 [::1] [::ffff:7f00:1]
[169.254.169.254] ::1%25lo%25 127.0.0.1/8 user@169.254.169.254 user:pass@db.internal db.internal:80
http://db.internal https://169.254.169.254/ //db.internal db.internal/path db.internal?x db.internal#x
db\\internal db..internal .db.internal -db.internal db-.internal 1２7.0.0.1 １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1
ⓛocalhost db.internal\u200b d\u00adb.internal \u202edb.internal 例え.テスト *.amazonaws.com %31%32%37.0.0.1 127.0.0.1%00
db.internal%00.example 0x 0x0 0 1 00 0.0 0x7f000001. example.0x7f
""")
MISSPELT += [
    "",
    " ",
    "db internal",
    "db.internal\n",
    "\tdb.internal",
    "127.0.0.1 ",
    "a\x00b",
    "a" * 64 + ".com",
    "a." * 130 + "com",
]


def test_there_are_enough_spellings() -> None:
    assert len(set(MISSPELT)) >= 60


@pytest.mark.parametrize("host", MISSPELT)
def test_a_host_in_a_forbidden_spelling_is_refused(host: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse({"targets": [{"host": host}]}, where="doctor")
    assert refused.value.field == "doctor.targets[0].host"
    with pytest.raises(InvalidRequest) as refused:
        from_event({"doctor": {"targets": [{"host": host}]}}, ENVIRON)
    assert refused.value.field == "doctor.targets[0].host"


@pytest.mark.parametrize(
    "host", ["db.internal", "a-b.c_d.example", "10.1.2.3", "2600::1", "xn--bcher-kva.example", "db"]
)
def test_a_host_in_its_usual_spelling_is_taken(host: str) -> None:
    assert parse({"targets": [{"host": host}]}, where="doctor").targets == (HostTarget(host=host),)


def test_six_megabytes_are_refused_or_read_but_never_a_traceback() -> None:
    for doctor in ({"function": "x" * 6_000_000}, {"x" * 6_000_000: 1}, {"only": ["a"] * 500_000}):
        started = time.monotonic()
        verdict = answer.answer({"doctor": doctor}, None, started, {})
        assert verdict.error
        assert len(verdict.error.message) < 10_000
        assert time.monotonic() - started < 5


def test_deep_nesting_is_refused() -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    for fields in ({"targets": deep}, {"evidence": [{"facts": deep}]}, {"only": deep}, {"function": deep}):
        verdict = answer.answer({"doctor": fields}, None, time.monotonic(), {})
        assert verdict.error
        assert verdict.error.field.startswith("doctor.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
NAMES = [field.name for field in dataclasses.fields(Request)]
FIELDS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON, max_size=5)


@given(JSON | st.fixed_dictionaries({"doctor": JSON | FIELDS}))
@example({"doctor": {"targets": [{"host": "\ud800"}]}})
@example({"doctor": {"only": ["\ud800"]}})
@example({1: 2})
@example({"doctor": {1: 2}})
def test_whatever_comes_is_a_request_or_a_refusal(event: object) -> None:
    refusal = None
    try:
        assert isinstance(from_event(event, {}), Request)
    except InvalidRequest as refused:
        refusal = refused
    if refusal:
        assert re.match(r"(event|doctor)\b|[a-z_]+$", refusal.field)
        assert str(refusal)


@given(
    st.lists(
        st.sampled_from(["*", "a.*", "credentials.*", "credentials.rejected", "no.such", "dns.[a-z]*"]), max_size=3
    )
)
def test_a_selection_is_made_of_known_ids(only: list[str]) -> None:
    known = registry.built_in()
    if all(fnmatch.filter(known, pattern) for pattern in only):
        assert set(registry.select(known, only, ())) <= set(known)
    else:
        with pytest.raises(InvalidRequest, match="matches no check"):
            registry.select(known, only, ())


def test_spelled_as_host_and_refusal_agree_on_what_is_an_address() -> None:
    for host in MISSPELT:
        assert hosts.as_address(host) is None or not hosts.spelled_as_host(host)


@pytest.mark.parametrize(
    ("spelled", "host", "port"),
    [("2600::1", "2600::1", None), ("fd00::10", "fd00::10", None), ("[2600::1:443]:443", "2600::1:443", 443)],
)
def test_an_ipv6_address_that_can_only_be_one_is_taken(spelled: str, host: str, port: int | None) -> None:
    target = request.target_spelled(spelled, "--to")
    assert isinstance(target, dict)
    assert (target["host"], target.get("port")) == (host, port)
