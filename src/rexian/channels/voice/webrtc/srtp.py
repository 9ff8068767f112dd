"""SRTP (RFC 3711, RFC 7714) by libsrtp: the two directions of one leg, made from the keys of DTLS."""

from __future__ import annotations

from typing import NamedTuple

from pylibsrtp import Error, Policy, Session

_LONGEST = 1_500 - 148
"""libsrtp's buffer less its longest trailer."""


class Profile(NamedTuple):
    """One protection profile by OpenSSL's name."""

    name: bytes
    number: int
    key_bytes: int
    salt_bytes: int


PROFILES = (
    Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),  # one pass: half the time
    Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),  # all must know this one
)


class Keys(NamedTuple):
    """Master keys with their salts behind them."""

    profile: Profile
    sending: bytes
    receiving: bytes


class Srtp:
    """`protect…` gives what goes on the wire; `unprotect…` None for what is forged, repeated or damaged."""

    def __init__(self, keys: Keys) -> None:
        number = keys.profile.number
        self._out = Session(Policy(keys.sending, Policy.SSRC_ANY_OUTBOUND, srtp_profile=number))
        self._in = Session(Policy(keys.receiving, Policy.SSRC_ANY_INBOUND, srtp_profile=number))

    def protect(self, packet: bytes) -> bytes:
        return self._out.protect(packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._out.protect_rtcp(packet)

    def unprotect(self, packet: bytes) -> bytes | None:
        if len(packet) > _LONGEST:
            return None
        try:
            return self._in.unprotect(packet)
        except Error:
            return None

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        if len(packet) > _LONGEST:
            return None
        try:
            return self._in.unprotect_rtcp(packet)
        except Error:
            return None
