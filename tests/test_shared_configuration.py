"""What the doctor reads in AWS's shared files, held to botocore's own reading of them."""

import os
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import trustme
from botocore.configprovider import ConfiguredEndpointProvider
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor import shared_configuration
from doctor.evidence.settings import endpoint_overrides
from doctor.evidence.trust import Trust
from doctor.probe.authorities import trusted
from doctor.request import Request
from doctor.world import World

LOCAL = "http://localhost:4566"
SERVICES = ("sqs", "secretsmanager", "sts", "network-firewall", "events", "stepfunctions")


def shared(folder: Path, config: str = "", credentials: str = "") -> dict[str, str]:
    """The variables of a process whose shared files are these."""
    for name, text in (("config", config), ("credentials", credentials)):
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }


def ours(environ: dict[str, str], service: str) -> str | None:
    found = endpoint_overrides.serving(endpoint_overrides.standing(environ), service)
    return found.address if found else None


def botocores(service: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str | None:
    with monkeypatch.context() as patched:
        for name, value in environ.items():
            patched.setenv(name, value)
        session: Any = botocore.session.Session()
        provider = ConfiguredEndpointProvider(
            session.full_config, session.get_scoped_config(), service, dict(os.environ)
        )
        url = provider.provide()
        return endpoint_overrides.override("", None, str(url)).address if url else None


@pytest.mark.parametrize(
    ("variables", "config", "credentials"),
    [
        ({}, f"[default]\nendpoint_url = {LOCAL}\n", ""),
        ({}, "", f"[default]\nendpoint_url = {LOCAL}\n"),
        ({}, "[default]\nendpoint_url = http://one:1\n", "[default]\nendpoint_url = http://two:2\n"),
        ({"AWS_PROFILE": "dev"}, f"[profile dev]\nendpoint_url = {LOCAL}\n", ""),
        ({"AWS_PROFILE": "dev"}, f'[profile "dev"]\nendpoint_url = {LOCAL}\n[default]\nendpoint_url = http://no\n', ""),
        (
            {"AWS_DEFAULT_PROFILE": "dev", "AWS_PROFILE": "other"},
            f"[profile dev]\nendpoint_url={LOCAL}\n[profile other]\n",
            "",
        ),
        ({}, f"[default]\nservices = mine\n[services mine]\nsqs =\n  endpoint_url = {LOCAL}\n", ""),
        (
            {},
            f"[default]\nservices=m\nendpoint_url=http://all\n[services m]\nsecrets_manager =\n  endpoint_url={LOCAL}\n",
            "",
        ),
        ({"AWS_ENDPOINT_URL": "http://variable:1"}, f"[default]\nendpoint_url = {LOCAL}\n", ""),
        ({"AWS_ENDPOINT_URL_SQS": "http://variable:1"}, f"[default]\nendpoint_url = {LOCAL}\n", ""),
        ({"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://variable:1"}, "", ""),
        ({"AWS_ENDPOINT_URL_EVENTBRIDGE": "http://variable:1", "AWS_ENDPOINT_URL_SFN": "http://variable:2"}, "", ""),
        ({"AWS_ENDPOINT_URL": ""}, "[default]\nregion = us-east-2\n", ""),
        ({"AWS_ENDPOINT_URL": " "}, "[default]\nregion = us-east-2\n", ""),
        ({"AWS_ENDPOINT_URL_SQS": " "}, "[default]\nregion = us-east-2\n", ""),
    ],
)
def test_the_endpoint_is_the_one_that_botocore_takes(
    variables: dict[str, str], config: str, credentials: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = variables | shared(tmp_path, config, credentials)
    told = {service: ours(environ, service) for service in SERVICES}
    assert told == {service: botocores(service, environ, monkeypatch) for service in SERVICES}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="[]= \n\\\"'#;abdefgilnoprstu_", max_size=200))
def test_no_text_is_a_crash(tmp_path: Path, text: str) -> None:
    environ = shared(tmp_path, text, text)
    assert shared_configuration.setting(environ, "ca_bundle") == ""
    assert endpoint_overrides.standing(environ) == ()


@pytest.mark.parametrize(
    ("variables", "line", "ignored"),
    [
        ({}, "ignore_configured_endpoint_urls = true", True),
        ({}, "ignore_configured_endpoint_urls = True", True),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, "ignore_configured_endpoint_urls = true", False),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}, "", True),
        ({}, "", False),
    ],
)
def test_both_a_variable_and_a_profile_can_disable_them(
    variables: dict[str, str], line: str, ignored: bool, tmp_path: Path
) -> None:
    assert endpoint_overrides.ignored(variables | shared(tmp_path, f"[default]\n{line}\n")) is ignored


def test_services_that_stand_nowhere_override_nothing(tmp_path: Path) -> None:
    """botocore makes no client then (InvalidConfigError), which is evidence of its own."""
    assert endpoint_overrides.standing(shared(tmp_path, "[default]\nservices = none\n")) == ()


def test_a_profile_without_a_file_says_nothing(tmp_path: Path) -> None:
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": ""}
    assert shared_configuration.setting(nowhere, "ca_bundle") == ""
    assert not shared_configuration.defines(nowhere, "default")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, ["ca_bundle in the shared configuration"]),
        ({"AWS_CA_BUNDLE": "other.pem"}, ["AWS_CA_BUNDLE", "ca_bundle in the shared configuration"]),
        ({"REQUESTS_CA_BUNDLE": "other.pem"}, ["ca_bundle in the shared configuration", "REQUESTS_CA_BUNDLE"]),
    ],
)
def test_a_bundle_is_named_in_botocores_order(variables: dict[str, str], named: list[str], tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    environ = variables | shared(tmp_path, f"[default]\nca_bundle = {tmp_path / 'ca.pem'}\n")
    (told,) = Trust.collect(World(request=Request(), until=9.0, environ=environ))
    assert isinstance(told, Trust)
    assert [each.variable for each in told.bundles] == named
    assert {each.certificates for each in told.bundles if "ca_bundle" in each.variable} == {1}
    if "AWS_CA_BUNDLE" not in variables:
        authorities = trusted(environ, sdk=True).get_ca_certs()
        assert [each["subject"] for each in authorities] == [each["issuer"] for each in authorities]
        assert len(authorities) == 1
