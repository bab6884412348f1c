"""Peers that are hostile during the handshake: what each does, how the handshake ends, and what breaks the target then."""

import ipaddress
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509

from doctor.evidence.reach import Tls
from tests import peers
from tests.peers import Behaviour, over_tls, says
from tests.robust import certificates
from tests.robust.certificates import Authority, Issued, subject
from tests.robust.climbed import FROM_AWS, HOST

FINDINGS = {
    Tls.VERIFIED: "",
    Tls.UNTRUSTED: "reach.certificate-untrusted",
    Tls.EXPIRED: "reach.certificate-untrusted",
    Tls.WRONG_NAME: "reach.certificate-wrong-name",
    Tls.NOT_TLS: "reach.not-tls",
    Tls.TIMEOUT: "reach.handshake-timeout",
    Tls.RESET: "reach.connection-reset",
}


@dataclass(frozen=True)
class Row:
    """One hostile peer, and how the handshake with it ends."""

    name: str
    behave: Behaviour
    tls: Tls
    finding: str | None = None  # where it is not that of the class

    @property
    def breaks(self) -> str:
        """What breaks the target; nothing where the handshake is sound, or fails in a way that has no name."""
        return FINDINGS.get(self.tls, "") if self.finding is None else self.finding


def record(kind: int, body: bytes, *, version: int = 0x0303, length: int | None = None) -> bytes:
    """A TLS record (RFC 8446, 5.1); `length` is what it claims."""
    return struct.pack(">BHH", kind, version, len(body) if length is None else length) + body


ALERT, HANDSHAKE, DATA, CIPHER_CHANGE, HEARTBEAT = 21, 22, 23, 20, 24

# RFC 8446, 6; and those of earlier versions.
_ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
    255: "an alert that was never assigned",
}
_NO_FATAL = (0, 255)  # OpenSSL has no words for them: close_notify is a warning
ALERTS = [
    *(
        Row(
            f"fatal alert: {words}",
            says(record(ALERT, bytes([2, code]))),
            Tls.FAILED if code in _NO_FATAL else Tls.RESET,
        )
        for code, words in _ALERTS.items()
    ),
    *(
        Row(f"warning, then the end: {_ALERTS[code]}", says(record(ALERT, bytes([1, code]))), Tls.RESET)
        for code in (0, 41, 90, 112)
    ),
    Row("warning, then the end: no_renegotiation", says(record(ALERT, b"\1\x64")), Tls.FAILED),
    Row("an alert of no known level", says(record(ALERT, bytes([3, 40]))), Tls.FAILED),
    Row("half an alert", says(record(ALERT, b"\2")), Tls.FAILED),
    Row("an empty alert", says(record(ALERT, b"")), Tls.FAILED),
    Row("an alert with too much in it", says(record(ALERT, b"\2\x28\0\0")), Tls.FAILED),
    Row("warnings without end", says(*[record(ALERT, b"\1\x70")] * 500), Tls.FAILED),
]

_LANGUAGES = {
    "HTTP": peers.answer("400 Bad Request"),
    "HTTP that redirects": peers.answer("301 Moved Permanently", "Location: https://x.example/"),
    "a page without a head": b"<!DOCTYPE html><html><body>It works!</body></html>",
    "SSH": b"SSH-2.0-OpenSSH_9.9\r\n",
    "SMTP": b"220 mail.example ESMTP Postfix\r\n",
    "FTP": b"220 (vsFTPd 3.0.5)\r\n",
    "POP3": b"+OK Dovecot ready.\r\n",
    "IMAP": b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
    "MySQL": b"\x4a\x00\x00\x00\x0a8.0.39\x00" + bytes(60),
    "PostgreSQL's error": b"E\0\0\0\x84SFATAL\0VFATAL\0C0A000\0Munsupported frontend protocol\0\0",
    "Redis": b"-ERR Protocol error: unauthenticated multibulk length\r\n",
    "memcached": b"ERROR\r\nERROR\r\nERROR\r\n",
    "AMQP": b"AMQP\x00\x00\x09\x01",
    "MongoDB": struct.pack("<iiii", 64, 1, 0, 1) + bytes(48),
    "a proxy's line": b"PROXY TCP4 10.0.0.1 10.0.0.2 5000 443\r\n",
    "SOCKS": b"\x05\xff" + bytes(10),
    "Telnet": b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27",
    "HTTP/2 in the clear": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "JSON": b'{"error": "this port speaks no TLS"}\n',
    "XML": b'<?xml version="1.0"?><Error><Code>400</Code></Error>',
    "gzip": b"\x1f\x8b\x08\x00" + bytes(60),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "zeros": bytes(512),
    "ones": b"\xff" * 512,
    "line ends": b"\r\n" * 50,
    "escapes for a terminal": b"\x1b[2J\x1b]0;title\x07" * 9,
    "every byte": bytes(range(256)) * 8,
}
LANGUAGES = [Row(f"speaks {words}", says(spoken), Tls.NOT_TLS) for words, spoken in _LANGUAGES.items()]


