"""Codes and cards by the caller's keys: nobody hears them meanwhile, nothing is recorded, and what is typed stays here.

An agent asks; the director takes the customer out of the bridge and pauses the recording (`LiveCall.code`); only then
the words are said. Digits are in memory until the agent's page has them, and nowhere else: what becomes of them is for
the agent, `NoteReception` says only how it went (a code that isn't secret is noted as it is).
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from rexian.channels.visiting.protocol import Refusal
from rexian.channels.voice import desk_frames as frames
from rexian.channels.voice.calls import FOR_CODE, Facts
from rexian.channels.voice.devices import Device
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Down, Gone
from rexian.channels.voice.reception import codes
from rexian.channels.voice.reception.model import Code
from rexian.channels.voice.speaking import Mouth, Prompts, Sentence
from rexian.channels.voice.wire import encode
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import log

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

APART_S = 5.0
"""So long the engine has to take the customer out; after that it is called off, and nothing has been said."""
MOST_KEYS = 100
"""Keys that wait to be taken; more are dropped."""
_log = log.get(__name__)


class Codes:
    """The codes of all calls of this process."""

    def __init__(self, channel: VoiceChannel, prompts: Prompts) -> None:
        self._channel = channel
        self._prompts = prompts

    def _own(self, socket: Device, interaction_id: str) -> tuple[LiveCall, Facts]:
        """The talk of this person's in which the customer is. Raises `Refusal`."""
        director = self._channel.director
        for call in director.calls.values():
            facts = director.facts(call)
            if facts is not None and facts.main == interaction_id and facts.agent_id == socket.person_id:
                return call, facts
        raise Refusal("code_no_talk")

    async def offered(self, socket: Device, interaction_id: str) -> frames.CodeList:
        """What may be asked for. Raises `Refusal`."""
        flow = await self._channel.lobby.flow_of(*self._own(socket, interaction_id))
        views = [
            frames.CodeView(
                id=one.id, title=one.name(socket.locale), least=one.least, most=one.most, secret=one.secret,
                shown=one.shown,
            )
            for one in flow.codes
        ]  # fmt: skip
        return frames.CodeList(interaction_id, views)

    async def ask(self, socket: Device, ask: frames.AskCode) -> None:
        """Begin. Raises `Refusal` in words where it can't be."""
        call, facts = self._own(socket, ask.interaction)
        flow = await self._channel.lobby.flow_of(call, facts)
        code = flow.code(ask.code)
        if code is None:
            raise Refusal("code_gone", ask.id)
        if isinstance(call.code, Taking) and call.code.id == ask.id:
            return
        self._check(call, facts, ask.id)
        call.code = taking = Taking(self._channel, self._prompts, call, facts, code, ask.id, socket)
        taking.begin()

    def _check(self, call: LiveCall, facts: Facts, id: str) -> None:
        customer = call.customer
        if call.code is not None:
            raise Refusal("code_running", id)
        if facts.held:
            raise Refusal("code_held", id)
        if customer is None or customer.state != "up" or not self._channel.director.up:
            raise Refusal("code_nobody", id)
        if not call.spoken:
            raise Refusal("code_no_talk", id)

    def cancel(self, socket: Device, interaction_id: str) -> None:
        """Call it off. Raises `Refusal`."""
        call, _ = self._own(socket, interaction_id)
        if isinstance(call.code, Taking):
            call.code.end("cancelled")

    def show(self, socket: Device) -> None:
        """A page that has come (again) learns what is being typed."""
        for call in self._channel.director.calls.values():
            if isinstance(call.code, Taking) and call.code.person_id == socket.person_id:
                socket.send(encode(call.code.view(socket)))


