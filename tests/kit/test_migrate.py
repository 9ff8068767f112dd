"""A migrated database is the same as one made in one go, and both are what the code expects."""

from __future__ import annotations

import asyncio
import json

import pytest
from alembic.operations import ops
from sqlalchemy import select, text

from rexian.directory.audit.service import verify_all
from rexian.directory.audit.tables import audit
from rexian.directory.reception.tables import FLOWS
from rexian.kit import migrate
from rexian.kit.database import Database, metadata, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import all_tables
from rexian.work.recordings.tables import rule

needs_a_revision = pytest.mark.skipif(migrate.head() is None, reason="there is no revision yet")

# Everything that can drift apart, each as rows of text.
CATALOGUE = {
    "columns": """SELECT table_name, column_name, format('%s %s %s %s', udt_name, is_nullable, column_default,
                  identity_generation || generation_expression) FROM information_schema.columns
                  WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                      WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "policies": """SELECT tablename, policyname, format('%s %s %s %s', roles, cmd, qual, with_check)
                   FROM pg_policies WHERE schemaname = 'public'""",
    "walls": """SELECT relname, relrowsecurity::text, relforcerowsecurity::text FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')""",
    "grants": """SELECT table_name, grantee, string_agg(privilege_type, ',' ORDER BY privilege_type)
                 FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee LIKE 'rexian%'
                 GROUP BY 1, 2""",
    "triggers": """SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
                   WHERE NOT tgisinternal""",
    "functions": """SELECT proname, '', pg_get_functiondef(oid) FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace""",
}


async def catalogue(url: str) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    async with owner(url) as engine, engine.connect() as connection:
        for name, query in CATALOGUE.items():
            rows = await connection.execute(text(query))
            found[name] = {tuple(map(str, row)) for row in rows if row[0] != "alembic_version"}
    return found


@pytest.fixture
async def empty_url(postgres: PrivatePostgres) -> str:
    name = f"m_{new_id().replace('-', '')}"
    async with owner(postgres.url("postgres")) as engine, engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    return postgres.url(name)


@needs_a_revision
async def test_migrated_from_empty_it_is_as_if_made_in_one_go(empty_url: str, database_url: str) -> None:
    assert await asyncio.to_thread(migrate.current, empty_url) is None
    assert not await asyncio.to_thread(migrate.at_head, empty_url)
    assert await asyncio.to_thread(migrate.upgrade, empty_url) == migrate.head()
    assert await asyncio.to_thread(migrate.at_head, empty_url)
    migrated, made = await catalogue(empty_url), await catalogue(database_url)
    for name in CATALOGUE:
        assert migrated[name] == made[name], f"{name}: write a revision (rexian migrate --autogenerate MESSAGE)"


@needs_a_revision
async def test_servers_that_start_together_migrate_once(empty_url: str) -> None:
    done = await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, empty_url) for _ in range(3)))
    assert set(done) == {migrate.head()}


def test_a_revision_that_makes_a_table_puts_up_its_walls() -> None:
    all_tables()
    step = ops.CreateTableOp.from_table(metadata.tables["content"])
    script = ops.MigrationScript("1", ops.UpgradeOps([step]), ops.DowngradeOps([]))
    migrate.add_walls(None, None, [script])  # type: ignore[arg-type]
    assert script.upgrade_ops is not None
    written = [str(one.sqltext) for one in script.upgrade_ops.ops if isinstance(one, ops.ExecuteSQLOp)]
    assert any("CREATE ROLE rexian_tenant" in one for one in written)
    assert any('ALTER TABLE "content" FORCE ROW LEVEL SECURITY' in one for one in written)
    assert any(one.startswith('GRANT SELECT, INSERT, UPDATE, DELETE ON "content"') for one in written)


def test_a_revision_without_new_tables_is_left_alone() -> None:
    script = ops.MigrationScript("1", ops.UpgradeOps([]), ops.DowngradeOps([]))
    migrate.add_walls(None, None, [script])  # type: ignore[arg-type]
    assert script.upgrade_ops is not None
    assert script.upgrade_ops.ops == []


RECEPTIONS = (  # company, its rule if it has made one, its reception's state and what that said of recordings
    ("asks", None, "published", "ask", "可以录音吗？按 1 同意。"),
    ("asks_never", "never", "published", "ask", ""),
    ("says", None, "published", "say", "会录音。"),
    ("silent", "always", "published", "off", ""),
    ("drafts", None, "draft", "ask", "可以吗？"),
)
MADE_TENANT = """INSERT INTO tenant (tenant_id, key, name, name_en, colour, zone, operator, active, created_at)
                 VALUES (:id, :key, :key, '', '#000000', 'Asia/Shanghai', false, true, 0)"""
MADE_FLOW = """INSERT INTO reception_flow (tenant_id, version, rev, state, flow, note, created_at)
               VALUES (:id, 1, 1, :state, :flow, '', 0)"""


async def _old_receptions(url: str) -> dict[str, str]:
    """Companies with receptions as they were before revision 0011."""
    ids = {key: new_id() for key, *_ in RECEPTIONS}
    async with owner(url) as engine, engine.begin() as connection:
        for key, consent, state, mode, words in RECEPTIONS:
            flow = {"person": "q", "consent": {"mode": mode, "speech": {"text": words, "text_en": "", "prompt": ""}}}
            tenant = {"id": ids[key], "key": key}
            await connection.execute(text(MADE_TENANT), tenant)
            if consent:
                await connection.execute(
                    text("INSERT INTO recording_rule VALUES (:id, :c, 7)"), tenant | {"c": consent}
                )
            await connection.execute(text(MADE_FLOW), tenant | {"state": state, "flow": json.dumps(flow)})
    return ids


@needs_a_revision
async def test_a_reception_that_was_to_ask_makes_the_recording_rule_ask(empty_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty_url, "0010")
    ids = await _old_receptions(empty_url)
    await asyncio.to_thread(migrate.upgrade, empty_url)
    db = Database(empty_url)
    try:
        async with db.system() as tx:
            rules = {row.tenant_id: (row.consent, row.keep_days) for row in await tx.execute(select(rule))}
            flows = {
                key: await FLOWS.drafted(tx, id) or (await FLOWS.published(tx, [id]))[id] for key, id in ids.items()
            }
            trail = (await tx.execute(select(audit.c.tenant_id, audit.c.action, audit.c.detail))).all()
        assert await verify_all(db) == []
    finally:
        await db.close()
    assert rules == {ids["asks"]: ("prompt", 90), ids["asks_never"]: ("never", 7), ids["silent"]: ("always", 7)}
    words = {key: (flow.consent.notice.text, flow.consent.question.text) for key, (_, flow) in flows.items()}
    assert words == {"asks": ("", "可以录音吗？按 1 同意。"), "asks_never": ("", ""), "says": ("会录音。", ""),
                     "silent": ("", ""), "drafts": ("", "可以吗？")}  # fmt: skip
    assert trail == [(ids["asks"], "recording.rule_set", '{"consent":"prompt","keep_days":90}')]
