"""What thieves and vandals try with calls, and what they get: clear words, and nothing of anybody else's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rexian.channels.voice.port import MediaStatistics
from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.ids import new_id
from rexian.runtime.tables import content, journal
from tests.channels.voice.rig import Street

CARD = "4111111111111111"


# -- dialling out ------------------------------------------------------------------------------------------------------
async def test_a_premium_number_is_not_dialled_and_the_agent_reads_why(street: Street) -> None:
    """41: called in by an agent."""
    street.engine.numbers = True
    caller, li, phone = await street.talk()
    await li.do("AddExternal", interaction_id=caller.interaction, participant_id=new_id(), number="+19005550100")
    assert "不允许" in (await phone.got("nack", code="not_allowed"))["text"]
    await li.until(lambda: not li.view("me", "handlings")[caller.interaction]["participants"])
    assert street.hears(caller.leg)


async def test_a_premium_number_left_for_a_call_back_is_not_dialled_either(street: Street) -> None:
    """41: named by a caller who would like us to pay for it."""
    street.engine.numbers = True
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    assert (await caller.ask("call_back", number="+19005550100"))["t"] == "ack"
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    assert "不允许" in (await phone.got("nack", code="not_allowed"))["text"]
    assert not street.engine.dialled
    await li.do("EndInteraction", interaction_id=caller.interaction)


async def test_somebody_outside_who_is_busy_is_dialled_once(street: Street) -> None:
    street.engine.numbers = True
    dialled = len(street.engine.dialled)
    caller, li, phone = await street.talk()
    guest = new_id()
    await li.do("AddExternal", interaction_id=caller.interaction, participant_id=guest, number="+8613800138000")
    await street.until(lambda: len(street.engine.dialled) == dialled + 1)
    await street.engine.hang_up(street.engine.dialled[-1][0], "busy")
    await phone.got("nack", code="no_answer")
    await li.until(lambda: not li.view("me", "handlings")[caller.interaction]["participants"])
    assert len(street.engine.dialled) == dialled + 1
