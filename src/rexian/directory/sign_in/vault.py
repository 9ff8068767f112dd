"""Keys derived from the installation's secret, one per purpose, and sealing of what must be read back."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Vault:
    """Seals small values with AES-256-GCM and makes keyed hashes. A value sealed for one owner opens for no other."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 32:
            raise ValueError("the installation's secret must have at least 32 characters")
        self._secret = secret.encode()

    def seal(self, purpose: str, owner: str, value: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key(purpose)).encrypt(nonce, value, owner.encode())

    def open(self, purpose: str, owner: str, sealed: bytes) -> bytes:
        """Raises `ValueError` when it was sealed for somebody else, was changed, or the secret is another."""
        try:
            return AESGCM(self._key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
        except InvalidTag as error:
            raise ValueError(f"{purpose}: the sealed value can't be opened with this installation's secret") from error

    def mac(self, purpose: str, value: str) -> bytes:
        """Return the 32 bytes that only this installation can make of `value`."""
        return hmac.new(self._key(purpose), value.encode(), hashlib.sha256).digest()

    def _key(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"rexian {purpose}".encode()).derive(self._secret)
