"""DNS messages as no honest server writes them, put together byte by byte (RFC 1035, 4.1)."""

import struct
from dataclasses import dataclass

A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, OPT, RRSIG, NULL = 1, 2, 5, 6, 15, 16, 28, 33, 41, 46, 10
INTERNET, HESIOD = 1, 4
ANSWERS = 0x8180  # a response, recursion desired and available, no error
TRUNCATED = ANSWERS | 0x0200
ASKED = b"\xc0\x0c"  # a pointer to the question's name


def name(*labels: bytes) -> bytes:
    """A name without compression."""
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(
    rdata: bytes,
    type_: int,
    *,
    owner: bytes = ASKED,
    class_: int = INTERNET,
    ttl: int = 60,
    length: int | None = None,
) -> bytes:
    """A resource record; `length` is what it claims of its data."""
    return owner + struct.pack(">HHIH", type_, class_, ttl, len(rdata) if length is None else length) + rdata


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it came: its number, the question section, and what was asked for."""

    number: int
    section: bytes
    type_: int

    @classmethod
    def read(cls, wire: bytes) -> "Question":
        """Of a query with one question and no compression, as resolvers send it."""
        end = 12
        while wire[end]:
            end += wire[end] + 1
        return cls(
            struct.unpack(">H", wire[:2])[0], wire[12 : end + 5], struct.unpack(">H", wire[end + 1 : end + 3])[0]
        )

    @property
    def key(self) -> str:
        """The first label."""
        return self.section[1 : 1 + self.section[0]].decode()

    @property
    def address(self) -> bytes:
        """The data of a sound record of the type that was asked for."""
        return bytes([10, 0, 0, 1]) if self.type_ == A else bytes.fromhex("26001f18") + bytes(11) + b"\1"

    def sound(self, **changed: object) -> bytes:
        """A record that answers the question, or differs in one way."""
        return record(self.address, self.type_, **changed)  # type: ignore[arg-type]

    def reply(
        self,
        *records: bytes,
        flags: int = ANSWERS,
        number: int | None = None,
        section: bytes | None = None,
        counts: tuple[int, int, int, int] | None = None,
        tail: bytes = b"",
    ) -> bytes:
        """A message; without `counts` its four counts are true."""
        asked = self.section if section is None else section
        told = counts or (1, len(records), 0, 0)
        head = struct.pack(">6H", self.number if number is None else number & 0xFFFF, flags, *told)
        return head + asked + b"".join(records) + tail
