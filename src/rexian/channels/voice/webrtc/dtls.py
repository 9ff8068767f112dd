"""DTLS (RFC 6347) over datagrams that others carry, for the keys of SRTP (RFC 5764). No sockets, no tasks."""

from __future__ import annotations

import datetime
import hmac
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from rexian.channels.voice.webrtc.srtp import PROFILES, Keys, Profile

MTU = 1_200
_DTLS_1_2 = 0xFEFD
_RECORD_HEAD = 13
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
_CIPHERS += b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"


class DtlsError(Exception):
    """The handshake failed, or the peer is not who its description says."""


class Identity:
    """A self-signed P-256 certificate for the life of the process (RFC 8827 6.5). `fingerprint` as SDP writes it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rexian")])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))  # clocks differ
            .not_valid_after(now + datetime.timedelta(days=3_650))
            .sign(self.key, hashes.SHA256())
        )
        self.fingerprint = _fingerprint(self.certificate)
        self._context: SSL.Context | None = None

    def prepare(self) -> None:
        """Make what the first handshake would have to: it takes longer than a beat."""
        _ = self.context

    @property
    def context(self) -> SSL.Context:
        """Made once: it costs more than a handshake."""
        if self._context is None:
            context = SSL.Context(SSL.DTLS_METHOD)
            context.set_min_proto_version(_DTLS_1_2)
            context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
            context.use_certificate(self.certificate)
            context.use_privatekey(self.key)
            context.set_cipher_list(_CIPHERS)
            context.set_tlsext_use_srtp(b":".join(profile.name for profile in PROFILES))
            self._context = context
        return self._context


@cache
def process_identity() -> Identity:
    """The one certificate of this process."""
    return Identity()


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


class Dtls:
    """One association. Call `start`, hand each datagram to `receive`, call `timeout` when `wait_s` has passed.

    Each returns the datagrams to send. `keys` are there when the handshake is done and the fingerprint was right.
    """

    def __init__(self, identity: Identity, fingerprint: str, *, client: bool) -> None:
        self._expected = fingerprint
        self._client = client
        self._ssl = SSL.Connection(identity.context, None)
        self._ssl.set_ciphertext_mtu(MTU)
        if client:
            self._ssl.set_connect_state()
        else:
            self._ssl.set_accept_state()
        self.keys: Keys | None = None
        self.closed = False

    def start(self) -> list[bytes]:
        """Begin: the client's hello, or nothing."""
        return self._go_on() if self._client else []

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take one datagram. Raises `DtlsError`; sets `closed` at the peer's close_notify."""
        self._ssl.bio_write(datagram)
        if self.keys is None:
            return self._go_on()
        try:
            self._ssl.recv(MTU)  # data channels are not ours: only alerts and repeated handshakes matter
        except SSL.WantReadError:
            pass
        except (SSL.ZeroReturnError, SSL.Error):
            self.closed = True
        return self._outgoing()

    def timeout(self) -> list[bytes]:
        """Send the last flight again if it is time (RFC 6347 4.2.4). Raises `DtlsError` when it gave up."""
        if self.keys is not None:
            return []
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsError("no answer") from error
        return self._outgoing()

    @property
    def wait_s(self) -> float | None:
        """Seconds until `timeout` is due; None when nothing is awaited."""
        return self._ssl.DTLSv1_get_timeout() if self.keys is None else None

    def close(self) -> list[bytes]:
        """Say good-bye (close_notify)."""
        if self.keys is None:
            return []
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return []
        return self._outgoing()

    def _go_on(self) -> list[bytes]:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return self._outgoing()
        except SSL.Error as error:
            raise DtlsError(str(error)) from error
        self._check_peer()
        self.keys = self._export()
        return self._outgoing()

    def _check_peer(self) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None or not hmac.compare_digest(_fingerprint(certificate), self._expected):
            raise DtlsError("the certificate is not the one that was described")

    def _export(self) -> Keys:
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((each for each in PROFILES if each.name == chosen), None)
        if profile is None:
            raise DtlsError("no common SRTP profile")
        material = self._ssl.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_bytes + profile.salt_bytes)
        )
        return _split(profile, material, self._client)

    def _outgoing(self) -> list[bytes]:
        data = b""
        while True:
            try:
                data += self._ssl.bio_read(65_536)
            except SSL.WantReadError:
                return _datagrams(data)


def _split(profile: Profile, material: bytes, client: bool) -> Keys:
    """RFC 5764 4.2: client key, server key, client salt, server salt."""
    k, s = profile.key_bytes, profile.salt_bytes
    of_client = material[:k] + material[2 * k : 2 * k + s]
    of_server = material[k : 2 * k] + material[2 * k + s : 2 * k + 2 * s]
    return Keys(profile, *((of_client, of_server) if client else (of_server, of_client)))


def _datagrams(data: bytes) -> list[bytes]:
    """Cut a flight between records, as many records into a datagram as fit."""
    found: list[bytes] = []
    begin = at = 0
    while at + _RECORD_HEAD <= len(data):
        end = at + _RECORD_HEAD + int.from_bytes(data[at + 11 : at + 13], "big")
        if end - begin > MTU and at > begin:
            found.append(data[begin:at])
            begin = at
        at = end
    return [*found, data[begin:]] if data[begin:] else found
