"""Canned answers and dispositions of the demo city's tenants. Ids follow from what they stand for, so seeding again
changes nothing."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.tenants.contract import tenant_cards
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.work.desk.pinyin import initials
from rexian.work.desk.tables import canned, disposition


async def seed(db: Database, clock: Clock) -> None:
    """Give every demo tenant that is there its texts."""
    texts = tomllib.loads((files("rexian.work.desk") / "demo.toml").read_text(encoding="utf-8"))
    now = clock.now_ms()
    async with db.system() as tx:
        for tenant_id, card in (await tenant_cards(tx)).items():
            if card.key in texts["tenant"]:
                await _seed_tenant(tx, tenant_id, texts["everybody"], texts["tenant"][card.key], now)


async def _seed_tenant(
    tx: AsyncConnection, tenant_id: str, common: dict[str, Any], own: dict[str, Any], now: int
) -> None:
    groups, leaves = list[dict[str, Any]](), list[dict[str, Any]]()
    for place, group in enumerate([*common["group"], *own["group"]]):
        head = _disposition(tenant_id, group, place, now) | {"is_group": True}
        groups.append(head)
        leaves += [
            _disposition(tenant_id, code, number, now) | {"parent_id": head["id"]}
            for number, code in enumerate(group["codes"])
        ]
    await tx.execute(insert(disposition).on_conflict_do_nothing(), [*groups])
    await tx.execute(insert(disposition).on_conflict_do_nothing(), [*leaves])
    rows = [_canned(tenant_id, one, now) for one in (*common["canned"], *own["canned"])]
    await tx.execute(insert(canned).on_conflict_do_nothing(), rows)


def _disposition(tenant_id: str, given: dict[str, Any], position: int, now: int) -> dict[str, Any]:
    return {
        "id": _id(tenant_id, "disposition", given["code"]),
        "tenant_id": tenant_id,
        "code": given["code"],
        "name": given["zh"],
        "name_en": given["en"],
        "parent_id": None,
        "is_group": False,
        "position": position,
        "created_at": now,
    }


def _canned(tenant_id: str, given: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        "id": _id(tenant_id, "canned", given["shortcut"] + given["locale"]),
        "tenant_id": tenant_id,
        "title": given["title"],
        "text": given["text"],
        "shortcut": given["shortcut"],
        "locale": given["locale"],
        "initials": initials(given["title"]),
        "created_at": now,
    }


def _id(tenant_id: str, kind: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"rexian:demo:{tenant_id}:{kind}:{name}"))
