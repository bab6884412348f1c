"""Hostile nameservers: what each says to every question, and what must be made of it.

A row's `udp` gives the datagrams that answer a question, `over_tcp` the parts that are written to a connection. Where the
class is `resolved`, the addresses are those of the record that was asked for and of no other.
"""

import itertools
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from doctor.evidence.names import Reply
from tests.robust import dns_messages as dns
from tests.robust.dns_messages import ANSWERS, ASKED, TRUNCATED, Question, name, record

Says = Callable[[Question], list[bytes]]

BROKEN = "dns.server-failure"
SILENT = "dns.resolver-silent"
ABSENT = "dns.name-not-found"
EMPTY = "dns.no-address"
_FOUND = {
    Reply.RESOLVED: "",
    Reply.NO_ADDRESS: EMPTY,
    Reply.NOT_FOUND: ABSENT,
    Reply.SILENT: SILENT,
    Reply.CLOSED: SILENT,
}


def silence(_: Question) -> list[bytes]:
    """Nothing is said."""
    return []


@dataclass(frozen=True)
class Row:
    """One hostile nameserver. `pause` is seconds before each datagram or part; `cut` resets the connection at the end."""

    name: str
    udp: Says
    reply: Reply
    over_tcp: Says = silence
    pause: float = 0.0
    cut: bool = False
    hold: bool = False  # keep the TCP connection open after the last part
    addresses: int | None = None  # how many are told; None: any number
    heavy: bool = False  # takes a tenth of a second to parse

    @property
    def finding(self) -> str:
        """What breaks a target whose nameserver is so."""
        return _FOUND.get(self.reply, BROKEN)


def one(make: Callable[[Question], bytes]) -> Says:
    """A single datagram."""
    return lambda question: [make(question)]


def raw(data: bytes) -> Says:
    """The same bytes, whatever is asked."""
    return lambda _: [data]


def after_its_number(data: bytes) -> Says:
    """The right number, then these bytes."""
    return lambda question: [struct.pack(">H", question.number) + data]


def framed(*messages: bytes) -> list[bytes]:
    """As TCP carries them: behind their lengths."""
    return [struct.pack(">H", len(message)) + message for message in messages]


def _noise(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)


def _at(offset: int) -> bytes:
    return struct.pack(">H", 0xC000 | offset)


def _end(q: Question) -> int:
    """Where the first record begins."""
    return 12 + len(q.section)


POINTERS = [
    Row("a record's owner points at itself", one(lambda q: q.reply(q.sound(owner=_at(_end(q))))), Reply.MALFORMED),
    Row(
        "two pointers point at each other",
        one(lambda q: q.reply(q.sound(owner=_at(_end(q) + 16)), q.sound(owner=_at(_end(q))))),
        Reply.MALFORMED,
    ),
    Row("a pointer forward", one(lambda q: q.reply(q.sound(owner=_at(_end(q) + 20)))), Reply.MALFORMED),
    Row("a pointer beyond the end", one(lambda q: q.reply(q.sound(owner=b"\xff\xff"))), Reply.MALFORMED),
    Row("half a pointer at the end", one(lambda q: q.reply(counts=(1, 1, 0, 0), tail=b"\xc0")), Reply.MALFORMED),
    Row(
        "the question's own name is a pointer to itself",
        one(lambda q: q.reply(section=_at(12) + q.section[-4:])),
        Reply.MALFORMED,
    ),
    Row(
        "the question's name points into the header",
        one(lambda q: q.reply(section=_at(0) + q.section[-4:])),
        Reply.MALFORMED,
    ),
    Row(
        "an alias's target points at itself",
        one(lambda q: q.reply(record(_at(_end(q) + 12), dns.CNAME))),
        Reply.MALFORMED,
    ),
    Row(
        "a label, then a pointer back to it",
        one(lambda q: q.reply(record(b"\1a" + _at(_end(q) + 12), dns.CNAME))),
        Reply.MALFORMED,
    ),
    Row(
        "a pointer past the record that holds it",
        one(lambda q: q.reply(record(_at(_end(q) + 14), dns.CNAME))),
        Reply.MALFORMED,
    ),
    Row(
        "a pointer into the header's numbers",
        one(lambda q: q.reply(record(_at(11), dns.CNAME))),
        Reply.NO_ADDRESS,  # a lone zero there spells the root, and the alias of the root leads nowhere
    ),
    Row(
        "a hundred pointers in a row",
        one(
            lambda q: q.reply(
                record(b"".join(_at(max(12, _end(q) + 12 + 2 * (number - 1))) for number in range(100)), dns.NULL),
                q.sound(owner=_at(_end(q) + 12 + 2 * 99)),
                counts=(1, 2, 0, 0),
            )
        ),
        Reply.MALFORMED,
    ),
]

