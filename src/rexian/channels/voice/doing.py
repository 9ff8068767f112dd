"""Asks the engine for one step after the other, and notes what it was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rexian.channels.voice.calls import Facts, Line, Step
from rexian.channels.voice.figures import JOINED
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Busy, Failed, Gone, Music, Unsupported
from rexian.kit import log

if TYPE_CHECKING:
    from rexian.channels.voice.director import Director

_log = log.get(__name__)


class Doing:
    """The director's hand for what the engine is to do with lines that are there."""

    def __init__(self, director: Director) -> None:
        self._director = director

    async def do(self, call: LiveCall, facts: Facts, step: Step) -> None:
        line = call.lines.get(step.leg_id)
        try:
            if line is not None:
                await self._do_line(call, line, step)
            elif not step.leg_id:
                await self._do_bridge(call, facts, step)
        except Gone:
            self._gone(call, line)
        except (Busy, Failed, Unsupported) as error:
            _log.warning("voice.step_refused", do=step.do, error=f"{type(error).__name__} {error}"[:200])

    async def _do_line(self, call: LiveCall, line: Line, step: Step) -> None:
        match step.do:
            case "hang_up":
                await self._director.release(call, line)
            case "join":
                await self._director.voice.join(call.contact_id, line.id, step.role)
                line.bridged, line.role = True, step.role
                if line.name.kind == "agent" and not line.met:
                    line.met = True
                    JOINED.observe((self._director.clock.now_ms() - line.since) / 1000)
                self._heard(line)
            case "leave":
                await self._director.voice.leave(line.id)
                line.bridged = False
            case "hold":
                await self._director.voice.hold(line.id, step.on, Music() if step.on else None)
                line.held = step.on
            case "mute":
                await self._director.voice.mute(line.id, step.on)
                line.muted = step.on

    def _heard(self, line: Line) -> None:
        """Who came only to listen may have no microphone: they are told why nobody hears them."""
        person_id = line.name.person_id
        speaks = line.name.kind == "supervisor" and line.role != "listen" and line.device_id
        if speaks and not self._director.people.can_speak(person_id, line.device_id):
            self._director.people.tell(person_id, "needs_microphone", about=line.name.interaction_id)

    async def _do_bridge(self, call: LiveCall, facts: Facts, step: Step) -> None:
        match step.do:
            case "create_bridge":
                await self._director.voice.create_bridge(call.contact_id)
                call.bridge = True
            case "destroy_bridge":
                await self._director.voice.destroy_bridge(call.contact_id)
                call.bridge, call.recording = False, ""
                for line in call.lines.values():
                    line.bridged = False
            case "record":
                await self._director.recorder.begin(call, facts)
            case "pause":
                await self._director.recorder.pause(call, step.on)
            case "stop_recording":
                await self._director.recorder.stop(call)

    def _gone(self, call: LiveCall, line: Line | None) -> None:
        """The engine doesn't know it: its end is on the way, or was missed."""
        if line is not None and line.state == "up":
            line.put("lost", self._director.clock.now_ms())
        elif line is None:
            call.bridge, call.recording = False, ""
        call.dirty = True
