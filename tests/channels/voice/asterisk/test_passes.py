"""Passwords of agents' browsers at a real Asterisk: made at sign-in, renewed by the hour, ended at sign-out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from rexian.channels.voice.asterisk import passes as module
from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.asterisk.passes import HOUR_S
from rexian.channels.voice.port import EngineUp, LegAnswered, Phone
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.fake import EVERYTHING, FakeAri
from tests.channels.voice.asterisk.sip import SipPhone
from tests.channels.voice.asterisk.test_connection import engine_for
from tests.channels.voice.conformance.rig import Heard

LET_IN = "SIP/2.0 200 OK"


class Clock:
    now = 500_000 * HOUR_S + 60.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("1001", "w0:web", "w1:web"), n=7)
    # Names, passwords and sorcery are as written; sound goes over UDP, since this phone is no browser.
    file = exchange.run / "etc" / "pjsip.conf"
    file.write_text(file.read_text().replace("webrtc=yes\n", "").replace("dtls_auto_generate_cert=yes\n", ""))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def led(exchange: Exchange, clock: Clock) -> AsyncIterator[tuple[AsteriskEngine, Heard]]:
    engine, heard = AsteriskEngine(exchange.plan), Heard()
    engine.passes._now = clock
    engine.listen(heard)
    await engine.start()
    await heard.wait(EngineUp)
    yield engine, heard
    await engine.stop()


async def knock(exchange: Exchange, name: str, password: str) -> str:
    """What a phone is told that registers with this password."""
    phone = await SipPhone(name, password, exchange.address).start()
    try:
        async with asyncio.timeout(5):
            return await phone.register()
    finally:
        await phone.close()


async def comes(true: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - it rings no bell
            await asyncio.sleep(0.05)


async def test_nobody_is_let_in_before_sign_in_nor_with_what_the_configuration_says(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard]
) -> None:
    engine, _ = led
    passes, plan = engine.passes, exchange.plan
    assert plan.phone_password("w0") not in (exchange.run / "etc" / "pjsip.conf").read_text()
    assert await knock(exchange, "w0", passes.password("w0")) != LET_IN
    await passes.open("w0")
    assert await knock(exchange, "w0", passes.password("w0")) == LET_IN
    assert await knock(exchange, "w0", plan.phone_password("w0")) == "SIP/2.0 401 Unauthorized"
    assert await knock(exchange, "w1", passes.password("w1")) != LET_IN, "that person has not signed in"
    assert await knock(exchange, "1001", plan.phone_password("1001")) == LET_IN, "a telephone on a desk is as ever"


async def test_a_new_hour_drops_no_registered_line_and_ends_what_is_older_than_two(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard], clock: Clock
) -> None:
    engine, heard = led
    passes, told = engine.passes, []
    passes.renewed = lambda: told.append(passes.password("w0"))
    await passes.open("w0")
    first = passes.password("w0")
    phone = await SipPhone("w0", first, exchange.address).start()
    assert await phone.register() == LET_IN
    clock.now += HOUR_S
    await passes.look()
    second = passes.password("w0")
    assert told == [second] != [first]
    await engine.originate("rings", Phone("w0"), side="agent", tag="t|c|")
    await heard.wait(LegAnswered, leg_id="rings")
    assert await phone.register() == LET_IN, "a page that has not been told yet registers again in the middle of a call"
    assert [leg.id for leg in (await engine.inventory()).legs] == ["rings"]
    clock.now += HOUR_S
    await passes.look()
    assert await knock(exchange, "w0", first) == "SIP/2.0 401 Unauthorized"
    assert [leg.id for leg in (await engine.inventory()).legs] == ["rings"], "what ends is the password, not the call"
    assert await knock(exchange, "w0", second) == LET_IN
    await engine.hang_up("rings")
    await phone.close()


async def test_after_sign_out_it_lets_nobody_in(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.1)
    engine, _ = led
    await engine.passes.open("w0")
    password = engine.passes.password("w0")
    engine.passes.close("w0")

    async def shut() -> bool:
        return await knock(exchange, "w0", password) != LET_IN

    await comes(shut)
    await engine.passes.open("w0")
    assert await knock(exchange, "w0", engine.passes.password("w0")) == LET_IN


async def test_a_page_that_is_loaded_anew_is_not_let_out(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = led
    await engine.passes.open("w0")
    engine.passes.close("w0")
    assert engine.passes._leaving
    await engine.passes.open("w0")
    assert not engine.passes._leaving
    assert await knock(exchange, "w0", engine.passes.password("w0")) == LET_IN


async def test_an_exchange_that_was_started_anew_is_told_again(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard]
) -> None:
    engine, heard = led
    await engine.passes.open("w0")
    since = heard.mark()
    exchange.kill()
    await asyncio.to_thread(exchange.start)
    await heard.wait(EngineUp, since, seconds=20)

    async def in_again() -> bool:
        return await knock(exchange, "w0", engine.passes.password("w0")) == LET_IN

    await comes(in_again)


async def test_a_reload_of_the_configuration_forgets_nothing(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard]
) -> None:
    engine, _ = led
    await engine.passes.open("w0")
    exchange.cli("module reload res_pjsip.so")
    exchange.cli("core reload")
    assert await knock(exchange, "w0", engine.passes.password("w0")) == LET_IN


# -- several nodes, and nodes of before (no Asterisk is needed) ------------------------------------------------------
WEB = {"phones": EVERYTHING.phones}


def put(fake: FakeAri) -> list[str]:
    """The passwords that it holds, this hour's first."""
    fields = [body["fields"] for method, uri, body in fake.asked if method == "PUT" and "/auth/w" in uri]
    return [next(one["value"] for one in given if one["attribute"] == "password") for given in fields]


