"""Receives one caller: feeds the reception's pure machine with what happens, and does what it says.

One queue, one task: inputs are taken in their order. What the machine wants of the floor is asked until it is committed
or refused, and only then said.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol

from rexian.channels.voice.asking import Asking
from rexian.channels.voice.calls import REFUSED, Facts
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import DigitsCollected, Down, Dtmf, Gone, PlaybackEnded, RecordingEnded, VoiceEngine
from rexian.channels.voice.reception import words
from rexian.channels.voice.reception.interpreter import step
from rexian.channels.voice.reception.model import Flow
from rexian.channels.voice.speaking import Mouth, Prompts, Sentence
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.database import is_outage
from rexian.runtime.port import Refused, Unavailable

_MOST_WAITING = 40
"""Inputs that wait to be taken; keys beyond are dropped: nobody means to press so many at once."""
_AGAIN_S = 0.5
_RECEPTION = Party("system", "reception")
_log = log.get(__name__)


class Lobby(Protocol):
    """What a host may ask of the channel around it."""

    async def start_facts(self, call: LiveCall, facts: Facts) -> tuple[Flow, words.Started]:
        """How this caller is received, and what is known of them."""
        ...

    def caption(self, call: LiveCall, text: str, keys: tuple[words.KeyLabel, ...]) -> None:
        """Show the words of what plays, and the keys."""
        ...

    async def join_line(self, call: LiveCall, interaction_id: str, act: words.Queue) -> None:
        """Raises `Refused` or `Unavailable`."""
        ...

    async def call_back(self, call: LiveCall, interaction_id: str, act: words.CallBack) -> None:
        """Raises `Refused` or `Unavailable`."""
        ...

    async def leave_words(self, call: LiveCall, interaction_id: str, act: words.Voicemail) -> int:
        """Record the customer's leg and keep it: ms said, 0: nothing. Returns only once it is committed."""
        ...

    def is_taken(self, call: LiveCall) -> bool:
        """Whether an agent has the caller by now."""
        ...

    def let_go(self, call: LiveCall, why: str) -> None:
        """Hang up the customer's leg; nobody waits there any more."""
        ...


