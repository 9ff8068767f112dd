"""Prompt files of a tenant's own: WAV in, kept as mono, 8,000 Hz, G.711 mu-law beside the flow they belong to."""

from __future__ import annotations

import asyncio
import hashlib

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import NOBODY, Act
from rexian.directory.reception.forms import PromptFile
from rexian.directory.reception.tables import prompt_file
from rexian.kit import wav
from rexian.kit.problem import Problem, not_found

MOST_BYTES = 5_000_000
MOST_S = 120
MOST_FILES = 200
_CODES = {
    "not_wav": ("prompt_not_wav", 415), "codec": ("prompt_codec", 415), "broken": ("prompt_broken", 422),
    "too_long": ("prompt_too_long", 422), "silent": ("prompt_silent", 422),
}  # fmt: skip
_SHOWN = [column for column in prompt_file.c if column.name in PromptFile.__struct_fields__]


async def sound_of(data: bytes) -> bytes:
    """Convert what was sent. Raises `Problem`: 413 too large, 415 no WAV or an unknown encoding, 422 broken …"""
    if len(data) > MOST_BYTES:
        raise Problem("prompt_too_large", 413, most_mb=MOST_BYTES // 1_000_000)
    try:
        return await asyncio.to_thread(wav.telephone, data, MOST_S)
    except wav.WavError as error:
        code, status = _CODES[error.code]
        raise Problem(code, status, most_s=MOST_S) from error


async def put(act: Act, locale: str, key: str, name: str, sound: bytes) -> PromptFile:
    """Keep it, in place of one that was there. Raises `Problem` (409 `prompt_too_many`)."""
    count = select(func.count()).select_from(prompt_file).where(prompt_file.c.tenant_id == act.tenant_id)
    if (await act.tx.execute(count)).scalar_one() >= MOST_FILES:
        raise Problem("prompt_too_many", 409, most=MOST_FILES)
    values = {
        "name": name, "sha256": hashlib.sha256(sound).hexdigest(), "size": len(sound), "ms": wav.duration_ms(sound),
        "sound": sound, "created_at": act.now_ms, "created_by": None if act.by_id == NOBODY else act.by_id,
    }  # fmt: skip
    row = {"tenant_id": act.tenant_id, "locale": locale, "key": key}
    await act.tx.execute(
        insert(prompt_file).values(row | values).on_conflict_do_update(
            index_elements=["tenant_id", "locale", "key"], set_=values
        )
    )  # fmt: skip
    await act.note("reception.prompt_stored", "prompt_file", f"{locale}/{key}", name=name, ms=values["ms"])
    return PromptFile(**{name: (row | values)[name] for name in PromptFile.__struct_fields__})  # type: ignore[arg-type]


async def drop(act: Act, locale: str, key: str) -> None:
    """Delete it. Raises `Problem` (404)."""
    mine = (prompt_file.c.tenant_id == act.tenant_id, prompt_file.c.locale == locale, prompt_file.c.key == key)
    if not (await act.tx.execute(delete(prompt_file).where(*mine))).rowcount:
        raise not_found("prompt")
    await act.note("reception.prompt_dropped", "prompt_file", f"{locale}/{key}")


async def files_of(tx: AsyncConnection, tenant_id: str) -> list[PromptFile]:
    """The tenant's files, without their sound."""
    mine = select(*_SHOWN).where(prompt_file.c.tenant_id == tenant_id)
    rows = await tx.execute(mine.order_by(prompt_file.c.key, prompt_file.c.locale))
    return [PromptFile(**row._mapping) for row in rows]


async def sound_in(tx: AsyncConnection, tenant_id: str, locale: str, key: str) -> bytes | None:
    """A file's sound as it is kept."""
    mine = (prompt_file.c.tenant_id == tenant_id, prompt_file.c.locale == locale, prompt_file.c.key == key)
    return (await tx.execute(select(prompt_file.c.sound).where(*mine))).scalar_one_or_none()