def _hello(version: int = 0x0303, cipher: int = 0x1301, *, length: int | None = None, kind: int = 2) -> bytes:
    """A ServerHello of our own making."""
    body = struct.pack(">H", version) + bytes(32) + b"\0" + struct.pack(">HB", cipher, 0) + b"\0\0"
    return bytes([kind]) + (len(body) if length is None else length).to_bytes(3, "big") + body


RECORDS = [
    Row("a record that claims 64 kB", says(record(HANDSHAKE, bytes(100), length=0xFFFF)), Tls.NOT_TLS),
    Row(
        "a record of the most bytes and one",
        says(record(HANDSHAKE, bytes(16_384 + 257), length=16_384 + 257)),
        Tls.FAILED,
    ),
    Row("data before the handshake", says(record(DATA, b"GET / HTTP/1.1\r\n\r\n")), Tls.FAILED),
    Row("a change of ciphers first", says(record(CIPHER_CHANGE, b"\1")), Tls.FAILED),
    Row("changes of ciphers without end", says(*[record(CIPHER_CHANGE, b"\1")] * 500), Tls.FAILED),
    Row("a heartbeat", says(record(HEARTBEAT, b"\1\xff\xff")), Tls.FAILED),
    Row("a record of no known kind", says(record(99, b"what")), Tls.FAILED),
    Row("empty records without end", says(*[record(HANDSHAKE, b"")] * 500), Tls.FAILED),
    Row("the old SSL's record version", says(record(HANDSHAKE, _hello(0x0300), version=0x0300)), Tls.FAILED),
    Row("a record version from the future", says(record(HANDSHAKE, _hello(), version=0x0505)), Tls.NOT_TLS),
    Row("SSL 2", says(b"\x80\x2e\x04\x00\x01\x00\x02" + bytes(40)), Tls.NOT_TLS),
    Row("a hello of SSL 3", says(record(HANDSHAKE, _hello(0x0300))), Tls.FAILED),
    Row("a hello of TLS 1.0", says(record(HANDSHAKE, _hello(0x0301))), Tls.FAILED),
    Row("a hello of TLS 1.1", says(record(HANDSHAKE, _hello(0x0302))), Tls.FAILED),
    Row("a hello of a version from the future", says(record(HANDSHAKE, _hello(0x0399))), Tls.FAILED),
    Row("a hello with a cipher that was not offered", says(record(HANDSHAKE, _hello(cipher=0x0005))), Tls.FAILED),
    Row("a hello with no cipher at all", says(record(HANDSHAKE, _hello(cipher=0))), Tls.FAILED),
    Row("a hello that claims 16 MB", says(record(HANDSHAKE, _hello(length=0xFFFFFF))), Tls.FAILED),
    Row("a message of no known kind", says(record(HANDSHAKE, _hello(kind=77))), Tls.FAILED),
    Row("a client's hello instead of a server's", says(record(HANDSHAKE, _hello(kind=1))), Tls.FAILED),
    Row("requests for another hello without end", says(*[record(HANDSHAKE, b"\0\0\0\0")] * 500), Tls.RESET),
    Row("noise in a record", says(record(HANDSHAKE, bytes(range(256)))), Tls.FAILED),
]

Mutation = Callable[[bytes], bytes]


