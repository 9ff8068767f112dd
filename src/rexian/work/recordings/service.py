"""Looking at recordings, holding and erasing them, and the tenant's rule. Services take an `Act`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.kit.problem import Problem, not_found
from rexian.work.recordings.book import Book, file_name
from rexian.work.recordings.model import DAY_MS, Picture, Recording, RecordingDetail, Rule
from rexian.work.recordings.storage import StorageTrouble
from rexian.work.recordings.tables import recording, rule

PASS_MS = 10 * 60_000
"""An address is good for so long. Who listens longer, or once more, asks again, and is audited again."""


class Passes:
    """Signed addresses of a recording's sound: whoever has one has been audited, and nobody else can use it.

    A pass is `<until>.<mac>`: the instant (ms since 1970 UTC) in decimal, and the first 40 hexadecimal digits of
    HMAC-SHA-256 (RFC 2104) over recording, person and instant, under a key made of the house's `secret`.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"rexian recordings", hashlib.sha256).digest()

    def make(self, recording_id: str, person_id: str, until: int) -> str:
        """A pass for this person to this recording, good to the instant `until`."""
        return f"{until}.{self._mac(recording_id, person_id, until)}"

    def opens(self, given: str, recording_id: str, person_id: str, now_ms: int) -> bool:
        """Whether what was given is a pass of theirs that is still good. Takes any string."""
        until, _, mac = given.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= 15 and mac.isascii()):
            return False
        return hmac.compare_digest(mac, self._mac(recording_id, person_id, int(until))) and now_ms <= int(until)

    def _mac(self, recording_id: str, person_id: str, until: int) -> str:
        said = f"{recording_id}.{person_id}.{until}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:40]


def recording_of(row: Row[Any]) -> Recording:
    """A row of `recording` as it is told."""
    return Recording(**_values(row))


def detail_of(row: Row[Any]) -> RecordingDetail:
    """The same with its picture, None as long as that is not drawn."""
    picture = None if row.picture is None else msgspec.convert(row.picture, Picture)
    return RecordingDetail(**_values(row), picture=picture)


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in Recording.__struct_fields__}


def find_recordings(tenants: Collection[str], contact_id: str | None) -> Select[Any]:
    """Select the recordings of these tenants, of one contact or of all, in no order."""
    found = select(recording).where(recording.c.tenant_id.in_(sorted(tenants)))
    return found if contact_id is None else found.where(recording.c.contact_id == contact_id)


async def erased_among(tx: AsyncConnection, ids: Collection[str | None]) -> set[str]:
    """Those of these files that were recordings (voice messages) and have been erased, as far as `tx` sees them."""
    wanted = sorted({id for id in ids if id})
    gone = select(recording.c.id).where(recording.c.id.in_(wanted), recording.c.state == "erased")
    return set(await tx.scalars(gone)) if wanted else set()


async def get_row(act: Act, recording_id: str, *, lock: bool = False) -> Row[Any]:
    """Raises `Problem` (404). `lock`: nobody else holds, releases or erases it until this transaction has ended."""
    found = select(recording).where(recording.c.id == recording_id)
    row = (await act.tx.execute(found.with_for_update() if lock else found)).one_or_none()
    if row is None:
        raise not_found("recording")
    return row


async def listen(act: Act, recording_id: str) -> Row[Any]:
    """Note in the audit trail that somebody listens. Raises `Problem`: 404, 409 `recording_not_kept`."""
    row = await get_row(act, recording_id)
    if row.state != "kept":
        raise Problem("recording_not_kept", 409, state=row.state)
    await act.record("recording.listened", "recording", recording_id, contact_id=row.contact_id)
    return row


async def hold(act: Act, recording_id: str, reason: str) -> Recording:
    """Keep it whatever the rule says. Raises `Problem`: 404, 409 `recording_not_kept`."""
    row = await get_row(act, recording_id, lock=True)
    if row.state not in ("kept", "writing"):
        raise Problem("recording_not_kept", 409, state=row.state)
    values = {"hold_reason": reason, "hold_by": act.by_id, "hold_at": act.now_ms}
    await act.tx.execute(recording.update().where(recording.c.id == recording_id).values(values))
    await act.record("recording.held", "recording", recording_id, reason=reason)
    return recording_of(await get_row(act, recording_id))


async def release(act: Act, recording_id: str) -> Recording:
    """The rule holds again; one that is past its day goes with the next round. Raises `Problem` (404)."""
    row = await get_row(act, recording_id, lock=True)
    if row.hold_at is not None:
        values = {"hold_reason": None, "hold_by": None, "hold_at": None}
        await act.tx.execute(recording.update().where(recording.c.id == recording_id).values(values))
        await act.record("recording.released", "recording", recording_id)
    return recording_of(await get_row(act, recording_id))


async def refuse_held(act: Act, recording_id: str) -> bool:
    """Whether it is held; the attempt to erase it is audited then (FAULTS 51)."""
    row = await get_row(act, recording_id, lock=True)
    if row.hold_at is None:
        return False
    await act.record("recording.erase_refused", "recording", recording_id, reason=row.hold_reason)
    return True


async def erase(act: Act, book: Book, recording_id: str, why: str) -> None:
    """Remove the sound and its key; the row says that there was one. What is held is left as it is.

    Raises `Problem`: 404, 503 `store_away`.
    """
    row = await get_row(act, recording_id, lock=True)
    if row.state == "erased" or row.hold_at is not None:
        return
    try:
        await book.store.erase(file_name(row.tenant_id, row.id))
        (book.folder / file_name(row.tenant_id, row.id)).unlink(missing_ok=True)
    except (StorageTrouble, OSError) as error:
        raise Problem("store_away", 503, retry_after_s=60) from error
    values = {"state": "erased", "erased_at": act.now_ms, "wrapped_key": b"", "picture": None}
    await act.tx.execute(recording.update().where(recording.c.id == recording_id).values(values))
    await act.record("recording.erased", "recording", recording_id, why=why)


async def set_rule(act: Act, wanted: Rule) -> Rule:
    """Set the tenant's rule; what is kept already is kept as long as the new rule says, unless held."""
    values = {"consent": wanted.consent, "keep_days": wanted.keep_days}
    stored = insert(rule).values({"tenant_id": act.tenant_id} | values)
    await act.tx.execute(stored.on_conflict_do_update(index_elements=["tenant_id"], set_=values))
    due = recording.c.started_at + wanted.keep_days * DAY_MS
    kept = (recording.c.tenant_id == act.tenant_id, recording.c.state == "kept")
    await act.tx.execute(recording.update().where(*kept).values(erase_at=due))
    await act.note("recording.rule_set", "tenant", act.tenant_id, **values)
    return wanted
