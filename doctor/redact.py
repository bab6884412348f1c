"""Nothing that is known to be secret leaves the process, whatever carried it.

Models hold no secrets by construction; this is the second net, for exception texts, names and whatever a plug-in says.
The values of the environment's own secrets are replaced wherever they appear, in the forms that text travels in, and
patterns catch secrets that came from elsewhere. Most reports hold none: what cannot occur in the whole report is
looked for once, and only the rest string by string. Every pattern is linear: bounded, possessive, starting at a literal.
"""

import base64
import copy
import functools
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Self
from urllib.parse import quote, quote_plus, unquote

from doctor.encode import Value, replaced, texts

MASK = "***"
_SHORTEST = 8  # shorter values are words that reports need: "true", "prod", a port
_LINE = 16  # a line of a private key is a secret of its own; a shorter one may be any word

_SECRET_NAME = re.compile(
    r"SECRET|TOKEN|PASSW|PASSPHRASE|PASSCODE|(?:^|_)(?:DB|USER)?(?:PASS|PW)\d*(?:_|$)|PWD|CREDENTIAL|CREDS|PRIVATE|SIGNATURE"
    r"|COOKIE|SALT|SEED|MNEMONIC|JWT|BEARER|WEBHOOK|(?:^|_)(?:PIN|OTP)(?:_|$)"
    r"|APIKEY|API_KEY|ACCESS_KEY|AUTH|DSN|CONN|KEYS?_?\d*$",
    re.IGNORECASE,
)
# Names that look secret and hold none: files, addresses and switches that diagnoses must be able to quote.
_PLAIN_NAME = re.compile(
    r"^(?:OLD)?PWD$|_(?:FILE|PATH|ARN|HOST|PORT|REGION|TABLE|TIMEOUT|ENABLED|URI_SCHEME)$",
    re.IGNORECASE,
)


