"""Passwords: argon2id with 64 MiB, three passes and one lane by default (RFC 9106, section 4), about 0.15 s each.

Hashing runs in worker threads, two at a time: a flood of sign-ins waits here instead of taking all memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from rexian.kit.problem import Problem

PASSES = 3
LANES = 1
AT_ONCE = 2
SHORTEST = 10
LONGEST = 200

# What people choose when made to choose; together with the length this stops the guesses that come first.
_COMMON = frozenset(
    """1234567890 0123456789 12345678910 123123123123 qwertyuiop 1qaz2wsx3edc password123 password1234 admin12345
    administrator woaini1314 woaini520520 5201314520 a123456789 q123456789 changeme123 letmein1234 iloveyou123
    rexian123456 hotline12345""".split()  # noqa: SIM905
)


def check_choice(password: str, *, email: str = "", field: str = "password") -> None:
    """Refuse a new password that would be guessed at once. Raises `Problem` (400)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise _weak(field, "password_length", least=SHORTEST, most=LONGEST)
    lowered = password.casefold()
    name = email.partition("@")[0].casefold()
    if lowered in _COMMON or len(set(lowered)) < 4 or (len(name) > 3 and lowered.startswith(name)):
        raise _weak(field, "password_common")


def _weak(field: str, code: str, **params: Any) -> Problem:
    return Problem(code, 400, errors=[{"field": field, "code": code}], **params)


class Passwords:
    """Hashes and checks passwords with the installation's parameters. Made once per process."""

    def __init__(self, memory_kib: int) -> None:
        self._hasher = PasswordHasher(PASSES, memory_kib, LANES, type=Type.ID)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return the encoded hash (it carries salt and parameters)."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, encoded: str | None, password: str) -> bool:
        """Say whether `password` belongs to `encoded`. Takes as long when there is no such account (`None`)."""
        if self._nobody is None:
            self._nobody = await self.hash("no account has this password")
        async with self._turns:
            right = await asyncio.to_thread(self._verify, encoded or self._nobody, password)
        return right and encoded is not None

    def outdated(self, encoded: str) -> bool:
        """Say whether the hash was made with other parameters than today's and should be made anew."""
        return self._hasher.check_needs_rehash(encoded)

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
