"""A certificate authority of the tests' own, and certificates of 127.0.0.1 and localhost that it has signed."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """`ca.pem` in the folder is what a client must trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._new(_name("rexian tests"), self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.trusted = folder / "ca.pem"
        self.trusted.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(PEM))

    def _new(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(_name("rexian tests")).public_key(key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=2))
        )  # fmt: skip

    def certify(self) -> int:
        """Write `fullchain.pem` and `privkey.pem`, new ones each time. Returns the serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        )
        made = self._new(_name("127.0.0.1"), key.public_key()).add_extension(names, critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        (self.folder / "fullchain.pem").write_bytes(signed.public_bytes(PEM))
        (self.folder / "privkey.pem").write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return signed.serial_number
