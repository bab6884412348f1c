"""The operator's own way to AWS, where it is shut: which command opens it again."""

import shlex
from collections.abc import Mapping
from typing import Any

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class UnansweredError(Exception):
    """AWS told nothing, so that there is nothing to judge. The message says why, and what to type."""


def refused(detail: str, environ: Mapping[str, str]) -> UnansweredError:
    """The operator's credentials are missing or expired; `detail` says which of it, in AWS's or botocore's words."""
    return UnansweredError(f"{detail.partition('; log in')[0]}; {_command(environ)}")


def _command(environ: Mapping[str, str]) -> str:
    """What to type to be let in, by what the profile is made of (AWS SDKs and Tools guide, "Shared config")."""
    import botocore.session

    profile = environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or "default"  # botocore's order
    try:
        profiles = botocore.session.Session(profile=None).full_config.get("profiles", {})
    except Exception:  # noqa: BLE001 - a file that cannot be parsed: what makes a new one is right then, too
        profiles = {}
    words = _by_profile(profile, profiles)
    if environ.get(_KEYS[0], "").strip():
        return f"renew the variables {', '.join(_KEYS)}, or unset them and log in: {words}"
    return f"log in: {words}"


def _by_profile(name: str, profiles: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> str:
    """A profile that assumes a role is as good as the profile that it assumes it from."""
    settings = profiles.get(name) or {}
    source = str(settings.get("source_profile") or "")
    if source and source != name and source not in seen:
        return _by_profile(source, profiles, seen | {name})
    which = "" if name == "default" else f" --profile {shlex.quote(name)}"
    if "sso_session" in settings or "sso_start_url" in settings:
        return f"aws sso login{which}"
    if "login_session" in settings:
        return f"aws login{which}"
    return f"aws configure{which}"
