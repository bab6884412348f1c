"""The operator's own way to AWS, where it is shut: which command opens it again."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class UnansweredError(Exception):
    """AWS told nothing, so that there is nothing to judge. The message says why, and what to type."""


class Makes(StrEnum):
    """What makes a profile's credentials."""

    SSO = "sso"
    LOGIN = "login"
    PROCESS = "process"
    KEYS = "keys"  # also of a profile that does not stand anywhere yet


@dataclass(frozen=True, slots=True)
class WayIn:
    """The profile that the operator's credentials come from at last, and what makes them."""

    profile: str
    makes: Makes

    @property
    def which(self) -> str:
        """The option of the AWS CLI that names the profile; "" for the default one."""
        return "" if self.profile == "default" else f" --profile {shlex.quote(self.profile)}"

    @property
    def command(self) -> str:
        """What to type to be let in. A process that succeeds prints keys, so only what it complains of is shown."""
        return {
            Makes.SSO: f"aws sso login{self.which}",
            Makes.LOGIN: f"aws login{self.which}",
            Makes.PROCESS: f'sh -c "$(aws configure get credential_process{self.which})" > /dev/null',
            Makes.KEYS: f"aws configure{self.which}",
        }[self.makes]


def refused(detail: str, environ: Mapping[str, str]) -> UnansweredError:
    """The operator's credentials are missing or expired; `detail` says which of it, in AWS's or botocore's words."""
    aside = put_aside(detail.removesuffix(")"))
    return UnansweredError(f"{detail}; {f'mend that file, or put it aside: {aside}' if aside else _command(environ)}")


def put_aside(message: str) -> str:
    """What to type where botocore cannot parse a file, which stops `aws configure` as well (measured); "" of other errors."""
    file = shlex.quote(message.partition("Unable to parse config file: ")[2])
    return f"mv {file} {file}.broken" if file != "''" else ""


def _command(environ: Mapping[str, str]) -> str:
    way = way_in(environ)
    what = "see what its credential_process says" if way.makes is Makes.PROCESS else "log in"
    if environ.get(_KEYS[0], "").strip():
        return f"renew the variables {', '.join(_KEYS)}, or unset them and {what}: {way.command}"
    return f"{what}: {way.command}"


def way_in(environ: Mapping[str, str]) -> WayIn:
    """How the operator is let in, by what the profile is made of (AWS SDKs and Tools guide, "Shared config")."""
    import botocore.session

    profile = environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or "default"  # botocore's order
    try:
        profiles = botocore.session.Session(profile=None).full_config.get("profiles", {})
    except Exception:  # noqa: BLE001 - a file that cannot be parsed tells of no profile
        profiles = {}
    return _by_profile(profile, profiles)


def _by_profile(name: str, profiles: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> WayIn:
    """A profile that assumes a role is as good as the profile that it assumes it from."""
    settings = profiles.get(name) or {}
    source = str(settings.get("source_profile") or "")
    if source and source != name and source not in seen:
        return _by_profile(source, profiles, seen | {name})
    if "sso_session" in settings or "sso_start_url" in settings:
        return WayIn(name, Makes.SSO)
    if "login_session" in settings:
        return WayIn(name, Makes.LOGIN)
    return WayIn(name, Makes.PROCESS if "credential_process" in settings else Makes.KEYS)