class Host:
    """Implements `live.Receptionist` for one leg of one call."""

    def __init__(
        self, call: LiveCall, facts: Facts, voice: VoiceEngine, prompts: Prompts, lobby: Lobby, asking: Asking,
        clock: Clock, done: Callable[[str], None],
    ) -> None:  # fmt: skip
        customer = call.customer
        assert customer is not None
        self.lingers = False
        self._call = call
        self._main = facts.main
        self._prompts = prompts
        self._lobby = lobby
        self._asking = asking
        self._clock = clock
        self._touched = done
        self._mouth = Mouth(voice, customer.id, secrets.token_hex(4), self._said)
        self._state = words.State()
        self._flow = Flow()
        self._inputs: asyncio.Queue[words.Input] = asyncio.Queue()
        self._stage: tuple[str, bool] = (facts.stage, False)
        self._ends: asyncio.Event = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._receive(facts))

    # -- what happens --------------------------------------------------------------------------------------------------
    def _feed(self, input: words.Input) -> None:
        self._inputs.put_nowait(input)

    @property
    def _now(self) -> int:
        return self._clock.now_ms()

    def stage(self, facts: Facts, *, connected: bool) -> None:
        """See `live.Receptionist`."""
        self._main = facts.main
        before, self._stage = self._stage, (facts.stage, connected)
        if before == self._stage:
            return
        if facts.stage == "waiting" and before[0] != "waiting":
            self._feed(words.Queued(at=self._now))
        elif facts.stage == "talking" and connected:
            self._feed(words.Answered(at=self._now))
        elif facts.stage == "ended":
            self.lingers = self.lingers or self._state.stage not in ("over", "new")
            self._feed(words.Ended(at=self._now))

    def heard(self, event: Dtmf | DigitsCollected | PlaybackEnded | RecordingEnded) -> None:
        """See `live.Receptionist`."""
        match event:
            case Dtmf() if self._inputs.qsize() < _MOST_WAITING:
                self._feed(words.Digits(at=self._now, keys=event.digit))
            case DigitsCollected() if event.why != "stopped" and (id := self._mouth.collected(event.collect_id)):
                self._feed(words.Digits(at=self._now, keys=event.digits, collect_id=id))
            case PlaybackEnded():
                self._asking.spawn(self._mouth.playback_ended(event.playback_id, event.why))

    def position(self, position: int, of: int, low_ms: int, high_ms: int) -> None:
        self._feed(words.Position(at=self._now, position=position, of=of, low_ms=low_ms, high_ms=high_ms))

    def tick(self) -> None:
        self._feed(words.Tick(at=self._now))

    def down(self) -> None:
        """See `live.Receptionist`. What is being kept at this moment is kept."""
        if not self._ends.is_set():
            self._ends.set()
            if self._state.stage != "recording":
                self._task.cancel()

    def _said(self, say_id: str) -> None:
        self._feed(words.PlaybackEnded(at=self._now, say_id=say_id))

    # -- what is done --------------------------------------------------------------------------------------------------
    async def _receive(self, facts: Facts) -> None:
        try:
            self._flow, started = await self._start_facts(facts)
            await self._step(started)
            while not self._ends.is_set():
                await self._step(await self._inputs.get())
        except (Gone, Down):
            pass  # the line has gone, or the engine: the director knows
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("voice.host_failed", contact_id=self._call.contact_id)
            await self._rescue()

    async def _start_facts(self, facts: Facts) -> tuple[Flow, words.Started]:
        """Insists: a database that is busy or away for a moment must leave nobody in silence."""
        while True:
            try:
                return await self._lobby.start_facts(self._call, facts)
            except Exception as error:
                if not is_outage(error):
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def _rescue(self) -> None:
        """The reception has failed: a person is to answer (FAULTS 37)."""
        if self._stage[0] == "reception" and self._flow.person:
            act = words.Queue(queue_id=self._flow.person)
            try:
                await self._lobby.join_line(self._call, self._main, act)
            except (Refused, Unavailable) as error:
                _log.error("voice.rescue_failed", contact_id=self._call.contact_id, error=str(error)[:200])

    async def _step(self, input: words.Input) -> None:
        self._state, acts = step(self._flow, self._state, input)
        await self._say([act for act in acts if isinstance(act, words.Say)], acts)
        for act in acts:
            if not isinstance(act, words.Say | words.Collect):
                await self._do(act)

    async def _say(self, says: list[words.Say], acts: tuple[words.Act, ...]) -> None:
        """Say all sentences of a step; the keys are taken into them, and their time counts from the end."""
        tenant_id = self._call.tenant_id
        sentences = [
            Sentence(one.id, await self._prompts.say(tenant_id, one.locale, one.key, text=one.text, **one.values))
            for one in says
        ]
        if sentences:
            self._call.locale = says[-1].locale
            text = " ".join(one.spoken.text for one in sentences)
            self._lobby.caption(self._call, text, says[-1].keys)
            await self._mouth.say(sentences)
        length = sum(one.spoken.ms for one in sentences)
        for act in acts:
            if isinstance(act, words.Collect):
                await self._mouth.collect(act.id, act.most, act.first_ms + length, act.between_ms)

    async def _do(self, act: words.Act) -> None:
        call = self._call
        match act:
            case words.Queue() | words.CallBack():
                await self._ask(act)
            case words.Voicemail():
                self.lingers = True
                ms = await self._lobby.leave_words(call, self._main, act)
                taken = self._lobby.is_taken(call)
                self.lingers = ms > 0 and not taken
                self._feed(words.Recorded(at=self._now, ms=ms, taken=taken))
            case words.Music():
                path = await self._prompts.own(call.tenant_id, act.prompt) if act.prompt else ""
                await self._mouth.music(path)
            case words.Quiet():
                await self._mouth.quiet()
            case words.Recording() if self._state.recording == "prompt":  # they were asked, not only told
                self._answered(act.allowed)
            case words.Rate():
                rate = engine.RateContact(contact_id=call.contact_id, interaction_id=self._main, score=act.score)
                self._asking.later(call.tenant_id, rate, _RECEPTION)
            case words.Note():
                note = engine.NoteReception(interaction_id=self._main, node=act.node, kind=act.kind, value=act.value)
                self._asking.later(call.tenant_id, note, _RECEPTION)
            case words.HangUp():
                self.lingers = False
                self._lobby.let_go(call, act.why)
                self._touched(call.contact_id)

    def _answered(self, agreed: bool) -> None:
        """A no is a fact of the floor, so that nothing later records them; a yes is in the journal as their choice."""
        self._call.agreed = agreed
        if not agreed:
            off = engine.SetRecording(interaction_id=self._main, by=_RECEPTION, state="off", why=REFUSED)
            self._asking.later(self._call.tenant_id, off, _RECEPTION)

    async def _ask(self, act: words.Queue | words.CallBack) -> None:
        """Put them into the line, or keep their place, and tell the machine what came of it."""
        while True:
            try:
                if isinstance(act, words.Queue):
                    await self._lobby.join_line(self._call, self._main, act)
                else:
                    await self._lobby.call_back(self._call, self._main, act)
            except Refused as refused:
                alternatives = tuple(str(one) for one in refused.detail.get("alternatives", ()))
                self._feed(words.Refused(at=self._now, code=refused.code, alternatives=alternatives))
                return
            except Exception as error:
                if not isinstance(error, Unavailable) and not is_outage(error):
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                if isinstance(act, words.CallBack):
                    self._feed(words.Kept(at=self._now))
                return
