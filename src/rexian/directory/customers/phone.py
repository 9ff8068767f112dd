"""Phone numbers in the one form in which they are compared: E.164, `+` and up to 15 digits (ITU-T E.164).

Numbers without a country are Chinese: mobiles (11 digits from 1), landlines with their area code (0 and two or three
digits, then seven or eight), 400 and 800 numbers. Whoever writes them, with full-width digits, spaces, dashes, dots,
brackets or `转` and an extension, means the same number.
"""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s\-‐-―.·()\[\]/]+")
_PLAIN = re.compile(r"\+?[0-9]{3,20}")
_EXTENSION = re.compile(r"(?:转|轉|ext\.?|x|#|,)\s*\d{1,6}\Z", re.IGNORECASE)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"[48]00\d{7}")
# Area codes of Chinese landlines (Ministry numbering plan): 010, 02x with eight digits, 0[3-9]xx with seven or eight.
_LANDLINE = re.compile(r"0(10\d{8}|2\d\d{8}|[3-9]\d{2}\d{7,8})")
_FOREIGN = re.compile(r"[1-9]\d{6,14}")


def plain_phone(text: str) -> str | None:
    """Return the number as it is dialled here, e.g. `01088888888`, whatever it is written with; None if it is none."""
    digits = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return digits if _PLAIN.fullmatch(digits) else None


def normal_phone(text: str) -> str | None:
    """Return the number as E.164, e.g. `+8613812345678`; None if it is none. An extension is left out."""
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = _EXTENSION.sub("", folded)
    digits = _NOISE.sub("", folded).removeprefix("tel:")
    if not re.fullmatch(r"\+?[0-9]+", digits):
        return None
    if digits.startswith("+"):
        return _abroad(digits[1:])
    if digits.startswith("00"):
        return _abroad(digits[2:])
    chinese = _chinese(digits)
    if chinese is None and digits.startswith("86"):
        return _abroad(digits)
    return chinese


def _abroad(digits: str) -> str | None:
    if digits.startswith("86"):
        national = digits[2:]
        # The 0 of the area code is left out abroad; some write it all the same.
        return _chinese(national) or _chinese("0" + national)
    return f"+{digits}" if _FOREIGN.fullmatch(digits) else None


def _chinese(digits: str) -> str | None:
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return f"+86{digits}"
    if _LANDLINE.fullmatch(digits):
        return f"+86{digits[1:]}"
    return None


def shown_phone(number: str) -> str:
    """Return an E.164 number as people read it: Chinese ones as in China, others with their country."""
    if not number.startswith("+86"):
        return number
    national = number[3:]
    if _MOBILE.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    if _SERVICE.fullmatch(national):
        return f"{national[:3]}-{national[3:6]}-{national[6:]}"
    area = 2 if national[0] in "12" else 3
    return f"0{national[:area]}-{national[area:]}"