def _mutated(context: ssl.SSLContext, change: Mutation, then: Behaviour) -> Behaviour:
    """Answer the ClientHello as a sound server would, but for one change; then go on otherwise."""

    def behave(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(connection.recv(65536))
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            connection.sendall(change(outgoing.read()))
        then(connection)

    return behave


def _cut(count: int) -> Mutation:
    return lambda flight: flight[:count]


def _flipped(find: Callable[[bytes], int]) -> Mutation:
    def change(flight: bytes) -> bytes:
        place = find(flight)
        return flight[:place] + bytes([flight[place] ^ 0xFF]) + flight[place + 1 :]

    return change


def _hangs_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)


def _resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def at_once(connection: socket.socket) -> None:
    """Reset before a byte was read."""
    _resets(connection)


def drips(seconds: float, data: bytes) -> Behaviour:
    """A byte at a time, for as long as the client stays."""
    return peers.drips(data, seconds)


def handshakes(context: ssl.SSLContext, old: ssl.SSLContext) -> list[Row]:
    """A sound server's own words, cut, delayed or changed. `old` speaks TLS 1.2, whose certificate travels openly."""
    cuts = (1, 4, 5, 6, 40, 90, 127, 200)
    whole = 1 << 20
    return [
        Row("a byte a second", drips(1.0, record(HANDSHAKE, bytes(9000))), Tls.TIMEOUT),
        Row("twenty bytes a second", drips(0.05, record(HANDSHAKE, bytes(9000))), Tls.TIMEOUT),
        Row("silence", peers.stays_silent, Tls.TIMEOUT),
        Row("a reset instead of an answer", peers.resets, Tls.RESET),
        Row("a reset before the hello was read", at_once, Tls.RESET),
        Row("the end instead of an answer", peers.ends, Tls.RESET),
        *(Row(f"the end after {count} bytes", _mutated(old, _cut(count), _hangs_up), Tls.RESET) for count in cuts),
        *(Row(f"a reset after {count} bytes", _mutated(old, _cut(count), _resets), Tls.RESET) for count in cuts),
        *(
            Row(f"silence after {count} bytes", _mutated(old, _cut(count), peers.stays_silent), Tls.TIMEOUT)
            for count in cuts[::2]
        ),
        # With TLS 1.3 the client is done when it has sent its Finished, whoever reads it.
        Row(
            "the end before Finished", _mutated(context, _cut(whole), _hangs_up), Tls.VERIFIED, "reach.connection-reset"
        ),
        Row("a hello of TLS 1.3, cut", _mutated(context, _cut(100), _hangs_up), Tls.RESET),
        Row(
            "a changed byte in an encrypted record",
            _mutated(context, _flipped(lambda flight: len(flight) - 3), peers.stays_silent),
            Tls.FAILED,
        ),
        Row(
            "a changed signature of the key exchange",
            _mutated(old, _flipped(lambda flight: len(flight) - 12), peers.stays_silent),
            Tls.FAILED,
        ),
        Row("the flight twice", _mutated(old, lambda flight: flight * 2, peers.stays_silent), Tls.FAILED),
        Row("the flight backwards", _mutated(old, lambda flight: flight[::-1], _hangs_up), Tls.NOT_TLS),
    ]


def _context(version: ssl.TLSVersion, issued: Issued, ciphers: str = "") -> ssl.SSLContext:
    made = issued.context(weak=version < ssl.TLSVersion.TLSv1_2)
    made.minimum_version = made.maximum_version = version
    if ciphers:
        made.set_ciphers(ciphers)
    return made


def names(*texts: str) -> list[x509.GeneralName]:
    """DNS names."""
    return [x509.DNSName(text) for text in texts]


def _asks_for_a_certificate(context: ssl.SSLContext, root: Authority) -> ssl.SSLContext:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=root.pem.decode())
    return context


