"""`rexian keys rotate`: new keys seal what comes, old ones still open what was; and the master key can be changed."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from rexian.cli import main
from rexian.directory.audit.tables import audit
from rexian.directory.keys.contract import KeyRing, Wrapped
from rexian.directory.keys.tables import tenant_key
from rexian.directory.tenants.tables import tenant
from rexian.kit import migrate
from rexian.kit.database import Database
from rexian.kit.keys import KeyTrouble, master_of, new_key
from rexian.kit.settings import load_settings
from tests.work.directory import TENANTS, seed_directory

ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
OLD, NEW = (base64.b64encode(new_key()).decode() for _ in range(2))
YUNSHAN = TENANTS["yunshan"]


@pytest.fixture(autouse=True)
def _made_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' schema has all tables and no revision."""
    monkeypatch.setattr(migrate, "at_head", lambda url: True)


class House:
    """An installation with two tenants and a master key."""

    def __init__(self, db: Database, home: Path) -> None:
        self.db = db
        self.env = {"REXIAN_HOME": str(home), "REXIAN_MASTER_KEY": OLD}

    async def rotate(self, *words: str) -> Result:
        url = self.db.url.render_as_string(hide_password=False)
        env = {**ENGLISH, **self.env, "REXIAN_DATABASE_URL": url}
        return await asyncio.to_thread(CliRunner().invoke, main, ["keys", "rotate", *words], env=env)

    @property
    def ring(self) -> KeyRing:
        return KeyRing(lambda: master_of(load_settings(self.env)))

    async def wrap(self, owner: str) -> Wrapped:
        async with self.db.tenant(YUNSHAN) as tx:
            return await self.ring.wrap(tx, YUNSHAN, owner, b"k" * 32, 1)

    async def opens(self, owner: str, wrapped: Wrapped) -> bool:
        async with self.db.tenant(YUNSHAN) as tx:
            try:
                return await self.ring.unwrap(tx, owner, wrapped) == b"k" * 32
            except KeyTrouble:
                return False


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> House:
    async with db.system() as tx:
        await seed_directory(tx)
    return House(db, tmp_path)


async def test_a_tenant_gets_a_new_key_and_old_recordings_still_open(house: House) -> None:
    before = await house.wrap("one")
    async with house.db.system() as tx:
        key = (await tx.execute(select(tenant.c.key).where(tenant.c.tenant_id == YUNSHAN))).scalar_one()
    done = await house.rotate("--tenant", key)
    assert (done.exit_code, done.output) == (0, "1 tenants have new keys\n")
    after = await house.wrap("two")
    assert before.key_id != after.key_id
    assert await house.opens("one", before)
    assert await house.opens("two", after)
    async with house.db.system() as tx:
        noted = (await tx.execute(select(audit.c.tenant_id).where(audit.c.action == "key.rotated"))).scalars().all()
    assert noted == [YUNSHAN]


async def test_all_tenants_get_new_keys(house: House) -> None:
    done = await house.rotate()
    assert done.exit_code == 0, done.output
    async with house.db.system() as tx:
        owners = (await tx.execute(select(tenant_key.c.tenant_id).where(tenant_key.c.retired_at.is_(None)))).scalars()
        assert set(owners) == set(TENANTS.values())


async def test_an_unknown_tenant_is_told(house: House) -> None:
    done = await house.rotate("--tenant", "nobody")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert done.output == "rexian: Not found\n"


async def test_the_master_key_is_changed(house: House) -> None:
    wrapped = await house.wrap("one")
    house.env |= {"REXIAN_MASTER_KEY": NEW, "REXIAN_MASTER_KEYS_OLD": OLD}
    assert await house.opens("one", wrapped)  # the old one still unwraps
    done = await house.rotate("--master")
    assert (done.exit_code, done.output) == (0, "1 keys are wrapped by the present master key now\n")
    assert (await house.rotate("--master")).output.startswith("0 keys")
    del house.env["REXIAN_MASTER_KEYS_OLD"]
    assert await house.opens("one", wrapped)  # and is needed no longer


async def test_a_wrong_master_key_changes_nothing(house: House) -> None:
    wrapped = await house.wrap("one")
    house.env["REXIAN_MASTER_KEY"] = NEW
    done = await house.rotate("--master")
    assert done.exit_code == 2
    assert "another master key" in done.output
    assert not await house.opens("one", wrapped)
    house.env["REXIAN_MASTER_KEY"] = OLD
    assert await house.opens("one", wrapped)


async def test_a_key_service_takes_over_from_a_local_master_key(house: House, tmp_path: Path) -> None:
    service = tmp_path / "kms"
    service.write_text(
        "#!/bin/sh\nread line; case $1 in wrap) echo $line | base64 -w 0 ;; *) echo $line | base64 -d ;; esac\n"
    )
    service.chmod(0o700)
    wrapped = await house.wrap("one")
    house.env = {
        "REXIAN_HOME": house.env["REXIAN_HOME"], "REXIAN_MASTER_KEY_COMMAND": str(service),
        "REXIAN_MASTER_KEYS_OLD": OLD,
    }  # fmt: skip
    assert await house.opens("one", wrapped)
    done = await house.rotate("--master")
    assert done.output == "1 keys are wrapped by the present master key now\n"
    del house.env["REXIAN_MASTER_KEYS_OLD"]
    assert await house.opens("one", wrapped)
    assert not (tmp_path / "master.key").exists()  # none is made beside a service
