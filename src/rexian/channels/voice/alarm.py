"""The alarm by phone (B9): an emergency that nobody takes rings those who could but aren't at work.

Pages that are open sound an alarm; telephones that the settings name are called where the engine has lines, and hear an
announcement over and over. Key 1 there says "I have heard it": that telephone is left in peace, the others go on.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rexian.channels.voice import desk_frames, port
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.calls import tag_of
from rexian.channels.voice.devices import Phones
from rexian.channels.voice.settings import VoiceLimits
from rexian.channels.voice.speaking import Prompts
from rexian.directory.act import Act
from rexian.directory.audit.service import Actor
from rexian.engine import commands as engine
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.engine.state import Interaction
from rexian.kit import i18n, log
from rexian.kit.clock import Clock
from rexian.kit.database import Database

WATCH = Party("system", "emergency")
SILENT_S = 1.0
"""After this an announcement that could not be heard is tried again."""
LOCALES = ("zh-CN", "en")
_log = log.get(__name__)


@dataclass
class Alarmed:
    """An emergency that rings. `told`: persons whose pages sound; `legs`: leg → telephone; `due`: when to call again,
    ms; `heard`: telephones that have said so, or can't be called.
    """

    tenant_id: str
    contact_id: str
    told: set[str] = field(default_factory=set)
    legs: dict[str, str] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    spoken: dict[str, str] = field(default_factory=dict)
    """Leg → the language whose turn it is."""
    calls: int = 0


class Alarm:
    """All emergencies of all floors. `numbers`: telephones to call. Look once a second."""

    def __init__(
        self, db: Database, clock: Clock, voice: port.VoiceEngine, prompts: Prompts, asking: Asking, phones: Phones,
        floors: Callable[[], Iterable[Floor]], limits: Callable[[], VoiceLimits], numbers: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.numbers = numbers
        self.ringing: dict[str, Alarmed] = {}
        self._db = db
        self._clock = clock
        self._voice = voice
        self._prompts = prompts
        self._asking = asking
        self._phones = phones
        self._floors = floors
        self._limits = limits

    async def look(self) -> None:
        """Raise what is overdue, repeat, and end what somebody has taken."""
        now, after = self._clock.now_ms(), self._limits().alarm_ms
        for floor in self._floors():
            for interaction in floor.emergencies():
                due = interaction.call_back_at <= now and now - interaction.since >= after
                if after and due and not self._simulated(floor, interaction):
                    self._ring(floor, interaction)
        for interaction_id, alarmed in list(self.ringing.items()):
            floor_now = self._asking.floor(alarmed.tenant_id)
            if floor_now is None:
                continue
            one = floor_now.interaction(interaction_id)
            if one is None or one.state not in ("queued", "offered"):
                await self._clear(interaction_id)
            else:
                await self._dial(interaction_id, alarmed, now)

    def _simulated(self, floor: Floor, interaction: Interaction) -> bool:
        contact = floor.contact(interaction.contact_id)
        return contact is None or contact.simulated  # a drill rings nobody's telephone

    # -- pages ---------------------------------------------------------------------------------------------------------
    def _ring(self, floor: Floor, interaction: Interaction) -> None:
        """Sound it at everybody who could take it and isn't at work, newcomers too."""
        alarmed = self.ringing.get(interaction.id)
        if alarmed is None:
            # Counts on from the clock: an emergency that comes back may not use a name of before again.
            calls = self._clock.now_ms()
            alarmed = Alarmed(interaction.tenant_id, interaction.contact_id, calls=calls)
            self.ringing[interaction.id] = alarmed
            self._asking.spawn(self._write_down(interaction.id, alarmed))
        for device in self._phones.all():
            if floor.hindrance(interaction.id, device.person_id) == "off_duty":
                alarmed.told.add(device.person_id)
                if device.alarmed != interaction.id:
                    device.alarmed = interaction.id
                    text = i18n.t(device.locale, "voice.desk.emergency")
                    self._phones.send(device, desk_frames.Alarm(interaction.id, True, text))

    async def _clear(self, interaction_id: str) -> None:
        """Somebody has it, or the customer has gone."""
        alarmed = self.ringing.pop(interaction_id)
        for person_id in alarmed.told:
            for device in self._phones.of(person_id):
                if device.alarmed == interaction_id:
                    device.alarmed = ""
                    self._phones.send(device, desk_frames.Alarm(interaction_id, False, ""))
        for leg_id in list(alarmed.legs):
            await self._hang_up(leg_id)

    async def _write_down(self, interaction_id: str, alarmed: Alarmed) -> None:
        """The journal and the audit trail know that it was raised."""
        _log.warning("voice.emergency_alarm", interaction_id=interaction_id)
        await self._note(interaction_id, alarmed.tenant_id, "raised")
        async with self._db.tenant(alarmed.tenant_id) as tx:
            act = Act(tx, alarmed.tenant_id, self._clock.now_ms(), Actor("system", "voice"))
            await act.record(
                "call.alarmed", "interaction", interaction_id, contact_id=alarmed.contact_id,
                telephones=str(len(self.numbers)),
            )  # fmt: skip

    async def _note(self, interaction_id: str, tenant_id: str, value: str) -> None:
        note = engine.NoteReception(interaction_id=interaction_id, node="emergency_alarm", kind="note", value=value)
        id = str(uuid.uuid5(uuid.UUID(interaction_id), f"alarm {value}"))
        await self._asking.insist(tenant_id, note, WATCH, id=id)

    # -- telephones ----------------------------------------------------------------------------------------------------
    async def _dial(self, interaction_id: str, alarmed: Alarmed, now: int) -> None:
        idle = [one for one in self.numbers if one not in alarmed.heard and one not in alarmed.legs.values()]
        for number in [one for one in idle if alarmed.due.get(one, 0) <= now]:
            alarmed.calls += 1
            alarmed.due[number] = now + self._limits().alarm_again_ms
            leg_id = f"{interaction_id}:e:{alarmed.calls}"
            alarmed.legs[leg_id] = number
            tag = tag_of(alarmed.tenant_id, alarmed.contact_id)
            try:
                await self._voice.originate(
                    leg_id, port.Number(number), side="external", tag=tag, timeout_ms=self._limits().ring_ms
                )
            except port.Unsupported:
                alarmed.legs.pop(leg_id, None)
                alarmed.heard.add(number)
            except (port.Busy, port.Failed, port.Gone, port.Down):
                alarmed.legs.pop(leg_id, None)

    def hear(self, event: port.VoiceEvent) -> None:
        """What the engine tells of a telephone that was called."""
        leg_id = getattr(event, "leg_id", "")
        alarmed = self.ringing.get(leg_id.partition(":e:")[0])
        if alarmed is None or leg_id not in alarmed.legs:
            return
        match event:
            case port.LegAnswered() | port.PlaybackEnded(why="finished"):
                self._asking.spawn(self._say(leg_id, alarmed))
            case port.PlaybackEnded(why="failed"):
                self._asking.spawn(self._say(leg_id, alarmed, SILENT_S))
            case port.LegEnded():
                number = alarmed.legs.pop(leg_id)
                alarmed.due[number] = self._clock.now_ms() + self._limits().alarm_again_ms
            case port.Dtmf(digit="1"):
                alarmed.heard.add(alarmed.legs[leg_id])
                self._asking.spawn(self._hang_up(leg_id))
                self._asking.spawn(self._note(leg_id.partition(":e:")[0], alarmed.tenant_id, "heard"))

    async def _say(self, leg_id: str, alarmed: Alarmed, after_s: float = 0) -> None:
        """In both languages by turns: nobody knows who picks up."""
        await asyncio.sleep(after_s)
        locale = alarmed.spoken.get(leg_id, LOCALES[0])
        alarmed.spoken[leg_id] = LOCALES[(LOCALES.index(locale) + 1) % len(LOCALES)]
        spoken = await self._prompts.say(alarmed.tenant_id, locale, "emergency_alarm")
        alarmed.calls += 1
        try:
            await self._voice.play(leg_id, f"{leg_id}.{alarmed.calls}", port.File(spoken.path))
        except (port.Failed, port.Gone, port.Down):
            return

    async def _hang_up(self, leg_id: str) -> None:
        try:
            await self._voice.hang_up(leg_id)
        except port.Down:
            return

    async def engine_up(self, there: port.Inventory) -> None:
        """Telephones that were called by a server that is gone: nobody speaks to them any more."""
        known = {leg_id for alarmed in self.ringing.values() for leg_id in alarmed.legs}
        for leg in there.legs:
            if ":e:" in leg.id and leg.id not in known:
                await self._hang_up(leg.id)
        alive = {leg.id for leg in there.legs}
        for alarmed in self.ringing.values():
            for leg_id in alarmed.legs.keys() - alive:
                alarmed.legs.pop(leg_id)