def _certified(root: Authority) -> dict[str, tuple[Issued, Tls]]:
    """Certificates by what is wrong with them."""
    right = names(HOST)
    short = [f"{number:x}.a" for number in range(9_999)]
    long = [f"host-{number}.department.company.example" for number in range(9_999)]
    strange = Authority("Inspecting Proxy")
    under = Authority("Under", above=root)
    deep = Authority("Deep", above=Authority("Deeper", above=Authority("Shallow", above=root, depth=0)))
    narrow = Authority("Narrow", above=root, limits=x509.NameConstraints([x509.DNSName("internal.example")], None))
    excluded = Authority("Excluded", above=root, limits=x509.NameConstraints(None, [x509.DNSName("amazonaws.com")]))
    hidden = Authority("Hidden", above=root).issue(right)
    leaf = root.issue(right)
    signed = Authority("server", key=leaf.key).issue(right)
    return {
        "sound": (leaf, Tls.VERIFIED),
        "sound, through an intermediate": (under.issue(right), Tls.VERIFIED),
        "of another root": (strange.issue(right), Tls.UNTRUSTED),
        "by itself": (certificates.own(right), Tls.UNTRUSTED),
        "whose intermediate is left out": (Issued(hidden.chain[:1], hidden.key), Tls.UNTRUSTED),
        "under the name of our root, by another key": (Authority(root.name).issue(right), Tls.UNTRUSTED),
        "signed by a server's certificate": (
            Issued([signed.chain[0], leaf.chain[0]], signed.key),
            Tls.UNTRUSTED,
        ),
        "deeper than its root allows": (deep.issue(right), Tls.UNTRUSTED),
        "outside of what its authority may": (narrow.issue(right), Tls.UNTRUSTED),
        "excluded by its authority": (excluded.issue(right), Tls.UNTRUSTED),
        "for clients": (root.issue(right, extensions=[(certificates.FOR_CLIENTS, False)]), Tls.UNTRUSTED),
        "with an unheard-of critical extension": (
            root.issue(right, extensions=[(certificates.UNHEARD_OF, True)]),
            Tls.UNTRUSTED,
        ),
        "with an unheard-of extension": (
            root.issue(right, extensions=[(certificates.UNHEARD_OF, False)]),
            Tls.VERIFIED,
        ),
        "whose key may not sign": (root.issue(right, extensions=[(certificates.NO_SIGNING, True)]), Tls.UNTRUSTED),
        "that is an authority's": (
            root.issue(right, extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)]),
            Tls.VERIFIED,
        ),
        "that ended yesterday": (root.issue(right, days=(-9, -1)), Tls.EXPIRED),
        "that ended a second ago": (root.issue(right, days=(-9, -2 / 86_400)), Tls.EXPIRED),
        "that ended in 1951": (root.issue(right, days=(-27_500, -27_400)), Tls.EXPIRED),
        "that begins tomorrow": (root.issue(right, days=(1, 9)), Tls.EXPIRED),
        "that begins in 2060": (root.issue(right, days=(12_500, 12_600)), Tls.EXPIRED),
        "valid until 9999": (root.issue(right, days=(-1, 2_900_000)), Tls.VERIFIED),
        "for another host": (root.issue(names("internal.example")), Tls.WRONG_NAME),
        "for another region": (root.issue(names("sqs.eu-west-1.amazonaws.com")), Tls.WRONG_NAME),
        "for the domain above": (root.issue(names("us-east-1.amazonaws.com")), Tls.WRONG_NAME),
        "for a name that ends so": (root.issue(names(f"evil{HOST}")), Tls.WRONG_NAME),
        "for a name that begins so": (root.issue(names(f"{HOST}.example")), Tls.WRONG_NAME),
        "with a star for the first label": (root.issue(names("*.us-east-1.amazonaws.com")), Tls.VERIFIED),
        "with a star that is too high": (root.issue(names("*.amazonaws.com")), Tls.WRONG_NAME),
        "with a star for all": (root.issue(names("*")), Tls.WRONG_NAME),
        "with a star in the midst": (root.issue(names("sqs.*.amazonaws.com")), Tls.WRONG_NAME),
        "with a star inside a label": (root.issue(names("s*s.us-east-1.amazonaws.com")), Tls.WRONG_NAME),
        "with stars for every label": (root.issue(names("*.*.*.*")), Tls.WRONG_NAME),
        "in capitals": (root.issue(names(HOST.upper())), Tls.VERIFIED),
        "with a final dot": (root.issue(names(f"{HOST}.")), Tls.WRONG_NAME),
        "with a zero byte in its name": (root.issue(names(f"{HOST}\0.evil.example")), Tls.WRONG_NAME),
        "with a space before its name": (root.issue(names(f" {HOST}")), Tls.WRONG_NAME),
        "with the name as an address of mail": (
            root.issue([x509.RFC822Name(f"a@{HOST}")], common=subject("mail")),
            Tls.WRONG_NAME,
        ),
        "with the name in a URI": (root.issue([x509.UniformResourceIdentifier(f"https://{HOST}/")]), Tls.WRONG_NAME),
        "for an address": (root.issue([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), Tls.WRONG_NAME),
        "for an IPv6 address": (root.issue([x509.IPAddress(ipaddress.ip_address("::1"))]), Tls.WRONG_NAME),
        # As for the SDK itself (measured): OpenSSL reads it where there is no other name.
        "with a common name alone": (root.issue(None, common=subject(HOST)), Tls.VERIFIED),
        "without any name": (root.issue(None, common=x509.Name([])), Tls.WRONG_NAME),
        "with the right name behind fifty others": (root.issue(names(*long[:50], HOST)), Tls.VERIFIED),
        "with 10,000 names, the right one last": (root.issue(names(*short, HOST)), Tls.VERIFIED),
        "with 10,000 names, none of them right": (root.issue(names(*short, "b.a")), Tls.WRONG_NAME),
        "with 10,000 long names": (root.issue(names(*long, HOST)), Tls.FAILED),
        "with a subject in UTF-16": (
            root.issue(names("x.example"), common=subject("sürvér", "BMPString")),
            Tls.WRONG_NAME,
        ),
        "with a subject in UTF-32": (
            root.issue(names("x.example"), common=subject("s\U0001f469r", "UniversalString")),
            Tls.WRONG_NAME,
        ),
        "with a subject in Teletex": (
            root.issue(names("x.example"), common=subject("server", "T61String")),
            Tls.WRONG_NAME,
        ),
        "with escapes in its subject": (
            root.issue(names("x.example"), common=subject("\x1b[2J\r\n<script>")),
            Tls.WRONG_NAME,
        ),
        "with a right-to-left override": (
            root.issue(names("x.example"), common=subject("\u202emoc.swanozama")),
            Tls.WRONG_NAME,
        ),
        "with a small key": (root.issue(right, key=certificates.small_key()), Tls.UNTRUSTED),
        "with an Edwards key": (root.issue(right, key=certificates.edwards_key()), Tls.VERIFIED),
        "signed under another issuer's name": (root.issue(right, issuer="Nobody"), Tls.UNTRUSTED),
    }


