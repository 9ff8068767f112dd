"""Codes and cards by key: who hears what, what is recorded, what is kept, and that nothing stays stuck."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from rexian.channels.voice import codes as taking
from rexian.channels.voice.port import File
from rexian.channels.voice.reception import codes as machine
from rexian.channels.voice.reception.model import Code, Flow, Speech
from rexian.kit.ids import new_id
from rexian.runtime.tables import journal
from tests.channels.voice.rig import Caller, Phone, Street
from tests.channels.voice.test_recorded import Shelf
from tests.pages import Talking
from tests.served import Desk

CARD = Code(
    id="card", title="银行卡号", title_en="Card number", least=4, most=16, timeout_s=1,
    speech=Speech(text="请输入银行卡号。", text_en="Your card number, please."),
)  # fmt: skip
ORDER = Code(id="order", title="订单号", least=3, most=8, secret=False, shown="all", timeout_s=1)
DIGITS = "6222021234567894"


@pytest.fixture
def shelf(street: Street, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf("always")
    monkeypatch.setattr(street.voice.recorder, "recordings", shelf)
    return shelf


@pytest.fixture(autouse=True)
def offered(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenant has two codes; and late keys are waited for less long."""
    before = street.voice.lobby.flow_of

    async def with_codes(*asked: Any) -> Flow:
        flow = await before(*asked)
        return Flow(person=flow.person, codes=(CARD, ORDER))

    monkeypatch.setattr(street.voice.lobby, "flow_of", with_codes)
    monkeypatch.setattr(machine, "LATE_KEYS_MS", 50)


