"""Nothing that is known to be secret leaves the process, whatever carried it.

Models hold no secrets by construction; this is the second net, for exception texts, names and whatever a plug-in says.
The values of the environment's own secrets are replaced wherever they appear, in the forms that text travels in, and
a few patterns catch secrets that came from elsewhere. Every pattern is linear: bounded and without backtracking.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

MASK = "***"
_SHORTEST = 8  # shorter values are words that reports need: "true", "prod", a port

_SECRET_NAME = re.compile(
    r"SECRET|TOKEN|PASSW|PWD|CREDENTIAL|PRIVATE|SIGNATURE|COOKIE|SALT|APIKEY|API_KEY|ACCESS_KEY|AUTH|DSN|CONN|_KEY$|^KEY$",
    re.IGNORECASE,
)
# Names that look secret and hold none: files, addresses and switches that diagnoses must be able to quote.
_PLAIN_NAME = re.compile(
    r"^AWS_WEB_IDENTITY_TOKEN_FILE$|_(?:FILE|PATH|ARN|HOST|PORT|REGION|TABLE|TIMEOUT|ENABLED|URI_SCHEME)$",
    re.IGNORECASE,
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{1,20000}-----END [A-Z ]{0,30}PRIVATE KEY-----",
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
        r"\b(?:FwoG|FQoG|IQoJ)[A-Za-z0-9+/=_%-]{50,4096}",
        r"(?i:\bX-Amz-(?:Signature|Security-Token|Credential)=)[^&\s\"'<>]{1,4096}",
        r"(?i:\b(?:authorization|x-amz-security-token)\b\"?\s{0,4}[:=]\s{0,4})[^\s\"',;][^\r\n\"']{0,4096}",
        r"(?i:\bbearer )[A-Za-z0-9._~+/=-]{8,4096}",
        r"\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}",
        r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}",
        r"\bxox[abeprs]-[A-Za-z0-9-]{10,255}|\bglpat-[A-Za-z0-9_-]{20,255}|\bsk_(?:live|test)_[A-Za-z0-9]{16,255}",
        r"\b(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{40,255}|ABSK[A-Za-z0-9+/=]{40,255})",
    )
)
_URL_PASSWORD = re.compile(r"(://[^\s/:@\"']{0,128}:)[^\s/@\"']{1,512}(?=@)")
# Forty characters of base64 with an upper, a lower and a digit, and not a hexadecimal digest.
_FORTY = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])")
_LABELLED = re.compile(r"(?i)(secret|passw(?:or)?d|token|api_?key)(\"?\s{0,4}[:=]\s{0,4}\"?)([^\s\"',;&]{8,512})")


class Redactor:
    """Knows the secrets of one environment and masks them in text and in plain data."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        forms = {form for value in _secrets(environ) for form in _forms(value)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def text(self, text: str) -> str:
        """The text with every known secret, and what looks like one, masked."""
        if self._values:
            text = self._values.sub(MASK, text)
        if len(text) < _SHORTEST:
            return text
        for pattern in _PATTERNS:
            text = pattern.sub(MASK, text)
        text = _URL_PASSWORD.sub(rf"\1{MASK}", text)
        text = _LABELLED.sub(_mask_labelled, text)
        return _FORTY.sub(_mask_if_mixed, text)

    def plain(self, value: Any) -> Any:
        """The same plain data (dicts, lists, strings, numbers) with every string redacted, keys too."""
        if isinstance(value, str):
            return self.text(value) if type(value) is str else value
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        return value


def _mask_labelled(match: re.Match[str]) -> str:
    return match[0] if match[3].startswith(MASK) else f"{match[1]}{match[2]}{MASK}"


def _mask_if_mixed(match: re.Match[str]) -> str:
    found = match[0]
    mixed = any(map(str.isupper, found)) and any(map(str.islower, found)) and any(map(str.isdigit, found))
    return MASK if mixed else found


def names_secret(variable: str) -> bool:
    """Whether a variable's name says that its value is secret."""
    return bool(_SECRET_NAME.search(variable)) and not _PLAIN_NAME.search(variable)


def looks_secret(value: str) -> bool:
    """Whether a value has the shape of a key, a token or a private key, or is a URL with a password."""
    return any(pattern.search(value) for pattern in (*_PATTERNS, _URL_PASSWORD))


def _secrets(environ: Mapping[str, str]) -> Iterable[str]:
    for name, value in environ.items():
        if names_secret(name):
            yield value
            yield value.strip()
        if "://" in value and "@" in value:
            try:
                yield urlsplit(value).password or ""
            except ValueError:
                continue


def _forms(value: str) -> Iterable[str]:
    """The spellings in which a value may turn up: raw, JSON, URL, base64, hexadecimal."""
    if len(value) < _SHORTEST:
        return
    data = value.encode("utf-8", "surrogateescape")
    encoded = base64.b64encode(data).decode()
    spellings = (
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(data, safe=""),
        quote_plus(data),
        encoded,
        encoded.rstrip("="),
        base64.urlsafe_b64encode(data).decode(),
        data.hex(),
        data.hex().upper(),
    )
    yield from (spelling for spelling in spellings if len(spelling) >= _SHORTEST)