COUNTS = [
    Row("one record too many announced", one(lambda q: q.reply(q.sound(), counts=(1, 2, 0, 0))), Reply.MALFORMED),
    Row("65535 records announced", one(lambda q: q.reply(q.sound(), counts=(1, 65535, 0, 0))), Reply.MALFORMED),
    Row("an answer announced that is not there", one(lambda q: q.reply(counts=(1, 1, 0, 0))), Reply.MALFORMED),
    Row("a record that is not announced", one(lambda q: q.reply(q.sound(), counts=(1, 0, 0, 0))), Reply.MALFORMED),
    Row(
        "authority announced that is not there", one(lambda q: q.reply(q.sound(), counts=(1, 1, 9, 0))), Reply.MALFORMED
    ),
    Row(
        "additional records announced that are not there",
        one(lambda q: q.reply(q.sound(), counts=(1, 1, 0, 9))),
        Reply.MALFORMED,
    ),
    Row("65535 questions announced", one(lambda q: q.reply(q.sound(), counts=(65535, 1, 0, 0))), Reply.MALFORMED),
    Row("two questions announced", one(lambda q: q.reply(q.sound(), counts=(2, 1, 0, 0))), Reply.MALFORMED),
    Row("no question announced, one there", one(lambda q: q.reply(q.sound(), counts=(0, 1, 0, 0))), Reply.MALFORMED),
    Row("all counts at their most", one(lambda q: q.reply(q.sound(), counts=(65535,) * 4)), Reply.MALFORMED),
    Row("bytes after the last record", one(lambda q: q.reply(q.sound(), tail=b"and more")), Reply.MALFORMED),
    Row("a kilobyte after the last record", one(lambda q: q.reply(q.sound(), tail=bytes(1000))), Reply.MALFORMED),
    Row("data shorter than announced", one(lambda q: q.reply(q.sound(length=4000))), Reply.MALFORMED),
    Row("data longer than announced", one(lambda q: q.reply(q.sound(length=1))), Reply.MALFORMED),
]

NUMBERS = [
    Row("the next number", one(lambda q: q.reply(q.sound(), number=q.number + 1)), Reply.MALFORMED),
    Row(
        "the number in the wrong byte order",
        one(lambda q: q.reply(q.sound(), number=q.number ^ 0xFFFF)),
        Reply.MALFORMED,
    ),
    Row("number zero", one(lambda q: q.reply(q.sound(), number=q.number ^ 1)), Reply.MALFORMED),
    Row(
        "a wrong number and no such name",
        one(lambda q: q.reply(number=q.number + 7, flags=ANSWERS | 3)),
        Reply.MALFORMED,
    ),
    Row(
        "a wrong number and truncated",
        one(lambda q: q.reply(number=q.number + 7, flags=TRUNCATED)),
        Reply.MALFORMED,
        silence,
    ),
]