class _Net(NamedTuple):
    """A pattern, the literal that it starts with, and what is put in place of what it finds."""

    needle: str
    spelled: str
    mask: str | Callable[[re.Match[str]], str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled on first use: few runs meet a needle, and all nets together take as long as two imports."""
        return _compiled(self.spelled)


_compiled = functools.cache(re.compile)
# What `html.escape` writes, without the half megabyte of names that its module knows.
_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def _nets(needles: str, rest: str, mask: str | Callable[[re.Match[str]], str] = MASK) -> Iterator[_Net]:
    """One net for each needle: a search for one literal is an order of magnitude faster than for one of several."""
    for needle in needles.split("|"):
        literal = re.escape(needle)
        yield _Net(needle, literal + rest.replace("<needle>", literal), mask)


def _cased(words: str) -> str:
    return "|".join(f"{word}|{word.upper()}|{word.title()}" for word in words.split())


def _mask_part(match: re.Match[str]) -> str:
    """Mask the secret only; what names a secret (an ARN) holds none, and a diagnosis needs it."""
    if match["secret"].lstrip("\"'").startswith((MASK, "arn:")):
        return match[0]
    return f"{match.string[match.start() : match.start('secret')]}{MASK}"


def _mask_pair(match: re.Match[str]) -> str:
    """HTTP's basic authentication is base64 of "user:password"; basic things are not."""
    try:
        pair = base64.b64decode(match["secret"], validate=True).decode()
    except ValueError:
        return match[0]
    return MASK if ":" in pair else match[0]


def _mask_mixed(match: re.Match[str]) -> str:
    """Forty random characters of base64 are no digest, which is hexadecimal, and no path, which is words and slashes."""
    found = match[0]
    upper, lower = sum(map(str.isupper, found)), sum(map(str.islower, found))
    mixed = upper >= 6 and lower >= 6 and found.count("/") <= 4
    return MASK if mixed and any(map(str.isdigit, found)) else found


# A token begins after no letter or digit, or after what is left of an escaped line end or a URL-encoded sign.
_BEGINS = r"(?:(?<![A-Za-z0-9_-]<needle>)|(?<=\\[nrt]<needle>)|(?<=%[0-9A-Fa-f]{2}<needle>))"
# Between a label and its value: quotes that JSON may have escaped, and one colon or equals sign.
_IS = r"[\"'\\]{0,4}\s{0,4}(?:=>|[:=]|%3[AaDd])\s{0,4}\\{0,3}"
_VALUE = r"(?P<secret>\"[^\"\\\r\n]{4,512}+|'[^'\\\r\n]{4,512}+|[\"']?[^\s\"',;&\\]{8,512}+)"
_LABELLED = tuple(
    _nets(
        _cased("secret password passwd passphrase pwd token api_key apikey access_key private_key")
        + "|apiKey|accessKey|accountKey|privateKey|SharedAccessKey|AccountKey",
        rf"(?<!:<needle>){_IS}{_VALUE}",  # `…:secret:name` is an ARN
        _mask_part,
    )
)
_SHAPES = (
    # Without an end, too: messages are cut.
    *_nets(
        "-----BEGIN",
        r" [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,20000}+(?:-----END [A-Z ]{0,40}-----)?",
    ),
    *_nets("LS0tLS1CRUdJTi", r"[A-Za-z0-9+/=_-]{20,20000}+"),
    *_nets("AKIA|ASIA|ABIA|ACCA", r"[A-Z0-9]{16}(?![A-Z0-9])"),
    *_nets("FwoG|FQoG|IQoJ", r"[A-Za-z0-9+/=_%-]{50,4096}+"),
    *_nets(
        _cased("x-amz-signature x-amz-security-token x-amz-credential"),
        r"(?:=|%3[Dd])(?P<secret>[^&\s\"'<>]{1,4096}+)",
        _mask_part,
    ),
    *_nets("Signature=|sig=", r"(?<=[?& ,]<needle>)(?P<secret>[^&\s\"'<>,]{8,512}+)", _mask_part),
    *_nets(
        _cased("authorization x-amz-security-token cookie"),
        _IS + r"[\"']?(?P<secret>[^\s\"',;][^\r\n\"']{0,4096}+)",
        _mask_part,
    ),
    *_nets(
        _cased("bearer"),
        r" (?P<secret>(?=[^\s\d]{0,512}?(?:\d|\.[A-Za-z]))[A-Za-z0-9._~+/=-]{8,4096}+)",
        _mask_part,
    ),
    *_nets(_cased("basic"), r" (?P<secret>[A-Za-z0-9+/]{8,4096}={0,2})", _mask_pair),
    *_nets("eyJ", _BEGINS + r"[A-Za-z0-9_-]{8,4096}+\.[A-Za-z0-9_-]{8,8192}+\.[A-Za-z0-9_-]{8,4096}+"),
    *_nets("gh", r"[pousr]_[A-Za-z0-9]{36,255}+"),
    *_nets("github_pat_", r"[A-Za-z0-9_]{22,255}+"),
    *_nets("xox|xapp", r"[abeprs]?-[A-Za-z0-9-]{10,255}+"),
    *_nets("glpat-|pypi-|bedrock-api-key-", r"[A-Za-z0-9+/=_-]{20,8192}+"),
    *_nets("sk_|rk_", r"(?:live|test)_[A-Za-z0-9]{16,255}+"),
    *_nets("whsec_|npm_", r"[A-Za-z0-9]{16,255}+"),
    *_nets("ABSK", r"[A-Za-z0-9+/=]{40,255}+"),
    *_nets("sk-|hvs.|SG.|AIza", _BEGINS + r"[A-Za-z0-9_.-]{20,255}+"),
    *_nets(
        "//hooks.slack.com/|//discord.com/api/webhooks/|//discordapp.com/api/webhooks/|.webhook.office.com/",
        r"[^\s\"'<>]{8,1024}+",
    ),
    *_nets("://", r"[^\s/:@\"']{0,128}+:(?P<secret>[^\s/@\"']{1,512}+)(?=@)", _mask_part),
)
# A run of forty has no literal to look for; it starts where a run starts, so that each character is looked at once.
_FORTY = _Net(
    "",
    r"(?:(?<![A-Za-z0-9+/])|(?<=\\[nrt]))[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])(?<![0-9a-f]{40})(?<![0-9A-F]{40})",
    _mask_mixed,
)


_NEEDLES = frozenset(net.needle.lower() for net in (*_SHAPES, *_LABELLED, _FORTY))


class Redactor:
    """Knows the secrets of one environment and masks them in text and in plain data.

    `public` is what the doctor itself names (ids, targets, the words of its schemas). A weak password may be one of
    these words: data must not become unreadable by it. Names with punctuation stay wherever they stand, plain words
    only where they are the whole string.
    """

    def __init__(self, environ: Mapping[str, str], public: Collection[str] = ()) -> None:
        forms = {form for value in _secrets(environ) for form in _forms(value)}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self._public, self._names = frozenset[str](), frozenset[str]()
        self._spare(public)

    def sparing(self, public: Collection[str]) -> Self:
        """The same, for a report that cannot do without these words either."""
        other = copy.copy(self)
        other._spare(public)
        return other

    def _spare(self, public: Collection[str]) -> None:
        self._public |= frozenset(public)
        self._names |= frozenset(word for word in public if not word.isidentifier())

    def text(self, text: str) -> str:
        """The text with every known secret, and what looks like one, masked."""
        return self._masked([text])[0]

    def plain(self, value: Value) -> Value:
        """The same plain data or dataclass with every string redacted, keys too; where nothing is secret, itself."""
        found = [text for text in dict.fromkeys(texts(value)) if text not in self._public]
        masked = zip(found, self._masked(found), strict=True)
        return replaced(value, {text: mask for text, mask in masked if mask != text})

    def _masked(self, texts: list[str]) -> list[str]:
        together = "\n".join(texts)
        if present := [form for form in self._forms if form in together]:
            known = self._known(present, together)
            texts = [known.sub(self._unless_named, text) for text in texts]
            together = "\n".join(texts)
        lowered = together.lower()
        possible = {needle for needle in _NEEDLES if needle in lowered}
        for net in (*_SHAPES, *_LABELLED, _FORTY):
            if net.needle.lower() in possible and net.pattern.search(together):
                texts = [net.pattern.sub(net.mask, text) for text in texts]
        return texts

    def _known(self, present: list[str], text: str) -> re.Pattern[str]:
        names = [name for name in self._names if name in text]
        spelled = {name: rf"(?<![\w.-]){re.escape(name)}(?!\w|[.-]\w)" for name in names}
        spelled |= {form: re.escape(form) for form in present}
        return re.compile("|".join(spelled[word] for word in sorted(spelled, key=lambda word: (-len(word), word))))

    def _unless_named(self, match: re.Match[str]) -> str:
        return match[0] if match[0] in self._names else MASK


def cut(text: str, most: int = 300) -> str:
    """The start of a text, masked before it is cut: nobody recognises half a secret afterwards."""
    return Redactor(os.environ).text(text)[:most]


def brief(error: BaseException, most: int = 300) -> str:
    """An exception for a report: what was raised, and the start of what it says."""
    return f"{type(error).__name__}: {cut(str(error), most)}"


def names_secret(variable: str) -> bool:
    """Whether a variable's name says that its value is secret."""
    return bool(_SECRET_NAME.search(variable)) and not _PLAIN_NAME.search(variable)


def looks_secret(value: str) -> bool:
    """Whether a value has the shape of a key, a token or a private key, or is a URL with a password."""
    return any(net.needle in value and net.pattern.sub(net.mask, value) != value for net in _SHAPES)


def holds_secret(variable: str, value: str) -> bool:
    """Whether anything in a variable's value is secret; an ARN in a secret-named variable is not."""
    return next(iter(_secrets({variable: value})), None) is not None or looks_secret(value)


def _secrets(environ: Mapping[str, str]) -> Iterable[str]:
    for name, value in environ.items():
        if names_secret(name) and not value.startswith("arn:"):
            yield from (value, value.strip(), " ".join(value.split()), "".join(value.split()))
            yield from (line for line in value.splitlines() if len(line) >= _LINE)
        if name.startswith("AWS_ENDPOINT_URL"):  # host and port are evidence, a path may be a webhook's secret
            yield value.partition("://")[2].partition("/")[2]
        if "://" in value and "@" in value:
            user, _, password = value.partition("://")[2].rpartition("@")[0].partition(":")
            yield from (password or user, unquote(password or user))
        yield from (found for net in (*_SHAPES, *_LABELLED) if net.needle in value for found in _caught(net, value))


def _caught(net: _Net, value: str) -> Iterator[str]:
    for match in net.pattern.finditer(value):
        masked = net.mask if isinstance(net.mask, str) else net.mask(match)
        if masked != match[0]:
            yield match.groupdict().get("secret", match[0]).strip("\"'")


def _forms(value: str) -> Iterable[str]:
    """The spellings in which a value may turn up: raw, JSON, URL, HTML, base64, hexadecimal."""
    if len(value) < _SHORTEST:
        return
    data = value.encode("utf-8", "surrogateescape")
    escaped = [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]]
    escaped += [json.dumps(spelled)[1:-1] for spelled in escaped]
    escaped += [repr(data)[2:-1], escaped[0].replace("/", "\\/"), value.translate(_IN_HTML)]
    quoted = [quote(data, safe=""), quote(data), quote_plus(data)]
    quoted += [re.sub("%..", lambda sign: sign[0].lower(), spelled) for spelled in quoted]
    encoded = [base64.b64encode(data).decode(), *_aligned(data)]
    encoded += [spelled.translate(str.maketrans("+/", "-_")) for spelled in encoded]
    spellings = (value, *escaped, *quoted, *encoded, encoded[0].rstrip("="), data.hex(), data.hex().upper())
    yield from (spelling for spelling in spellings if len(spelling) >= _SHORTEST)


def _aligned(data: bytes) -> Iterator[str]:
    """What base64 shows of the data inside a longer text, as "user:password": three bytes make four characters."""
    for before in range(3):
        spelled = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        whole = len(spelled) if (before + len(data)) % 3 == 0 else len(spelled) - 1
        yield spelled[(0, 2, 3)[before] : whole]
