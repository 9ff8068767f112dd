"""The signature of a delivery, and how a receiver checks it.

`Rexian-Signature: t=<seconds since 1970>,v1=<hex>` where `v1` is HMAC-SHA256 over `<t>.<body>` under the webhook's
secret. The instant is signed too, so that an old delivery can't be played again later.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Rexian-Signature"
PREFIX = "whsec_"
MAX_AGE_S = 300


def sign(secret: str, body: bytes, at_s: int) -> str:
    """Return the header's value for `body` sent at `at_s` (seconds since 1970)."""
    return f"t={at_s},v1={_mac(secret, body, at_s)}"


def verify(secret: str, body: bytes, header: str, now_s: int, *, max_age_s: int = MAX_AGE_S) -> bool:
    """Say whether `header` is a signature of `body` under `secret`, not older (or newer) than `max_age_s`."""
    at, given = None, list[str]()
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and value.isascii() and value.isdigit() and len(value) < 16:
            at = int(value)
        elif name == "v1":
            given.append(value)
    if at is None or abs(now_s - at) > max_age_s:
        return False
    right = _mac(secret, body, at).encode()
    return any(hmac.compare_digest(right, one.encode()) for one in given)


def _mac(secret: str, body: bytes, at_s: int) -> str:
    return hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