_OTHER = name(b"elsewhere", b"example")
QUESTIONS = [
    Row(
        "the answer to another name",
        one(lambda q: q.reply(q.sound(), section=_OTHER + q.section[-4:])),
        Reply.MALFORMED,
    ),
    Row(
        "the answer to another type",
        one(lambda q: q.reply(q.sound(), section=q.section[:-4] + b"\0\x10\0\1")),
        Reply.MALFORMED,
    ),
    Row(
        "the answer in another class",
        one(lambda q: q.reply(q.sound(), section=q.section[:-2] + b"\0\3")),
        Reply.MALFORMED,
    ),
    Row(
        "no question repeated",
        one(lambda q: q.reply(q.sound(owner=_OTHER), section=b"", counts=(0, 1, 0, 0))),
        Reply.MALFORMED,
    ),
    Row(
        "the question twice",
        one(lambda q: q.reply(q.sound(), section=q.section * 2, counts=(2, 1, 0, 0))),
        Reply.RESOLVED,
        addresses=1,
    ),
    Row(
        "the question in capitals",
        one(lambda q: q.reply(q.sound(), section=q.section[:-4].upper() + q.section[-4:])),
        Reply.RESOLVED,
        addresses=1,
    ),
    Row("the question echoed", one(lambda q: q.reply(flags=0x0100)), Reply.MALFORMED),
    Row("a notification", one(lambda q: q.reply(q.sound(), flags=ANSWERS | 4 << 11)), Reply.MALFORMED),
    Row("a status reply", one(lambda q: q.reply(q.sound(), flags=ANSWERS | 2 << 11)), Reply.MALFORMED),
    Row("an update", one(lambda q: q.reply(flags=ANSWERS | 5 << 11)), Reply.MALFORMED),
    Row("an unknown operation", one(lambda q: q.reply(q.sound(), flags=ANSWERS | 15 << 11)), Reply.MALFORMED),
    Row("the reserved bit", one(lambda q: q.reply(q.sound(), flags=ANSWERS | 0x40)), Reply.RESOLVED, addresses=1),
]

_CODES = {
    1: ("a format error", Reply.OTHER),
    2: ("a server failure", Reply.SERVER_FAILURE),
    3: ("no such name", Reply.NOT_FOUND),
    4: ("not implemented", Reply.OTHER),
    5: ("refused", Reply.REFUSED),
    6: ("a name that exists", Reply.OTHER),
    7: ("a set that exists", Reply.OTHER),
    8: ("a set that does not exist", Reply.OTHER),
    9: ("not authoritative", Reply.OTHER),
    10: ("not in the zone", Reply.OTHER),
    11: ("a stateful type", Reply.OTHER),
    12: ("code twelve", Reply.OTHER),
    13: ("code thirteen", Reply.OTHER),
    14: ("code fourteen", Reply.OTHER),
    15: ("code fifteen", Reply.OTHER),
}


def _coded(code: int) -> Says:
    return one(lambda q: q.reply(flags=ANSWERS | code))


def _failing_with_an_address(code: int) -> Says:
    return one(lambda q: q.reply(q.sound(), flags=ANSWERS | code))


CODES = [
    *(Row(f"{words}, code {code}", _coded(code), reply) for code, (words, reply) in _CODES.items()),
    *(
        Row(f"{_CODES[code][0]}, and an address all the same", _failing_with_an_address(code), _CODES[code][1])
        for code in (2, 3, 5)
    ),
    Row(
        "an extended code",
        one(lambda q: q.reply(record(b"", dns.OPT, owner=b"\0", class_=1232, ttl=1 << 24), counts=(1, 0, 0, 1))),
        Reply.OTHER,
    ),
    Row(
        "two option records",
        one(
            lambda q: q.reply(
                q.sound(), *[record(b"", dns.OPT, owner=b"\0", class_=1232, ttl=0)] * 2, counts=(1, 1, 0, 2)
            )
        ),
        Reply.MALFORMED,
    ),
    Row(
        "an option that is longer than its record",
        one(
            lambda q: q.reply(
                q.sound(), record(b"\0\x0a\xff\xff", dns.OPT, owner=b"\0", class_=1232, ttl=0), counts=(1, 1, 0, 1)
            )
        ),
        Reply.MALFORMED,
    ),
]

