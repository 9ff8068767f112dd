"""The brake on guessing passwords: waits that double, per account and address, and nothing said about which was wrong.

An attempt is counted before the password is looked at, so a hundred attempts at once are a hundred attempts. Accounts
that don't exist are braked exactly like those that do. Somebody else's guesses slow a person down, but never for long:
an account as such waits at most a minute; the long waits are for one address, and for one address at one account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.sign_in.tables import brake
from rexian.directory.sign_in.vault import Vault
from rexian.kit.problem import Problem

FORGET_MS = 3_600_000  # after an hour without a failure the count starts anew


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` failures cost nothing; then 1 s, 2 s, 4 s … up to `longest_ms`."""

    name: str
    free: int
    longest_ms: int

    def wait_ms(self, failures: int) -> int:
        """Return how long after this many failures the next attempt must wait."""
        over = failures - self.free
        return 0 if over <= 0 else min(self.longest_ms, 1000 << min(over - 1, 20))


PAIR = Rule("pair", free=5, longest_ms=900_000)
ACCOUNT = Rule("account", free=20, longest_ms=60_000)
ADDRESS = Rule("address", free=30, longest_ms=300_000)


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys an attempt is counted."""

    rows: tuple[tuple[bytes, Rule], ...]

    @classmethod
    def of(cls, vault: Vault, account: str, address: str) -> Keys:
        named = ((PAIR, f"{account}\n{address}"), (ACCOUNT, account), (ADDRESS, address))
        return cls(tuple(sorted((vault.mac(f"brake {rule.name}", text), rule) for rule, text in named)))

    @property
    def all(self) -> Sequence[bytes]:
        return [key for key, _ in self.rows]


async def count(tx: AsyncConnection, keys: Keys, now_ms: int) -> None:
    """Count an attempt as a failure until `forgive` says otherwise. Raises `Problem` (429) while one has to wait."""
    counts = [(key, rule, await _locked(tx, key, now_ms)) for key, rule in keys.rows]
    held = max(row.open_at for _, _, row in counts)
    if held > now_ms:
        seconds = -(-(held - now_ms) // 1000)
        raise Problem("throttled", 429, retry_after_s=seconds, seconds=seconds)
    for key, rule, row in counts:
        failures = 1 if row.failed_at < now_ms - FORGET_MS else row.failures + 1
        changed = {"failures": failures, "failed_at": now_ms, "open_at": now_ms + rule.wait_ms(failures)}
        await tx.execute(brake.update().where(brake.c.key == key).values(changed))


async def _locked(tx: AsyncConnection, key: bytes, now_ms: int) -> Row[Any]:
    """Return the count under `key`, locked: attempts at the same moment go through here one after the other."""
    fresh = insert(brake).values(key=key, failures=0, failed_at=now_ms, open_at=0)
    row = fresh.on_conflict_do_update(index_elements=[brake.c.key], set_={"failures": brake.c.failures})
    return (await tx.execute(row.returning(brake.c.failures, brake.c.failed_at, brake.c.open_at))).one()


async def forgive(tx: AsyncConnection, keys: Keys) -> None:
    """The password was right: forget the failures of this account, and take this attempt off the address's count."""
    mine = [key for key, rule in keys.rows if rule is not ADDRESS]
    await tx.execute(delete(brake).where(brake.c.key.in_(mine)))
    theirs = [key for key, rule in keys.rows if rule is ADDRESS]
    # Its wait stays: else whoever owns one account could guess at all others between two sign-ins of their own.
    fewer = func.greatest(brake.c.failures - 1, 0)
    await tx.execute(brake.update().where(brake.c.key.in_(theirs)).values(failures=fewer))


async def forget_old(tx: AsyncConnection, now_ms: int) -> int:
    """Delete counts that no longer matter; return how many. For the daily tidying."""
    old = or_(brake.c.failed_at < now_ms - FORGET_MS, brake.c.failures == 0)
    return (await tx.execute(delete(brake).where(old).where(brake.c.open_at <= now_ms))).rowcount
