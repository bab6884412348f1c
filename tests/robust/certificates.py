"""Certificates as no honest authority issues them, each wrong in one way, all made anew for every session."""

import datetime
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_NOW = datetime.datetime.now(UTC)
DAY = datetime.timedelta(days=1)
Named = x509.NameAttribute


def subject(common: str, kind: str = "UTF8String") -> x509.Name:
    """A name with an organisation and a common name, in one of ASN.1's kinds of string."""
    return x509.Name(
        [Named(NameOID.ORGANIZATION_NAME, "Laboratory"), Named(NameOID.COMMON_NAME, common, getattr(_ASN1Type, kind))]
    )


@dataclass
class Authority:
    """An authority and what it issues. Whatever is not told differently is as it should be."""

    name: str = "Laboratory"
    above: "Authority | None" = None
    limits: x509.NameConstraints | None = None
    depth: int | None = None
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own, by itself or by the authority above."""
        by = self.above or self
        made = _begun(subject(self.name), subject(by.name), self.key, (_NOW - 9 * DAY, _NOW + 9 * DAY))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=self.depth), critical=True)
        if self.limits:
            made = made.add_extension(self.limits, critical=True)
        return made.sign(by.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        """The authority's certificate for a bundle."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        names: Sequence[x509.GeneralName] | None,
        *,
        common: x509.Name | None = None,
        days: tuple[float, float] = (-1, 1),
        key: Any = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        issuer: str = "",
    ) -> "Issued":
        """A server's certificate."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        begin, end = (_NOW + number * DAY for number in days)
        made = _begun(
            common if common is not None else subject("server"), subject(issuer or self.name), key, (begin, end)
        )
        if names is not None:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        for extension, critical in extensions:
            made = made.add_extension(extension, critical=critical)
        chain = [made.sign(self.key, hashes.SHA256())]
        above: Authority | None = self
        while above and above.above:
            chain.append(above.certificate)
            above = above.above
        return Issued(chain, key)


def _begun(
    whose: x509.Name, by: x509.Name, key: Any, valid: tuple[datetime.datetime, datetime]
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(whose).issuer_name(by).public_key(key.public_key())
    return made.serial_number(x509.random_serial_number()).not_valid_before(valid[0]).not_valid_after(valid[1])


@dataclass(frozen=True)
class Issued:
    """A chain, the server's own first, and the server's key."""

    chain: Sequence[x509.Certificate]
    key: Any

    def context(self, *, weak: bool = False) -> ssl.SSLContext:
        """A server's TLS with it; `weak` lifts OpenSSL's own refusal to use such a thing."""
        pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self.chain)
        pem += self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if weak:
            made.set_ciphers("ALL:@SECLEVEL=0")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "chain.pem")
            file.write_bytes(pem)
            made.load_cert_chain(file)
        return made


def own(names: Sequence[x509.GeneralName]) -> Issued:
    """A certificate that vouches for itself."""
    alone = Authority("server")
    issued = alone.issue(names)
    return Issued(issued.chain, issued.key)


def small_key() -> Any:
    """A key that OpenSSL's second level refuses."""
    return rsa.generate_private_key(65537, 1024)


def edwards_key() -> Any:
    """A key of a kind that few servers have."""
    return ed25519.Ed25519PrivateKey.generate()


FOR_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
UNHEARD_OF = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
NO_SIGNING = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
