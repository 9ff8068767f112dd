"""Second factor: time-based one-time codes (RFC 6238, SHA-1, six digits, 30 s), as authenticator apps speak them."""

from __future__ import annotations

import hmac
import io

import pyotp
import segno

STEP_MS = 30_000
DRIFT = 1  # steps that a phone's clock may be wrong by, to either side
ISSUER = "Rexian 热线"


def new_secret() -> str:
    """Return a fresh key: 160 bits in base32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now_ms: int, *, after: int) -> int | None:
    """Return the time step to which `code` belongs, or None if it is wrong or was used before.

    `after` is the last step that was taken: a code seen over somebody's shoulder is of no use once it has been used.
    """
    digits = "".join(char for char in code if not char.isspace())
    maker = pyotp.TOTP(secret)
    current = now_ms // STEP_MS
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(maker.generate_otp(step).encode(), digits.encode()) and step > after:
            found = step
    return found


def address(secret: str, email: str) -> str:
    """Return the `otpauth://` address that an authenticator app takes."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(secret: str, email: str) -> str:
    """Return the QR code of `address` as an SVG element."""
    out = io.BytesIO()
    segno.make(address(secret, email), error="m").save(out, kind="svg", scale=4, xmldecl=False, svgns=True)
    return out.getvalue().decode()