async def test_every_node_is_told_also_one_that_comes_later() -> None:
    async with FakeAri() as first, FakeAri() as second:
        second.refuse = 503
        engine, heard = await engine_for(first, second, **WEB)
        await heard.wait(EngineUp)
        await engine.passes.open("w")
        assert put(first)[0] == engine.passes.password("w") != put(first)[1]
        assert put(second) == []
        second.refuse = 0

        async def told() -> bool:
            return put(second) == put(first)

        await comes(told)
        await engine.stop()


async def test_a_node_with_a_configuration_of_before_keeps_the_lasting_password() -> None:
    async with FakeAri() as fake:
        fake.answers["PUT asterisk/config/dynamic/res_pjsip/auth/w.now"] = (403, {"message": "Could not create object"})
        fake.answers["PUT asterisk/config/dynamic/res_pjsip/auth/w.before"] = (403, {"message": "no"})
        engine, heard = await engine_for(fake, **WEB)
        await heard.wait(EngineUp)
        await engine.passes.open("w")
        lasting = engine.passes.password("w")
        assert lasting == engine.passes._plan.phone_password("w")
        fake.answers.clear()  # the files have been written anew, and loaded
        told: list[str] = []
        engine.passes.renewed = lambda: told.append(engine.passes.password("w"))
        await engine.passes.look()
        await engine.passes.look()
        assert told == [engine.passes.password("w")] != [lasting]
        assert put(fake)[-2:][0] == told[0]
        await engine.stop()


async def test_what_a_server_before_us_has_left_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was killed while they were signed in; who does not come back is let in no longer."""
    monkeypatch.setattr(module, "GRACE_S", 0.0)
    async with FakeAri() as fake:
        engine, heard = await engine_for(fake, **WEB)
        await heard.wait(EngineUp)
        await engine.passes.look()
        gone = {"asterisk/config/dynamic/res_pjsip/auth/w.now", "asterisk/config/dynamic/res_pjsip/auth/w.before"}

        async def taken() -> bool:
            return gone <= {uri for method, uri, _ in fake.asked if method == "DELETE"}

        await comes(taken)
        await engine.stop()


async def test_a_node_that_was_away_at_the_sign_out_hears_of_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.0)
    async with FakeAri() as fake:
        engine, heard = await engine_for(fake, **WEB)
        await heard.wait(EngineUp)
        await engine.passes.open("w")
        fake.answers["DELETE asterisk/config/dynamic/res_pjsip/auth/w.now"] = (500, {"message": "not now"})
        engine.passes.close("w")

        async def failed() -> bool:
            return any(method == "DELETE" for method, _, _ in fake.asked)

        await comes(failed)
        fake.answers.clear()
        fake.asked.clear()
        await engine.passes.look()

        async def taken() -> bool:
            return len([uri for method, uri, _ in fake.asked if method == "DELETE"]) == 2

        await comes(taken)
        await engine.stop()