class Taking:
    """One code of one call, from the question to its end. Implements `live.CodeAsked`."""

    def __init__(
        self, channel: VoiceChannel, prompts: Prompts, call: LiveCall, facts: Facts, code: Code, id: str,
        asker: Device,
    ) -> None:  # fmt: skip
        customer = call.customer
        assert customer is not None
        self.id = id
        self.person_id = asker.person_id
        self._device_id = asker.id
        self._channel = channel
        self._prompts = prompts
        self._call = call
        self._main = facts.main
        self._tenant_id = call.tenant_id
        self._code = code
        self._leg_id = customer.id
        self._mouth = Mouth(channel.voice, customer.id, secrets.token_hex(4), lambda say_id: None)
        self._entry = codes.Entry(due=0)
        self._inputs: asyncio.Queue[codes.Input] = asyncio.Queue()
        self._apart = asyncio.Event()
        self._stopped = self._over = False
        self._said = 0

    @property
    def _now(self) -> int:
        return self._channel.clock.now_ms()

    # -- what happens --------------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Have the customer taken out, and the pause noted for everybody to see."""
        self._note("code_asked")
        self._call.rerecords = ""
        pause = engine.SetRecording(interaction_id=self._main, by=self._agent, state="paused", why=FOR_CODE)
        facts = self._channel.director.facts(self._call)
        if facts is not None and facts.recording == "on":
            self._channel.asking.later(self._tenant_id, pause, self._agent)
        self._channel.asking.spawn(self._run())
        self._channel.director.touch(self._call.contact_id)

    def press(self, key: str) -> None:
        """See `live.CodeAsked`."""
        if self._apart.is_set() and self._inputs.qsize() < MOST_KEYS:
            self._inputs.put_nowait(codes.Pressed(self._now, key))

    def end(self, outcome: codes.Outcome) -> None:
        """End it from outside, at once."""
        self._stopped = True
        self._inputs.put_nowait(codes.Stop(outcome))
        self._apart.set()

    def stop(self) -> None:
        """See `live.CodeAsked`."""
        self.end("lost")

    def look(self, facts: Facts) -> None:
        """See `live.CodeAsked`."""
        customer = self._call.customer
        here = customer is not None and customer.id == self._leg_id and customer.state == "up"
        theirs = facts.stage == "talking" and facts.main == self._main and facts.agent_id == self.person_id
        if not (here and theirs):
            self.stop()
        elif customer is not None and not customer.bridged and self._call.recording != "on":
            self._apart.set()

    # -- what is done --------------------------------------------------------------------------------------------------
    async def _run(self) -> None:
        try:
            await asyncio.wait_for(self._apart.wait(), APART_S)
            if not self._stopped:
                self._entry, acts = codes.start(self._code, self._now)
                await self._do(acts)
            while not self._over:
                await self._do(codes.take(self._code, self._entry, await self._next()))
        except (Gone, Down, TimeoutError):
            self._entry.outcome = self._entry.outcome or "lost"
        except Exception as error:  # by its name only: nothing of what was typed may be told
            _log.error("voice.code_failed", contact_id=self._call.contact_id, error=type(error).__name__)
            self._entry.outcome = self._entry.outcome or "lost"
        finally:
            self._finish()

    async def _next(self) -> codes.Input:
        if not self._inputs.empty():  # before the time: what is there came first
            return self._inputs.get_nowait()
        try:
            return await asyncio.wait_for(self._inputs.get(), max(0, self._entry.due - self._now) / 1000)
        except TimeoutError:
            return codes.Late(max(self._now, self._entry.due))

    async def _do(self, acts: list[codes.Act]) -> None:
        for act in acts:
            match act:
                case codes.Say():
                    await self._say(act)
                case codes.Hush():
                    await self._mouth.quiet()
                case codes.Show():
                    self._show()
                case codes.Over():
                    self._over = True

    async def _say(self, act: codes.Say) -> None:
        locale, speech = self._call.locale, self._code.speech
        key = speech.prompt or f"{codes.words(self._code)}.{self._code.id}" if act.own else act.key
        text = speech.in_(locale) if act.own else ""
        spoken = await self._prompts.say(self._tenant_id, locale, key, text=text)
        self._said += 1
        self._channel.lobby.caption(self._call, spoken.text, ())
        await self._mouth.say([Sentence(f"k{self._said}", spoken)])
        await self._do(codes.take(self._code, self._entry, codes.Saying(self._now, spoken.ms)))

    # -- its end -------------------------------------------------------------------------------------------------------
    def _finish(self) -> None:
        """Together again, and the recording with them. The digits go to the page that asked, and are forgotten."""
        call, entry = self._call, self._entry
        entry.stage, entry.outcome = "over", entry.outcome or "lost"
        if call.code is self:
            call.code = None
        self._channel.lobby.caption(call, "", ())
        self._note(f"code_{entry.outcome}")
        if entry.outcome == "done" and not self._code.secret:
            self._note(entry.digits)
        self._show()
        entry.keys.clear()
        self._channel.director.touch(call.contact_id)

    @property
    def _agent(self) -> Party:
        return Party("agent", self.person_id)

    def _note(self, value: str) -> None:
        note = engine.NoteReception(interaction_id=self._main, node=self._code.title[:64], kind="note", value=value)
        self._channel.asking.later(self._tenant_id, note, self._agent)

    def _show(self) -> None:
        for device in self._channel.phones.of(self.person_id):
            self._channel.phones.send(device, self.view(device))

    def view(self, device: Device) -> frames.CodeNow:
        """How it stands, for one of the agent's devices."""
        entry, code = self._entry, self._code
        done = entry.stage == "over" and entry.outcome == "done" and device.id == self._device_id
        return frames.CodeNow(
            interaction=self._main, id=self.id, title=code.name(device.locale),
            state=(entry.outcome or "lost") if entry.stage == "over" else "asked", typed=len(entry.keys),
            most=code.most, again=entry.again, shown=code.shown,
            digits=codes.shown(code, entry.digits) if done else "",
        )  # fmt: skip