class Talk:
    """A recorded talk, and the agent's way to codes."""

    def __init__(self, street: Street, caller: Caller, desk: Desk, phone: Phone) -> None:
        self.street, self.caller, self.desk, self.phone = street, caller, desk, phone
        self.line = phone.live()[0]["leg"]

    @property
    def engine(self) -> Any:
        return self.street.engine

    async def ask(self, code: str = "card", id: str = "") -> str:
        """Ask, and wait until the caller is apart and hears the words."""
        id = id or new_id()
        before = len(self.engine.played)
        await self.phone.send(t="ask_code", id=id, interaction=self.caller.interaction, code=code)
        await self.street.until(lambda: len(self.engine.played) > before)
        assert self.street.hears(self.line) == set()
        assert self.street.hears(self.caller.leg) == set()
        return id

    def last(self) -> dict[str, Any]:
        return self.phone.of("code")[-1]

    async def ends(self, state: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.phone.until(lambda: self.phone.of("code") and self.last()["state"] == state)
        assert found
        return self.last()

    async def together(self) -> None:
        await self.street.until(lambda: self.street.hears(self.caller.leg) == {self.line})
        assert self.street.hears(self.line) == {self.caller.leg}

    async def recorded(self, state: str) -> None:
        """The engine, the floor and the caller's page agree."""
        await self.street.until(lambda: self.engine.recordings and self.is_paused() == (state == "paused"))
        mine = self.caller.interaction
        await self.desk.until(lambda: self.desk.view("me", "handlings")[mine]["recording"] == state)
        await self.caller.until(lambda: self.caller.of("state")[-1].get("recording") == state)

    def is_paused(self) -> bool:
        return set(self.engine.recordings) <= self.engine.paused

    async def journal(self) -> list[tuple[str, dict[str, Any]]]:
        asked = sa.select(journal.c.kind, journal.c.body).where(journal.c.contact_id == self.caller.contact)
        async with self.street.served.house.db.system() as tx:
            rows = await tx.execute(asked.order_by(journal.c.seq))
            return [(row.kind, row.body) for row in rows]


@pytest.fixture
async def talk(street: Street, shelf: Shelf) -> Talk:
    talk = Talk(street, *await street.talk())
    await talk.recorded("on")
    return talk


async def everything_stored(street: Street) -> str:
    """All rows of all tables, as text."""
    async with street.served.house.db.system() as tx:
        names = (await tx.execute(sa.text("select tablename from pg_tables where schemaname = 'public'"))).scalars()
        rows = [
            str(row)
            for name in names.all()
            for row in (await tx.execute(sa.text(f'select t::text from "{name}" t'))).scalars()
        ]
    return "\n".join(rows)


async def test_the_agent_is_offered_what_the_flow_has(talk: Talk) -> None:
    await talk.phone.send(t="codes", interaction=talk.caller.interaction)
    (card, order) = (await talk.phone.got("codes"))["codes"]
    assert (card["title"], card["secret"], card["shown"]) == ("银行卡号", True, "last4")
    assert (order["id"], order["least"], order["most"]) == ("order", 3, 8)


async def test_a_card_is_typed_apart_and_unrecorded_and_kept_nowhere(talk: Talk) -> None:
    with capture_logs() as logs:
        await talk.ask()
        assert isinstance(talk.engine.played[-1][1], File)
        await talk.recorded("paused")
        said = await talk.caller.until(lambda: [one for one in talk.caller.of("say") if "银行卡号" in one["text"]])
        assert said
        talk.engine.press(talk.caller.leg, DIGITS[:6])
        await talk.phone.until(lambda: talk.last()["typed"] == 6)
        assert talk.last()["digits"] == ""
        talk.engine.press(talk.caller.leg, DIGITS[6:])
        done = await talk.ends("done")
        assert (done["digits"], done["title"]) == (DIGITS[-4:], "银行卡号")
        await talk.together()
        await talk.recorded("on")
        assert talk.caller.of("say")[-1]["text"] == ""
    kept = await everything_stored(talk.street)
    assert talk.caller.contact in kept
    shown = [frame for frame in [*talk.phone.frames, *talk.desk.frames] if DIGITS in str(frame)]
    for place in (kept, str(logs), str(shown)):
        assert DIGITS not in place
    events = await talk.journal()
    changes = [(body["state"], body["why"]) for kind, body in events if kind == "RecordingChanged"]
    assert changes[-2:] == [("paused", "step"), ("on", "step")]
    notes = [body["value"] for kind, body in events if kind == "ReceptionNoted" and body["node"] == "银行卡号"]
    assert notes == ["code_asked", "code_done"]


async def test_what_is_no_secret_is_in_the_story(talk: Talk) -> None:
    await talk.ask("order")
    for digit in "80123#":  # on the page's own keypad
        await talk.caller.send(t="key", digit=digit)
    assert (await talk.ends("done"))["digits"] == "80123"
    await talk.together()

    async def noted() -> list[str]:
        return [body["value"] for kind, body in await talk.journal() if kind == "ReceptionNoted"]

    await talk.caller.until(lambda: talk.caller.of("say")[-1]["text"] == "")
    for _ in range(200):
        if "80123" in await noted():
            break
    assert "80123" in await noted()


async def test_a_pause_by_hand_outlives_the_code(talk: Talk) -> None:
    await talk.desk.do("SetRecording", interaction_id=talk.caller.interaction, state="paused", why="card")
    await talk.recorded("paused")
    await talk.ask()
    talk.engine.press(talk.caller.leg, "1234#")
    await talk.ends("done")
    await talk.together()
    await talk.recorded("paused")


async def test_nothing_is_recorded_of_a_code_though_somebody_resumes_the_recording(talk: Talk) -> None:
    await talk.ask()
    await talk.recorded("paused")
    await talk.desk.do("SetRecording", interaction_id=talk.caller.interaction, state="on")
    await talk.desk.until(lambda: talk.desk.view("me", "handlings")[talk.caller.interaction]["recording"] == "on")
    talk.engine.press(talk.caller.leg, "1")
    await talk.phone.until(lambda: talk.last()["typed"] == 1)
    assert talk.is_paused()
    await talk.phone.send(t="cancel_code", interaction=talk.caller.interaction)
    await talk.ends("cancelled")
    await talk.together()
    await talk.recorded("on")


@pytest.mark.parametrize("end_key", ["#", ""])
async def test_callers_are_told_of_hash_only_where_it_ends_the_code(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, end_key: str
) -> None:
    code = msgspec.structs.replace(ORDER, end_key=end_key)

    async def only_that(*_: Any) -> Flow:
        return Flow(codes=(code,))

    monkeypatch.setattr(talk.street.voice.lobby, "flow_of", only_that)
    await talk.ask("order")
    said = await talk.caller.until(lambda: [one["text"] for one in talk.caller.of("say") if "按键输入" in one["text"]])
    assert ["井号" in text for text in said] == [bool(end_key)]


async def test_silence_ends_it_and_they_talk_again(talk: Talk) -> None:
    await talk.ask()
    assert (await talk.ends("timeout"))["digits"] == ""
    await talk.together()
    await talk.recorded("on")


async def test_too_few_are_asked_for_once_more_and_then_they_talk_again(talk: Talk) -> None:
    await talk.ask()
    talk.engine.press(talk.caller.leg, "12#")
    await talk.phone.until(lambda: talk.last()["again"])
    talk.engine.press(talk.caller.leg, "12#")
    await talk.ends("too_few")
    await talk.together()
    await talk.recorded("on")


async def test_the_agent_calls_it_off(talk: Talk) -> None:
    await talk.ask()
    talk.engine.press(talk.caller.leg, "12")
    await talk.phone.send(t="cancel_code", interaction=talk.caller.interaction)
    await talk.ends("cancelled")
    await talk.together()
    await talk.recorded("on")


async def test_a_page_that_is_loaded_anew_goes_on_with_it(talk: Talk) -> None:
    await talk.ask()
    await talk.phone.drop()
    await talk.street.plug_in(talk.street.city.li, talk.phone)
    assert (await talk.phone.got("code", state="asked"))["title"] == "银行卡号"
    talk.engine.press(talk.caller.leg, DIGITS)
    assert (await talk.ends("done"))["digits"] == DIGITS[-4:]
    await talk.together()


async def test_only_the_page_that_asked_sees_the_digits(talk: Talk) -> None:
    other = await talk.street.phone(talk.street.city.li, "手机", ready=False)
    await talk.ask()
    talk.engine.press(talk.caller.leg, DIGITS)
    await talk.ends("done")
    assert (await other.got("code", state="done"))["digits"] == ""


async def test_the_same_question_again_asks_once(talk: Talk) -> None:
    id = await talk.ask()
    await talk.phone.send(t="ask_code", id=id, interaction=talk.caller.interaction, code="card")
    await talk.phone.send(t="ask_code", id=new_id(), interaction=talk.caller.interaction, code="order")
    assert (await talk.phone.got("nack"))["code"] == "code_running"
    assert {frame["id"] for frame in talk.phone.of("code")} == {id}


async def refused(phone: Talking, caller: Caller, code: str = "card") -> tuple[str, str]:
    id = new_id()
    await phone.send(t="ask_code", id=id, interaction=caller.interaction, code=code)
    nack = await phone.got("nack", id=id)
    return nack["code"], nack["text"]


async def test_what_can_not_be_asked_is_said_in_words(talk: Talk) -> None:
    assert (await refused(talk.phone, talk.caller, "gone"))[0] == "code_gone"
    wang = await talk.street.phone(talk.street.city.wang)
    assert await refused(wang, talk.caller) == ("code_no_talk", "和客户接通后才能请客户按键输入")
    await talk.desk.do("SetHold", interaction_id=talk.caller.interaction, on=True)
    await talk.street.until(lambda: talk.engine.legs[talk.caller.leg].held)
    assert (await refused(talk.phone, talk.caller))[0] == "code_held"


async def test_the_callers_end_is_its_end(talk: Talk) -> None:
    await talk.ask()
    talk.engine.bye(talk.caller.leg)
    await talk.ends("lost")
    await talk.street.until(lambda: not talk.street.voice.director.calls)


async def test_a_caller_whose_line_is_lost_comes_back_into_the_talk(talk: Talk) -> None:
    await talk.ask()
    talk.engine.press(talk.caller.leg, "12")
    talk.engine.lose(talk.caller.leg)
    await talk.ends("lost")
    assert (await talk.caller.call())["t"] == "answer"
    await talk.together()
    await talk.recorded("on")


async def test_a_transfer_in_the_middle_calls_it_off(talk: Talk) -> None:
    desk, phone = await talk.street.agent(talk.street.city.wang)
    await talk.ask()
    await talk.desk.do("TransferInteraction", interaction_id=talk.caller.interaction, to_agent_id=talk.street.city.wang)
    await talk.ends("lost")
    await desk.accept()
    line = await phone.up()
    await talk.street.until(lambda: talk.street.hears(talk.caller.leg) == {line["leg"]})
    await talk.street.until(lambda: not talk.is_paused())


async def test_an_engine_that_does_not_part_them_is_not_asked_to_speak(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a word is said while the agent would still hear the answer."""

    async def stays(leg_id: str) -> None:
        raise taking.Down

    monkeypatch.setattr(taking, "APART_S", 0.2)
    monkeypatch.setattr(talk.engine, "leave", stays)
    said = len(talk.engine.played)
    await talk.phone.send(t="ask_code", id=new_id(), interaction=talk.caller.interaction, code="card")
    await talk.ends("lost")
    assert len(talk.engine.played) == said
    await talk.together()
    await talk.recorded("on")


async def test_an_engine_that_dies_ends_it(talk: Talk) -> None:
    await talk.ask()
    talk.engine.crash()
    await talk.ends("lost")
    assert talk.street.voice.director.calls[talk.caller.contact].code is None


async def test_after_our_own_death_they_talk_and_are_recorded_again(talk: Talk) -> None:
    """All that lives of a code is in memory: what the floor and the engine still have of it is taken back."""
    await talk.ask()
    await talk.recorded("paused")
    call = talk.street.voice.director.calls[talk.caller.contact]
    assert isinstance(call.code, taking.Taking)
    talk.street.voice.director.drop(call)  # as one who begins anew: nothing is known but floor and engine
    call.code.stop()
    talk.street.voice.director.open(talk.caller.contact, call.tenant_id)
    await talk.street.voice.ears.reconcile()
    await talk.together()
    await talk.street.until(lambda: not talk.is_paused())
    await talk.recorded("on")
