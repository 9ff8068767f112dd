"""Ask first, record only those who agree: who was never asked has not agreed."""

from __future__ import annotations

import pytest

from rexian.channels.voice.lobby import RECEPTION
from rexian.engine.commands import SetRecording
from rexian.kit import i18n
from rexian.kit.ids import new_id
from tests.channels.voice.rig import Street
from tests.channels.voice.test_consent_lasts import answered, met, noted, switched_on, talks
from tests.channels.voice.test_recorded import Shelf


@pytest.fixture
def shelf(street: Street, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf("prompt")
    monkeypatch.setattr(street.voice.recorder, "recordings", shelf)
    return shelf


async def test_a_no_is_in_the_journal_and_on_the_floor(street: Street, shelf: Shelf) -> None:
    caller = await street.caller()
    await answered(caller, "2")
    await noted(street, caller, "RecordingChanged", "refused")
    live = street.voice.director.calls[caller.contact]
    await street.until(lambda: (facts := street.voice.director.facts(live)) and facts.recording == "off")
    await talks(street, caller)
    assert not await switched_on(street, caller)


async def test_who_is_called_back_and_was_never_asked_is_not_recorded(street: Street, shelf: Shelf) -> None:
    caller = await street.caller()
    street.engine.capacity = 1
    assert (await caller.call())["code"] == "all_busy"
    caller.contact, caller.interaction = new_id(), new_id()
    named = {"contact": caller.contact, "interaction": caller.interaction}
    assert (await caller.ask("call_back", number="13800138000", **named))["t"] == "ack"
    street.engine.capacity = 1_000
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await caller.got("ring")
    assert (await caller.call())["t"] == "answer"
    await phone.up(caller.interaction)
    await met(street, caller)
    assert not await switched_on(street, caller)


async def test_who_asks_for_a_call_back_by_page_can_read_that_all_talks_are_recorded(
    street: Street, shelf: Shelf
) -> None:
    asked = await street.caller()
    shelf.rule = "always"
    told = await street.caller()
    assert [caller.of("welcome")[-1]["voice"]["recorded"] for caller in (asked, told)] == [False, True]


async def test_who_was_only_told_has_not_agreed_when_the_rule_becomes_ask_first(street: Street, shelf: Shelf) -> None:
    shelf.rule = "always"
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    shelf.rule = "prompt"
    await talks(street, caller)
    assert not await switched_on(street, caller)


async def test_who_says_no_and_then_yes_on_a_new_line_is_recorded(street: Street, shelf: Shelf) -> None:
    """They were cut off in the menu and are asked again: the last word counts, and is what they were told."""
    caller = await street.caller()
    await caller.call()
    await caller.until(lambda: [one for one in caller.of("say") if one.get("keys")])
    no = SetRecording(interaction_id=caller.interaction, by=RECEPTION, state="off", why="refused")
    await street.voice.asking.insist(street.city.yunshan, no, RECEPTION)
    await caller.send(t="key", digit="1")
    await caller.state("waiting")
    await talks(street, caller)
    await street.until(lambda: shelf.begun)


def test_a_customer_who_declined_reads_that_and_not_that_something_has_stopped() -> None:
    assert (
        i18n.t("en", "trace.customer.recording.refused") == "You did not agree to a recording; the call is not recorded"
    )