_SHORT = one(lambda q: q.reply(flags=TRUNCATED))
_MANY = [bytes([10, 1, number // 250, number % 250]) for number in range(4000)]


def _thousands(q: Question) -> bytes:
    pad = q.address[4:]
    return q.reply(*(record(address + pad, q.type_) for address in _MANY[: 4000 if q.type_ == dns.A else 2300]))


TCP = [
    Row("truncated, whole over TCP", _SHORT, Reply.RESOLVED, lambda q: framed(q.reply(q.sound())), addresses=1),
    Row("truncated, TCP stays silent", _SHORT, Reply.SILENT, silence, hold=True),
    Row("truncated, TCP closes at once", _SHORT, Reply.MALFORMED, silence),
    Row("truncated, TCP resets", _SHORT, Reply.CLOSED, silence, cut=True),
    Row("truncated, half a length and the end", _SHORT, Reply.MALFORMED, lambda _: [b"\0"]),
    Row(
        "truncated, half a message and the end", _SHORT, Reply.MALFORMED, lambda q: [framed(q.reply(q.sound()))[0][:20]]
    ),
    Row(
        "truncated, half a message and silence",
        _SHORT,
        Reply.SILENT,
        lambda q: [framed(q.reply(q.sound()))[0][:20]],
        hold=True,
    ),
    Row(
        "truncated, half a message and a reset",
        _SHORT,
        Reply.CLOSED,
        lambda q: [framed(q.reply(q.sound()))[0][:20]],
        cut=True,
    ),
    Row("truncated, 64 kB over TCP", _SHORT, Reply.RESOLVED, lambda q: framed(_thousands(q)), addresses=64, heavy=True),
    Row("truncated, length zero", _SHORT, Reply.MALFORMED, lambda _: [b"\0\0"]),
    Row(
        "truncated, length 65535 and little",
        _SHORT,
        Reply.SILENT,
        lambda q: [b"\xff\xff" + q.reply(q.sound())],
        hold=True,
    ),
    Row("truncated, a length too short", _SHORT, Reply.MALFORMED, lambda q: [b"\0\x14" + q.reply(q.sound())]),
    Row(
        "truncated, a byte at a time",
        _SHORT,
        Reply.SILENT,
        lambda q: [bytes([b]) for b in framed(q.reply(q.sound()))[0]],
        pause=0.1,
    ),
    Row("truncated, and truncated over TCP", _SHORT, Reply.NO_ADDRESS, lambda q: framed(q.reply(flags=TRUNCATED))),
    Row(
        "truncated, a wrong number over TCP",
        _SHORT,
        Reply.MALFORMED,
        lambda q: framed(q.reply(q.sound(), number=q.number + 1)),
    ),
    Row(
        "truncated, another name over TCP",
        _SHORT,
        Reply.MALFORMED,
        lambda q: framed(q.reply(q.sound(), section=_OTHER + q.section[-4:])),
    ),
    Row("truncated, noise over TCP", _SHORT, Reply.MALFORMED, lambda _: framed(_noise(1, 300))),
    Row("truncated, HTTP over TCP", _SHORT, Reply.SILENT, lambda _: [b"HTTP/1.1 400 Bad Request\r\n\r\n"], hold=True),
    Row(
        "truncated, a pointer loop over TCP",
        _SHORT,
        Reply.MALFORMED,
        lambda q: framed(q.reply(q.sound(owner=_at(_end(q))))),
    ),
    Row("truncated, no such name over TCP", _SHORT, Reply.NOT_FOUND, lambda q: framed(q.reply(flags=ANSWERS | 3))),
    Row(
        "truncated, ten messages over TCP",
        _SHORT,
        Reply.RESOLVED,
        lambda q: framed(*[q.reply(q.sound())] * 10),
        addresses=1,
    ),
    Row(
        "truncated in the midst of a record",
        one(lambda q: q.reply(q.sound(), flags=TRUNCATED)[:-2]),
        Reply.RESOLVED,
        lambda q: framed(q.reply(q.sound())),
        addresses=1,
    ),
]

SIZES = [
    Row("an empty datagram", raw(b""), Reply.MALFORMED),
    Row("one byte", raw(b"\0"), Reply.MALFORMED),
    Row("the number alone", after_its_number(b""), Reply.MALFORMED),
    Row("a header without its last byte", after_its_number(bytes(9)), Reply.MALFORMED),
    Row("a header and nothing else", one(lambda q: q.reply(section=b"", counts=(0, 0, 0, 0))), Reply.MALFORMED),
    Row("half a question", one(lambda q: q.reply(section=q.section[:3])), Reply.MALFORMED),
    Row("zeros", raw(bytes(512)), Reply.MALFORMED),
    Row("ones", raw(b"\xff" * 512), Reply.MALFORMED),
    Row("64 kB of zeros after the header", one(lambda q: q.reply(tail=bytes(60_000))), Reply.MALFORMED),
    Row("64 kB of addresses in a datagram", one(lambda q: _thousands(q)[:60_000]), Reply.MALFORMED, heavy=True),
    Row(
        "a thousand addresses in a datagram",
        one(lambda q: q.reply(*(record(address + q.address[4:], q.type_) for address in _MANY[:1000]))),
        Reply.RESOLVED,
        addresses=64,
        heavy=True,
    ),
    Row("text", raw(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n"), Reply.MALFORMED),
    Row("a ClientHello", raw(bytes.fromhex("1603010100010000fc0303") + bytes(240)), Reply.MALFORMED),
    *(Row(f"noise, number {seed}", raw(_noise(seed, 40 * seed)), Reply.MALFORMED) for seed in range(1, 6)),
    *(
        Row(
            f"noise behind the right number, number {seed}",
            after_its_number(b"\x81\x80" + _noise(seed, 60)),
            Reply.MALFORMED,
        )
        for seed in range(1, 6)
    ),
]


def _chain(q: Question, length: int) -> list[bytes]:
    """Aliases one after another, and the address at their end."""
    names = [ASKED, *(name(b"n%d" % number, b"example") for number in range(length))]
    links = [record(there, dns.CNAME, owner=here) for here, there in itertools.pairwise(names)]
    return [*links, q.sound(owner=names[-1])]


def _aliased(target: bytes) -> Says:
    """An alias and an address under what it leads to."""
    return one(lambda q: q.reply(record(target, dns.CNAME), q.sound(owner=target)))


NAMES = [
    Row("an alias of itself", one(lambda q: q.reply(record(ASKED, dns.CNAME))), Reply.NO_ADDRESS),
    Row(
        "two aliases of each other",
        one(lambda q: q.reply(record(_OTHER, dns.CNAME), record(ASKED, dns.CNAME, owner=_OTHER))),
        Reply.NO_ADDRESS,
    ),
    Row(
        "two aliases of each other, and an address beside them",
        one(
            lambda q: q.reply(
                record(_OTHER, dns.CNAME), record(ASKED, dns.CNAME, owner=_OTHER), q.sound(owner=name(b"third"))
            )
        ),
        Reply.NO_ADDRESS,
    ),
    Row("an alias that leads nowhere", one(lambda q: q.reply(record(_OTHER, dns.CNAME))), Reply.NO_ADDRESS),
    Row("an alias of the root", _aliased(b"\0"), Reply.RESOLVED, addresses=1),
    Row("twelve aliases in a row", one(lambda q: q.reply(*_chain(q, 12))), Reply.RESOLVED, addresses=1),
    Row("two hundred aliases in a row", one(lambda q: q.reply(*_chain(q, 200))), Reply.RESOLVED, addresses=1),
    Row(
        "two aliases of one name",
        one(lambda q: q.reply(record(_OTHER, dns.CNAME), record(name(b"third"), dns.CNAME), q.sound(owner=_OTHER))),
        Reply.RESOLVED,
    ),
    Row("a name with a zero byte in a label", _aliased(name(b"a\0b", b"example")), Reply.RESOLVED, addresses=1),
    Row("a name with line ends and escapes", _aliased(name(b"\r\n\x1b[2J", b"<script>")), Reply.RESOLVED, addresses=1),
    Row("a name of bytes above ASCII", _aliased(name(bytes(range(128, 180)), b"example")), Reply.RESOLVED, addresses=1),
    Row(
        "a name with dots inside a label",
        _aliased(name(b"sqs.us-east-1", b"amazonaws.com")),
        Reply.RESOLVED,
        addresses=1,
    ),
    Row("a name in Punycode that is none", _aliased(name(b"xn--\xff\xfe", b"xn--")), Reply.RESOLVED, addresses=1),
    Row("a name of 127 labels", _aliased(name(*[b"a"] * 127)), Reply.RESOLVED, addresses=1),
    Row("a name of 255 bytes", _aliased(name(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61)), Reply.RESOLVED, addresses=1),
    Row("a name of 256 bytes", _aliased(name(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 62)), Reply.MALFORMED),
    Row("a name of a thousand labels", _aliased(name(*[b"ab"] * 1000)), Reply.MALFORMED),
    Row("a label of 64 bytes", _aliased(b"\x40" + b"a" * 64 + b"\0"), Reply.MALFORMED),
    Row("a label type that was never assigned", _aliased(b"\x80" + b"a" * 20 + b"\0"), Reply.MALFORMED),
    Row("a bit-string label", _aliased(b"\x41\x20" + bytes(4) + b"\0"), Reply.MALFORMED),
    Row("an empty label in the midst", one(lambda q: q.reply(record(b"\1a\0\1b\0", dns.CNAME))), Reply.MALFORMED),
    Row("a name without its end", one(lambda q: q.reply(record(b"\3abc", dns.CNAME))), Reply.MALFORMED),
    Row("an alias without a name", one(lambda q: q.reply(record(b"", dns.CNAME))), Reply.MALFORMED),
    Row(
        "a compression bomb",
        one(
            lambda q: q.reply(
                record(name(*[b"a" * 62] * 4), dns.CNAME),
                *[record(_at(_end(q) + 12), dns.CNAME, owner=_at(_end(q) + 12))] * 900,
            )
        ),
        Reply.NO_ADDRESS,
        heavy=True,
    ),
]


def _sole(rdata: bytes, type_: int, **changed: int) -> Says:
    return one(lambda q: q.reply(record(rdata, type_, **changed)))


def _as_asked(length: int) -> Says:
    """An address of the wrong length, whichever was asked for."""
    return one(lambda q: q.reply(record(bytes(length), q.type_)))


def _twisted(q: Question) -> bytes:
    """The other family's length: AAAA with four bytes, A with sixteen."""
    return q.reply(record(bytes([10, 0, 0, 1]) if q.type_ == dns.AAAA else bytes(16), q.type_))


def _special(ipv4: bytes, ipv6: str) -> Says:
    return one(lambda q: q.reply(record(ipv4 if q.type_ == dns.A else bytes.fromhex(ipv6), q.type_)))


_STRANGER = name(b"stranger", b"example")
RECORDS = [
    Row("an address of the other family's length", one(_twisted), Reply.MALFORMED),
    *(Row(f"an address of {length} bytes", _as_asked(length), Reply.MALFORMED) for length in (0, 1, 3, 5, 15, 17, 255)),
    Row(
        "the other family's record alone",
        one(lambda q: q.reply(record(*((bytes(16), dns.AAAA) if q.type_ == dns.A else (bytes(4), dns.A))))),
        Reply.NO_ADDRESS,
    ),
    Row("a text alone", _sole(b"\5hello", dns.TXT), Reply.NO_ADDRESS),
    Row("a text that is longer than its record", _sole(b"\xffhello", dns.TXT), Reply.MALFORMED),
    Row("a mail exchanger alone", _sole(b"\0\x0a" + ASKED, dns.MX), Reply.NO_ADDRESS),
    Row("a service record with a cut name", _sole(bytes(6) + b"\3ab", dns.SRV), Reply.MALFORMED),
    Row(
        "a signature alone",
        _sole(struct.pack(">HBBIIIH", 1, 8, 2, 60, 1, 0, 7) + b"\0" + bytes(64), dns.RRSIG),
        Reply.NO_ADDRESS,
    ),
    Row("a record of no known type", _sole(_noise(9, 50), 65_280), Reply.NO_ADDRESS),
    Row("a record of type zero", _sole(b"", 0), Reply.NO_ADDRESS),
    Row("a null record", _sole(_noise(8, 500), dns.NULL), Reply.NO_ADDRESS),
    Row("an option record among the answers", _sole(b"", dns.OPT, class_=1232), Reply.MALFORMED),
    Row("a start of authority alone", one(lambda q: q.reply(record(b"\0\0" + bytes(20), dns.SOA))), Reply.NO_ADDRESS),
    Row("an address in class Hesiod", one(lambda q: q.reply(q.sound(class_=dns.HESIOD))), Reply.NO_ADDRESS),
    Row("an address of a stranger's name", one(lambda q: q.reply(q.sound(owner=_STRANGER))), Reply.NO_ADDRESS),
    Row(
        "an address, and a stranger's beside it",
        one(lambda q: q.reply(q.sound(), record(bytes([10, 6, 6, 6]) + q.address[4:], q.type_, owner=_STRANGER))),
        Reply.RESOLVED,
        addresses=1,
    ),
    Row("the address as authority", one(lambda q: q.reply(q.sound(), counts=(1, 0, 1, 0))), Reply.NO_ADDRESS),
    Row(
        "the address as an additional record", one(lambda q: q.reply(q.sound(), counts=(1, 0, 0, 1))), Reply.NO_ADDRESS
    ),
    Row(
        "a time to live beyond the limit", one(lambda q: q.reply(q.sound(ttl=0xFFFFFFFF))), Reply.RESOLVED, addresses=1
    ),
    Row("the same address a hundred times", one(lambda q: q.reply(*[q.sound()] * 100)), Reply.RESOLVED, addresses=1),
    Row("the address nought", _special(bytes(4), "00" * 16), Reply.RESOLVED),
    Row("this very machine", _special(bytes([127, 0, 0, 1]), "00" * 15 + "01"), Reply.RESOLVED),
    Row("the metadata service", _special(bytes([169, 254, 169, 254]), "fd000ec2" + "00" * 10 + "0254"), Reply.RESOLVED),
    Row("IPv4 dressed as IPv6", _special(bytes([10, 0, 0, 1]), "00" * 10 + "ffff7f000001"), Reply.RESOLVED),
    Row("everybody", _special(b"\xff" * 4, "ff02" + "00" * 13 + "01"), Reply.RESOLVED),
]

TIMING = [
    Row("silence", silence, Reply.SILENT),
    Row("the right answer, too late", one(lambda q: q.reply(q.sound())), Reply.SILENT, pause=2.0),
    Row("the right answer twice", lambda q: [q.reply(q.sound())] * 2, Reply.RESOLVED, addresses=1),
    Row("the right answer, then noise", lambda q: [q.reply(q.sound()), _noise(3, 90)], Reply.RESOLVED, addresses=1),
    Row(
        "a flood of wrong numbers",
        lambda q: [q.reply(q.sound(), number=q.number + n) for n in range(1, 300)],
        Reply.MALFORMED,
    ),
    Row(
        "a wrong number, then the right answer",
        lambda q: [q.reply(q.sound(), number=q.number + 1), q.reply(q.sound())],
        Reply.RESOLVED,
    ),
]

ROWS = [*POINTERS, *COUNTS, *NUMBERS, *QUESTIONS, *CODES, *TCP, *SIZES, *NAMES, *RECORDS, *TIMING]