def certified(root: Authority) -> list[Row]:
    """Servers that are sound but for their certificate."""
    weak = ("with a small key",)
    return [
        Row(f"a certificate {words}", over_tls(issued.context(weak=words in weak), says(FROM_AWS)), tls)
        for words, (issued, tls) in _certified(root).items()
    ]


def versions(root: Authority) -> list[Row]:
    """Servers with other ideas of TLS."""
    issued = root.issue(names(HOST))
    old, new = (_context(version, issued) for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
    no_common = _context(ssl.TLSVersion.TLSv1_2, issued, "ECDHE-RSA-AES256-GCM-SHA384")
    asking = _asks_for_a_certificate(_context(ssl.TLSVersion.TLSv1_2, issued), root)
    speaks: Sequence[tuple[str, ssl.SSLContext, Tls]] = [
        ("TLS 1.2", old, Tls.VERIFIED),
        ("TLS 1.3", new, Tls.VERIFIED),
        ("no cipher of ours", no_common, Tls.RESET),
        ("TLS that asks for our certificate", asking, Tls.RESET),
    ]
    return [Row(f"speaks {words}", over_tls(context, says(FROM_AWS)), tls) for words, context, tls in speaks]


def rows(root: Authority) -> list[Row]:
    """All of them."""
    issued = root.issue(names(HOST))
    old, new = (_context(version, issued) for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
    return [*ALERTS, *LANGUAGES, *RECORDS, *handshakes(new, old), *certified(root), *versions(root)]
