"""The profile that an environment selects in AWS's shared files, read as botocore reads it, by the standard library alone.

Source: `botocore.configloader` and `botocore.session.Session.full_config`, 1.44; AWS SDKs and Tools reference guide,
"Shared config and credentials files". Profiles may hold secrets: only what is asked for by name leaves this module.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FILES = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
_PROFILE = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # botocore's order (`botocore.configprovider`)
_Section = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Shared:
    """Both files as one: settings by profile, and by name of a `services` section."""

    profiles: dict[str, _Section] = field(default_factory=dict)
    services: dict[str, _Section] = field(default_factory=dict)


def selected(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable that selects a profile, and the profile's name; botocore honours a blank one."""
    return next(((name, environ[name]) for name in _PROFILE if name in environ), None)


def defines(environ: Mapping[str, str], profile: str) -> bool:
    """Whether a readable file has a section for this profile."""
    return profile in _read(environ).profiles


def absent(profile: str) -> str:
    """Words about a profile that no file defines, for whoever can name another. With it the AWS CLI itself would fail."""
    look = " ".join(("env", *(f"-u {name}" for name in _PROFILE), "aws configure list-profiles"))
    return f"there is no profile {profile!r} in the files of the AWS CLI; to see those there are: {look}"


def silent(environ: Mapping[str, str]) -> bool:
    """Whether a file is there that tells nothing: empty, not to be read, or not to be parsed."""
    files = [place(environ, variable, default) for variable, default in FILES]
    return any(os.path.isfile(file) and not _sections(file) for file in files)


def setting(environ: Mapping[str, str], name: str) -> str:
    """One setting of the selected profile; "" where it stands nowhere."""
    return _read(environ).profiles.get(_name(environ), {}).get(name, "").strip()


def endpoint_urls(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each service and its `endpoint_url` in the profile's `services` section; the service "" has the profile's own."""
    shared = _read(environ)
    profile = shared.profiles.get(_name(environ), {})
    for service, block in shared.services.get(profile.get("services", "").strip(), {}).items():
        for line in block.splitlines():
            key, _, url = line.partition("=")
            if key.strip() == "endpoint_url" and url.strip():
                yield service, url.strip()
    if own := profile.get("endpoint_url", "").strip():
        yield "", own


def source(environ: Mapping[str, str]) -> str:
    """Whom the SDK asks for credentials first, in words; the settings in the order of botocore's providers."""
    makers = ("role_arn", "sso_session", "sso_start_url", "login_session", "credential_process")
    maker = next((name for name in makers if setting(environ, name)), "")
    if selected(environ) or maker:
        return f"the profile {_name(environ)[:128]!r}{f' ({maker})' if maker else ''}"
    return "the default credential chain"


def place(environ: Mapping[str, str], variable: str, default: str) -> str:
    """A blank variable means no file at all; where nobody knows a home, `~` stays as it is."""
    file, home = os.path.expandvars(environ.get(variable, f"~/.aws/{default}")), environ.get("HOME")
    return home + file[1:] if home and file.startswith("~/") else os.path.expanduser(file)


def _name(environ: Mapping[str, str]) -> str:
    chosen = selected(environ)
    return chosen[1] if chosen else "default"


def _read(environ: Mapping[str, str]) -> _Shared:
    """What the credentials file says of a profile wins. A file that cannot be parsed defines nothing: boto3 fails on it."""
    shared = _Shared()
    for variable, default in FILES:
        for title, settings in _sections(place(environ, variable, default)):
            kind, name = ("profile", title) if default == "credentials" else _titled(title)
            known = {"profile": shared.profiles, "services": shared.services}.get(kind, {})
            known.setdefault(name, {}).update(settings)
    return shared


def _sections(file: str) -> list[tuple[str, _Section]]:
    if not os.path.isfile(file):
        return []
    import configparser  # what parents import delays every run, and a function has no such file

    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return []
    return [(title, dict(parser.items(title))) for title in parser.sections()]


def _titled(section: str) -> tuple[str, str]:
    """A config file calls a profile `[profile NAME]`, all but the default; a credentials file calls it `[NAME]`."""
    try:
        words = shlex.split(section)
    except ValueError:
        return "", ""
    if section == "default":
        return "profile", section
    return (words[0], words[1]) if len(words) == 2 else ("", "")
