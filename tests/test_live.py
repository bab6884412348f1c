"""The commands that ask AWS about a network or a function, against moto in this process."""

import json
import shlex
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ConnectTimeoutError, UnknownServiceError
from moto import mock_aws

from doctor import location, login
from doctor.console import live
from tests.answering import Answers, refusal
from tests.network.account import REGION, Account

cli = location.module(location.part("cli.py"), "doctor.cli")

KEYS = {"AWS_ACCESS_KEY_ID": "ASIAQEXAMPLEOPERATOR", "AWS_SECRET_ACCESS_KEY": "s" * 40, "AWS_SESSION_TOKEN": "t" * 100}
AMAZON = [{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}]


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> Iterator[None]:
    """Somebody with keys and a region, whose account holds nothing."""
    for name, value in (KEYS | {"AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # the doctor guards it for good
    with mock_aws():
        yield


@pytest.fixture
def account(operator: None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A sound account, with the resolver that AWS gives."""
    made = Account(["sqs"], monkeypatch)
    options = made.ec2.create_dhcp_options(DhcpConfigurations=AMAZON)["DhcpOptions"]["DhcpOptionsId"]
    made.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=made.vpc)
    return made


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*words: str) -> tuple[int, str, str]:
        code = cli.run(list(words))
        return (code, *capsys.readouterr())

    return ran


def start(account: Account) -> str:
    return f"{account.first}+{account.group}"


@pytest.mark.parametrize("to", ["sqs", "10.0.3.20:443", "10.0.3.99:443", "203.0.113.7:443", "s3"])
@pytest.mark.sampled(5)
def test_a_path_on_a_snapshot_is_the_live_one(account: Account, run: Run, tmp_path: Path, to: str) -> None:
    live, said, _ = run("path", "--from", start(account), "--to", to, "--output", "json")
    assert run("snapshot", str(tmp_path / "saved"), "--vpc", account.vpc)[0] == 3  # what moto has not is not read
    words = ("--snapshot", str(tmp_path / "saved"), "--from", start(account), "--to", to, "--output", "json")
    code, again, _ = run("path", *words)
    assert (code, json.loads(again)) == (live, json.loads(said))
    assert live == (1 if to == "10.0.3.99:443" else 0)
    assumed = json.loads(said)[
        "unknowns"
    ]  # moto tells neither encryption controls nor the modes of Block Public Access
    assert all("taken for" in each for each in assumed), assumed


def test_a_live_path_names_the_blocker(account: Account, run: Run) -> None:
    account.shut_out(account.group)
    code, said, _ = run("path", "--from", start(account), "--to", "sqs")
    assert code == 1
    assert f"1. network.egress-blocked  {account.group}, forward" in said
    assert "$ aws ec2 authorize-security-group-egress" in said


@pytest.mark.parametrize(
    ("source", "to", "named"), [("orders", "sqs", "--from"), ("subnet-1+sg-1", "nosuchservice", "--to")]
)
def test_what_is_misspelled_is_told_before_aws_is_asked(
    nobody: Path, run: Run, source: str, to: str, named: str
) -> None:
    code, _, said = run("path", "--from", source, "--to", to)
    assert (code, said.startswith(f"doctor: {named}: ")) == (2, True)


def test_an_interface_is_found_with_its_vpc(account: Account, run: Run) -> None:
    interface = account.interface(account.first, "10.0.1.77", account.group)
    assert run("path", "--from", interface, "--to", "sqs")[0] == 0


@pytest.mark.parametrize("source", ["subnet-0123456789abcdef0+sg-1", "eni-0123456789abcdef0", "i-0123456789abcdef0"])
def test_a_source_that_does_not_exist_is_two(operator: None, run: Run, source: str) -> None:
    code, out, said = run("path", "--from", source, "--to", "sqs")
    assert (code, out) == (2, "")
    assert said.startswith(f"doctor: --from: {source.partition('+')[0]} does not exist in us-east-1, account …9012")


def test_a_denied_read_leaves_a_path_undecided_and_names_the_action(
    account: Account, run: Run, answers: Answers
) -> None:
    answers["DescribeNetworkAcls"] = refusal("UnauthorizedOperation")
    code, said, _ = run("path", "--from", start(account), "--to", "sqs")
    assert code == 3
    assert "denied: ec2:DescribeNetworkAcls" in " ".join(said.split())


def test_a_denied_read_makes_a_snapshot_three_and_keeps_the_rest(
    account: Account, run: Run, answers: Answers, tmp_path: Path
) -> None:
    answers["DescribeNatGateways"] = refusal("UnauthorizedOperation")
    code, out, said = run("snapshot", str(tmp_path / "saved"))
    assert (code, out) == (3, "")
    assert "doctor: not read: NatGateways (denied: ec2:DescribeNatGateways)\n" in said
    names = {path.name for path in (tmp_path / "saved").iterdir()}
    assert "NatGateways.json" not in names
    assert {"Vpcs.json", "Subnets.json", "VpcAttribute"} <= names


@pytest.fixture
def whole(account: Account, answers: Answers) -> Answers:
    """A sound account of which everything can be read: moto has not all of it."""
    options = {"AwsRegion": REGION, "State": "default-state", "InternetGatewayBlockMode": "off"}
    answers["DescribeVpcBlockPublicAccessOptions"] = {"VpcBlockPublicAccessOptions": options}
    answers["DescribeVpcEncryptionControls"] = {"VpcEncryptionControls": []}
    return answers


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (refusal("Throttling"), "throttled: ec2:DescribeNatGateways: Throttling"),
        (refusal("InvalidAction"), "refused: ec2:DescribeNatGateways: InvalidAction"),
        (ValueError("no such parameter"), "refused: ec2:DescribeNatGateways: ValueError: no such parameter"),
        (ConnectTimeoutError(endpoint_url="https://ec2.test"), "unreachable: ec2: ConnectTimeoutError"),
        ({"NatGateways": [{}] * 20_001}, "cut: more than 20001 items or 1 pages"),
    ],
    ids=["throttled", "refused", "failed", "unreachable", "cut"],
)
@pytest.mark.sampled(3)
def test_whatever_else_was_not_read_makes_a_snapshot_three(
    said: Any, why: str, whole: Answers, run: Run, tmp_path: Path
) -> None:
    whole["DescribeNatGateways"] = said
    code, _, told = run("snapshot", str(tmp_path / "saved"))
    assert f"doctor: not read: NatGateways ({why})\n" in told
    assert code == 3


def test_what_is_read_too_late_makes_a_snapshot_three(
    whole: Answers, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = live.network

    def late(world: Any, vpcs: Any) -> Any:
        taken = read(world, vpcs)
        return replace(taken, unread={**taken.unread, "NatGateways": "out of time"})

    assert run("snapshot", str(tmp_path / "saved"))[0] == 0
    monkeypatch.setattr(live, "network", late)
    assert run("snapshot", str(tmp_path / "saved"))[0] == 3


def test_an_older_sdk_without_a_call_leaves_a_snapshot_at_zero(
    whole: Answers, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody can read more with it; what is missing is named all the same."""
    build = boto3.Session.client

    def older(session: boto3.Session, service: str, **more: Any) -> Any:
        if service == "route53profiles":
            raise UnknownServiceError(service_name=service, known_service_names="ec2")
        return build(session, service, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(boto3.Session, "client", older)
    code, _, told = run("snapshot", str(tmp_path / "saved"))
    assert "(refused: this botocore does not know the service route53profiles)" in told
    assert code == 0, told


def test_a_snapshot_of_a_functions_vpc_alone(whole: Answers, account: Account, run: Run, tmp_path: Path) -> None:
    account.ec2.create_vpc(CidrBlock="10.9.0.0/16")
    account.deploy(Environment={"Variables": {"PASSWORD": "correct-horse-battery"}})
    assert run("snapshot", str(tmp_path / "saved"), "--function", "orders")[0] == 0
    saved = json.loads((tmp_path / "saved" / "Vpcs.json").read_text())["Vpcs"]
    assert [vpc["VpcId"] for vpc in saved] == [account.vpc]
    assert not any("correct-horse" in file.read_text() for file in (tmp_path / "saved").rglob("*.json"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--vpc", "vpc-0123456789abcdef0"), "--vpc: vpc-0123456789abcdef0 does not exist in us-east-1, account …9012"),
        (("--function", "nobody"), "--function: nobody does not exist in us-east-1, account …9012"),
    ],
)
def test_a_snapshot_of_what_does_not_exist_is_two(
    operator: None, run: Run, tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    code, _, said = run("snapshot", str(tmp_path / "saved"), *words)
    assert (code, said) == (2, f"doctor: {named}\n")
    assert not (tmp_path / "saved").exists()


def test_a_folder_with_something_else_is_left_alone(operator: None, run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("my only copy")
    code, _, said = run("snapshot", str(tmp_path))
    assert code == 2
    assert "thesis.txt" in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_function_is_examined_from_outside(account: Account, run: Run) -> None:
    account.deploy()
    boto3.client("lambda").put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=0)
    words = ("--region", REGION, "--target", "sqs", "--fail-on", "risks", "--budget", "30")
    code, said, _ = run("examine", "orders", "--via", "outside", *words, "--output", "json")
    verdict = json.loads(said)
    assert (code, verdict["status"]) == (1, "unhealthy")
    (diagnosis,) = [each for each in verdict["diagnoses"] if each["check"] == "function.concurrency-zero"]
    again = shlex.split(diagnosis["verify"])
    assert again[:3] == ["doctor", "examine", "orders"]
    pairs = set(zip(again[3::2], again[4::2], strict=True))
    assert pairs == {
        *(("--region", REGION), ("--via", "outside"), ("--target", "sqs"), ("--budget", "30"), ("--fail-on", "risks")),
        ("--only", "function.concurrency-zero"),
    }
    seen = {tuple(each["sources"]) for each in verdict["findings"] if not each["check"].startswith("doctor.")}
    assert seen == {("control",)}
    assert "credentials.*" in verdict["not_asked"]


def test_the_verify_command_ends_well_when_it_is_mended(account: Account, run: Run) -> None:
    account.deploy()
    lambda_ = boto3.client("lambda")
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=0)
    verdict = json.loads(run("examine", "orders", "--output", "json")[1])
    verify = next(each["verify"] for each in verdict["diagnoses"] if each["check"] == "function.concurrency-zero")
    assert run(*shlex.split(verify)[1:])[0] == 1
    lambda_.delete_function_concurrency(FunctionName="orders")
    assert run(*shlex.split(verify)[1:])[0] == 0


def test_a_case_file_of_a_function_is_judged_again(account: Account, run: Run, tmp_path: Path) -> None:
    account.shut_out(account.group)
    account.deploy()
    case = tmp_path / "case.json"
    words = ("--budget", "30", "--fail-on", "risks", "--output", f"casefile={case}", "--output", "json")
    code, said, _ = run("examine", "orders", *words)
    again, repeated, _ = run("replay", str(case), "--output", "json")
    assert code == again == 1
    first, second = json.loads(said), json.loads(repeated)
    for part in ("findings", "diagnoses", "headline", "not_asked"):
        assert first[part] == second[part], part
    assert first["diagnoses"][0]["check"] == "network.egress-blocked"


def test_an_arns_region_wins_unless_another_is_named(account: Account, run: Run) -> None:
    account.deploy()
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
    assert run("examine", arn)[2] == f"doctor: FUNCTION: {arn} does not exist in eu-west-1, account …9012\n"
    home = f"arn:aws:lambda:{REGION}:123456789012:function:orders"
    assert run("examine", home, "--only", "function.not-active")[0] == 0


@pytest.mark.parametrize("name", ["a b", "a/b", ""])
def test_what_is_no_functions_name_is_two(run: Run, name: str) -> None:
    code, _, said = run("examine", name or " ")
    assert code == 2
    assert said.startswith("doctor: FUNCTION: ")


def test_via_needs_a_function(run: Run) -> None:
    code, _, said = run("examine", "--via", "outside")
    assert code == 2
    assert "FUNCTION" in said


ABSENT = "there is no profile 'nobody' in the files of the AWS CLI; to see those there are: "
ABSENT += "env -u AWS_DEFAULT_PROFILE -u AWS_PROFILE aws configure list-profiles"
ASKS = (("examine", "orders"), ("path", "--from", "subnet-1+sg-1", "--to", "sqs"), ("snapshot", "saved"))
SSO = "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = x\n[sso-session corp]\n"
SSO += "sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n"


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an operator who has a region and no credentials; `config` in it is the AWS CLI's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return tmp_path


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    "profile",
    [
        ("", (), "log in: aws configure"),
        (SSO, ("--profile", "work"), "log in: aws sso login --profile work"),
        (
            SSO + "[profile ops]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\n",
            ("--profile", "ops"),
            "work",
        ),
        (
            "[profile new]\nlogin_session = arn:aws:iam::123456789012:user/x\n",
            ("--profile", "new"),
            'pip install "botocore[crt]"',
        ),
    ],
    ids=["none", "sso", "assumed", "login"],
)
def test_an_operator_without_credentials_is_told_how_to_log_in(  # and nothing is said of FUNCTION
    run: Run, nobody: Path, words: tuple[str, ...], profile: tuple[str, tuple[str, ...], str]
) -> None:
    config, options, command = profile
    (nobody / "config").write_text(config)
    code, out, said = run(*words, *options)
    assert (code, out, said.count("\n")) == (3, "", 1), said
    assert command in said
    assert not (nobody / "saved").exists()


def test_a_login_of_the_aws_cli_is_renewed_by_it(nobody: Path) -> None:
    """botocore itself reads these only with its extra `crt`."""
    (nobody / "config").write_text("[profile new]\nlogin_session = arn:aws:iam::123456789012:user/x\n")
    said = str(login.refused("expired", {"AWS_PROFILE": "new"}))
    assert said == "expired; log in: aws login --profile new"


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_expired_keys_in_variables_are_named(
    operator: None, run: Run, answers: Answers, words: tuple[str, ...]
) -> None:
    answers |= {
        "GetCallerIdentity": refusal("ExpiredToken"),
        "GetFunctionConfiguration": refusal("ExpiredTokenException"),
    }
    code, out, said = run(*words)
    assert (code, out, said.count("\n")) == (3, "", 1), said
    assert "ExpiredToken" in said
    assert "renew the variables AWS_ACCESS_KEY_ID" in said


def test_a_profile_of_this_machine_that_does_not_exist_is_two(nobody: Path, run: Run) -> None:
    """It was typed: no variable is to blame, and nothing else is worth a look."""
    code, out, said = run("examine", "--profile", "nobody")
    assert (code, out) == (2, "")
    assert said == f"doctor: --profile: {ABSENT}\n"


def test_where_the_files_cannot_be_parsed_it_is_examined(nobody: Path, run: Run) -> None:
    (nobody / "config").write_text("no section at all\n")
    code, out, _ = run("examine", "--profile", "nobody", "--only", "credentials.none-found", "--budget", "5")
    assert code == 1
    assert "ConfigParseError" in out
    assert f"$ mv {nobody / 'config'} {nobody / 'config'}.broken" in out
    assert "aws configure" not in out


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_a_profile_that_does_not_exist_is_two(operator: None, run: Run, words: tuple[str, ...]) -> None:
    code, out, said = run(*words, "--profile", "nobody")
    assert (code, out) == (2, "")
    assert said == f"doctor: --profile: {ABSENT}\n"


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_no_region_is_two(operator: None, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    code, out, said = run(*words)
    told = "write --region and one, such as eu-west-1, or type: aws configure set region REGION"
    assert (code, out, said) == (2, "", f"doctor: --region: no region is configured: {told}\n")


EMPTY = "is empty, and botocore takes that for a profile's name; type: unset AWS_DEFAULT_PROFILE"


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_a_variable_that_selects_no_profile_is_named(
    operator: None, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert run(*words) == (2, "", f"doctor: AWS_PROFILE: {ABSENT}\n")
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "")  # to botocore it comes first
    assert run(*words) == (2, "", f"doctor: AWS_DEFAULT_PROFILE: {EMPTY}\n")


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_a_file_that_cannot_be_parsed_is_put_aside(nobody: Path, run: Run, words: tuple[str, ...]) -> None:
    """`aws configure` would fail on it as well."""
    (nobody / "config").write_text("no section at all\n")
    code, out, said = run(*words)
    assert (code, out) == (3, "")
    assert said.endswith(f"; mend that file, or put it aside: mv {nobody / 'config'} {nobody / 'config'}.broken\n")


@pytest.mark.parametrize("words", ASKS, ids=lambda words: words[0])
def test_what_cannot_be_a_region_is_two(operator: None, run: Run, words: tuple[str, ...]) -> None:
    told = "doctor: --region: 'us east' is not written as regions are, such as eu-west-1\n"
    assert run(*words, "--region", "us east") == (2, "", told)


@pytest.fixture
def powerless(operator: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator is known to AWS, and allowed nothing."""

    def deny(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "GetCallerIdentity":
            return {"Account": "123456789012"}
        denial = "UnauthorizedOperation" if client.meta.service_model.service_name == "ec2" else "AccessDeniedException"
        raise refusal(denial, operation=operation)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", deny)


def test_without_any_permission_all_is_unknown_and_names_the_actions(powerless: None, run: Run, tmp_path: Path) -> None:
    code, said, errors = run("path", "--from", "subnet-1+sg-1", "--to", "10.0.0.9:443", "--output", "json")
    assert (code, errors, json.loads(said)["reachable"]) == (3, "", None)
    assert "denied: ec2:DescribeSubnets" in said
    code, said, errors = run("examine", "orders", "--output", "json")
    assert (code, errors) == (3, "")
    assert not [each for each in json.loads(said)["findings"] if each["outcome"] == "problem"]
    assert "lambda:GetFunctionConfiguration" in said
    code, said, errors = run("snapshot", str(tmp_path / "saved"))
    assert (code, said) == (3, "")
    assert "doctor: not read: Vpcs (denied: ec2:DescribeVpcs)\n" in errors
    assert errors.endswith("doctor: nothing was read, so nothing is saved\n")
    assert not (tmp_path / "saved").exists()
    code, _, errors = run("snapshot", str(tmp_path / "saved"), "--function", "orders")
    assert (code, errors.count("\n")) == (3, 1)
    assert "lambda:GetFunctionConfiguration" in errors


def test_a_permission_that_is_denied_is_no_login(account: Account, run: Run, answers: Answers) -> None:
    account.deploy()
    answers["GetFunctionConfiguration"] = refusal("AccessDeniedException")
    code, said, errors = run("examine", "orders", "--output", "json")
    assert (code, errors) == (3, "")
    assert "lambda:GetFunctionConfiguration" in said


def test_where_lambda_cannot_be_asked_the_first_line_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    shut = {
        "HTTPS_PROXY": f"http://127.0.0.1:{closed}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in (KEYS | shut).items():
        monkeypatch.setenv(name, value)
    code, said, _ = run("examine", "orders", "--output", "json")
    headline = json.loads(said)["headline"]
    assert code == 3
    assert headline.startswith("Lambda told nothing of function orders (lambda:GetFunctionConfiguration: ProxyError")
    assert "`doctor examine --target lambda`" in headline


def test_a_profile_that_gives_no_credentials_is_named_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile hangs]\nregion = us-east-1\ncredential_process = /bin/sleep 4\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setattr(live, "_ONE_CALL", 0.5)
    for words in (("examine", "orders", "--budget", "3"), ("path", "--from", "subnet-1+sg-1", "--to", "sqs")):
        code, _, said = run(*words, "--profile", "hangs")
        assert code == 3
        assert "the profile 'hangs' (credential_process) gave none within" in said


def test_the_region_is_the_one_that_the_aws_cli_takes(
    account: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_REGION is none of boto3's variables, and the first of the AWS CLI's."""
    account.deploy()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", REGION)
    assert run("examine", "orders", "--only", "function.not-active")[0] == 0
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert run("path", "--from", start(account), "--to", "sqs")[0] == 0


@pytest.mark.parametrize("words", [*ASKS[:2], ("examine", "orders", "--via", "deployed")], ids=lambda words: words[-1])
def test_an_endpoint_in_awss_place_says_what_to_type(
    operator: None, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://10.0.3.77:4566")
    code, out, said = run(*words)
    assert code == 3
    told = " ".join((out + said).split())
    assert "type: unset AWS_ENDPOINT_URL, or where it is meant: export DOCTOR_ALLOW_LOCAL=1" in told
    monkeypatch.setenv("AWS_ENDPOINT_URL", " ")
    code, out, said = run(*words)
    assert code == 3
    assert "type: unset AWS_ENDPOINT_URL" in " ".join((out + said).split())
