"""A telephone calls in through an exchange: the same reception; who it says it is, is no proof."""

from __future__ import annotations

from typing import Literal

import pytest
import sqlalchemy as sa

from rexian.channels.voice.port import Caller
from rexian.channels.voice.settings import VoiceLimits
from rexian.directory.customers.contract import find_or_create
from rexian.directory.customers.tables import customer
from tests.channels.voice.rig import Street


async def test_a_telephone_is_received_queued_and_answered(hotline: Street) -> None:
    """40: the number and the line's word on it are kept as what they are; they identify nobody."""
    li, phone = await hotline.agent(hotline.city.li)
    number = Caller(number="+8613800138000", dialled="4008123456", verstat="TN-Validation-Failed")
    hotline.engine.offer("PJSIP.trunk-1", number)
    handling = await li.accept()
    line = (await phone.up())["leg"]
    await hotline.until(lambda: hotline.hears("PJSIP.trunk-1") == {line})
    floor = hotline.voice.asking.floor(hotline.city.yunshan)
    assert floor is not None
    interaction = floor.interaction(handling["id"])
    assert interaction is not None
    told = {name: interaction.attributes[name] for name in ("caller", "verstat")}
    assert told == {"caller": "+8613800138000", "verstat": "TN-Validation-Failed"}
    hotline.engine.bye("PJSIP.trunk-1")
    await phone.until(lambda: not phone.live())


@pytest.mark.parametrize(("verstat", "kind"), [("TN-Validation-Failed", None), ("No-TN-Validation", "elder")])
async def test_a_faked_number_gets_no_head_start(
    hotline: Street, verstat: Literal["TN-Validation-Failed", "No-TN-Validation"], kind: str | None
) -> None:
    """Whoever shows another's number must not be treated as them."""
    number = f"+86138001380{len(verstat)}"
    async with hotline.served.house.db.system() as tx:
        id = await find_or_create(
            tx, hotline.city.yunshan, kind="phone", value=number, name="", locale="zh-CN", now_ms=1
        )
        await tx.execute(sa.update(customer).where(customer.c.id == id).values(kind="elder"))
    li, _ = await hotline.agent(hotline.city.li)
    hotline.engine.offer("PJSIP.trunk-3", Caller(number=number, dialled="4008123456", verstat=verstat))
    handling = await li.accept()
    floor = hotline.voice.asking.floor(hotline.city.yunshan)
    assert floor is not None
    interaction = floor.interaction(handling["id"])
    assert interaction is not None
    assert interaction.attributes.get("customer_kind") == kind
    hotline.engine.bye("PJSIP.trunk-3")


async def test_a_number_that_is_nobodys_is_turned_away(hotline: Street) -> None:
    hotline.engine.offer("PJSIP.trunk-2", Caller(number="1", dialled="999"))
    await hotline.until(lambda: "PJSIP.trunk-2" not in hotline.engine.legs)
    assert not hotline.voice.director.calls


async def test_one_who_was_cut_off_and_cannot_be_called_again_leaves_nobody_stuck(hotline: Street) -> None:
    """The exchange has come back and forgotten the line, and has no way out to the caller's number."""
    li, phone = await hotline.agent(hotline.city.li)
    hotline.engine.offer("PJSIP.trunk-7", Caller(number="+8613800138007", dialled="4008123456"))
    handling = await li.accept()
    await phone.up()
    hotline.voice.limits = VoiceLimits(grace_ms=400)
    hotline.engine.crash()
    hotline.engine.come_up()
    told = await phone.got("nack", code="dial_by_hand")
    assert "13800138007" in told["text"]
    await li.until(lambda: li.view("me", "handlings")[handling["id"]]["state"] == "after_contact_work")
    await phone.until(lambda: not phone.live())
