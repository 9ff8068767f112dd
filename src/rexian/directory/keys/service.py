"""Tenants' keys: made when first needed, replaced by `rexian keys rotate`, unwrapped once and kept a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.keys.tables import tenant_key
from rexian.kit.ids import new_id
from rexian.kit.keys import KeyTrouble, Wrapper, new_key, seal, unseal
from rexian.kit.settings import SettingsError

_CACHED = 1_000


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored: which tenant key opens it, and the wrapped bytes."""

    key_id: str
    data: bytes


class KeyRing:
    """Wraps and unwraps data keys by their tenant's key. All methods may raise `kit.keys.KeyTrouble`."""

    def __init__(self, master: Callable[[], Wrapper]) -> None:
        self._find = master  # asked when a key is first needed: a server that records nothing needs none
        self._found: Wrapper | None = None
        self._opened: dict[str, bytes] = {}

    @property
    def _master(self) -> Wrapper:
        if self._found is None:
            try:
                self._found = self._find()
            except SettingsError as error:  # missing, or no key at all: it may be mended any time
                raise KeyTrouble(str(error)) from error
        return self._found

    async def wrap(self, tx: AsyncConnection, tenant_id: str, owner: str, data_key: bytes, now_ms: int) -> Wrapped:
        """Wrap a data key for `owner` (the object's id) with the tenant's present key."""
        key_id, key = await self._current(tx, tenant_id, now_ms)
        return Wrapped(key_id, seal(key, owner, data_key))

    async def unwrap(self, tx: AsyncConnection, owner: str, wrapped: Wrapped) -> bytes:
        """Return the data key again."""
        return unseal(await self._key(tx, wrapped.key_id), owner, wrapped.data)

    async def rotate(self, act: Act) -> str:
        """Give the tenant a new key; data wrapped before opens by the old one. Returns the new key's id."""
        live = (tenant_key.c.tenant_id == act.tenant_id, tenant_key.c.retired_at.is_(None))
        await act.tx.execute(tenant_key.update().where(*live).values(retired_at=act.now_ms))
        key_id = await self._make(act.tx, act.tenant_id, act.now_ms)
        await act.record("key.rotated", "tenant_key", key_id)
        return key_id

    async def rewrap(self, tx: AsyncConnection) -> int:
        """Wrap all tenants' keys by the present master key. Returns how many another one had wrapped."""
        query = select(tenant_key).where(tenant_key.c.wrapper != self._master.id).with_for_update()
        rows = (await tx.execute(query)).all()
        for row in rows:
            key = await self._master.unwrap(row.id, bytes(row.wrapped))
            again = {"wrapped": await self._master.wrap(row.id, key), "wrapper": self._master.id}
            await tx.execute(tenant_key.update().where(tenant_key.c.id == row.id).values(again))
        return len(rows)

    async def _current(self, tx: AsyncConnection, tenant_id: str, now_ms: int) -> tuple[str, bytes]:
        live = select(tenant_key.c.id).where(tenant_key.c.tenant_id == tenant_id, tenant_key.c.retired_at.is_(None))
        key_id = (await tx.execute(live)).scalar_one_or_none()
        if key_id is None:
            await self._make(tx, tenant_id, now_ms)
            key_id = (await tx.execute(live)).scalar_one()
        return key_id, await self._key(tx, key_id)

    async def _make(self, tx: AsyncConnection, tenant_id: str, now_ms: int) -> str:
        """Make the tenant's key; another process may have been quicker, then its key counts."""
        key_id = new_id()
        wrapped = await self._master.wrap(key_id, new_key())
        row = {"id": key_id, "tenant_id": tenant_id, "wrapped": wrapped, "wrapper": self._master.id}
        await tx.execute(insert(tenant_key).values(row | {"created_at": now_ms}).on_conflict_do_nothing())
        return key_id

    async def _key(self, tx: AsyncConnection, key_id: str) -> bytes:
        known = self._opened.get(key_id)
        if known is None:
            row = (await tx.execute(select(tenant_key.c.wrapped).where(tenant_key.c.id == key_id))).one()
            known = await self._master.unwrap(key_id, bytes(row.wrapped))
            if len(self._opened) >= _CACHED:
                self._opened.clear()
            self._opened[key_id] = known
        return known
