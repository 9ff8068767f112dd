"""The devices of staff: which pages are open, which of them takes a call, and the codes that pass a call on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Protocol

from rexian.channels.visiting.protocol import Pace
from rexian.channels.voice import desk_frames as frames
from rexian.channels.voice.calls import Facts, Line
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.wire import encode
from rexian.kit import i18n
from rexian.kit.clock import Clock

LASTING = frozenset(("ask", "refused", "none", "insecure", "no_phone"))
"""Why a page can't take a call until somebody does something about it."""
ON_DESK = "sip:"
"""Begins the id of a device that is no page: a phone of the exchange. Pages' ids have no colon."""


def on_desk(device_id: str) -> str:
    """Name of the phone on a desk that this device is; '' for a page."""
    return device_id.removeprefix(ON_DESK) if device_id.startswith(ON_DESK) else ""


class Device(Protocol):
    """A staff page's phone socket."""

    id: str
    label: str
    person_id: str
    locale: str
    microphone: bool
    why: str | None  # the word of a page that can't take a call; '': it can; None: it has not said
    joining: bool  # it has yet to say that it is a phone of the exchange (again)
    alarmed: str  # the emergency that sounds there
    used_at: int

    def send(self, payload: bytes) -> None: ...


def code_of(secret: str, contact_id: str, person_id: str) -> str:
    """Six digits with which this person's part in this call can be taken to another desk, for the call's life."""
    mac = hmac.new(secret.encode(), f"pass the desk\0{contact_id}\0{person_id}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"


class Phones:
    """Implements `parties.People`. Devices by person, the latest used first choice."""

    def __init__(self, clock: Clock, secret: str, limits: Callable[[], Any]) -> None:
        self._clock = clock
        self._secret = secret
        self._limits = limits
        self._open: dict[str, dict[str, Device]] = {}
        self._tries: dict[str, Pace] = {}
        self.names: dict[str, str] | None = None
        """Person → name of their phone at the exchange. None: the engine reaches pages by itself."""
        self.in_browser: Callable[[str], bool] = lambda name: False

    def __len__(self) -> int:
        return sum(len(devices) for devices in self._open.values())

    # -- which are open ------------------------------------------------------------------------------------------------
    def enter(self, device: Device) -> Device | None:
        """A page is there; returns the one that it takes the place of (the same page, come back)."""
        before = self._open.setdefault(device.person_id, {}).get(device.id)
        self._open[device.person_id][device.id] = device
        return before

    def leave(self, device: Device) -> bool:
        """It has gone; False: it was here again on another socket before."""
        theirs = self._open.get(device.person_id, {})
        was_here = theirs.get(device.id) is device
        if was_here:
            del theirs[device.id]
        if not theirs:
            self._open.pop(device.person_id, None)
        return was_here

    def of(self, person_id: str) -> list[Device]:
        return list(self._open.get(person_id, {}).values())

    def all(self) -> list[Device]:
        return [device for devices in self._open.values() for device in devices.values()]

    def choose(self, person_id: str, device_id: str = "", *, listens: bool = False) -> str:
        """See `parties.People`."""
        name = self.phone(person_id)
        if name == "":
            return ""
        if name is not None and not self.in_browser(name):
            return f"{ON_DESK}{name}"
        theirs = self._open.get(person_id, {})
        if name:  # a page that is loaded anew has its socket long before it is registered
            theirs = {id: device for id, device in theirs.items() if not device.joining}
        if device_id:
            return device_id if device_id in theirs else ""
        ready = [device for device in theirs.values() if device.microphone or listens]
        return max(ready, key=lambda device: device.used_at).id if ready else ""

    def phone(self, person_id: str) -> str | None:
        """See `parties.People`."""
        return None if self.names is None else self.names.get(person_id, "")

    def can_speak(self, person_id: str, device_id: str) -> bool:
        """See `parties.People`. A device that has just gone is nobody's trouble now."""
        device = self._open.get(person_id, {}).get(device_id)
        return device is None or device.microphone

    def speechless(self, person_id: str) -> bool:
        """Pages are open, and none has a microphone."""
        theirs = self.of(person_id)
        return bool(theirs) and not any(device.microphone for device in theirs)

    def reachable(self, person_id: str) -> bool | None:
        """Whether a call can ring at this person's; None: no page of theirs is there to say.

        What may pass within the ring time (a microphone in use, a line that is being made) doesn't count.
        """
        name = self.phone(person_id)
        if name and not self.in_browser(name):
            return True
        said = [device.why for device in self.of(person_id) if device.why is not None]
        return any(why not in LASTING for why in said) if said else None

    # -- what they are told --------------------------------------------------------------------------------------------
    def _to(self, person_id: str, device_id: str, frame: Any) -> None:
        device = self._open.get(person_id, {}).get(device_id)
        if device is not None:
            device.send(encode(frame))

    def send(self, device: Device, frame: Any) -> None:
        device.send(encode(frame))

    def connect(self, device_id: str, person_id: str, leg_id: str, interaction_id: str, role: str) -> None:
        self._to(person_id, device_id, frames.Connect(leg_id, interaction_id, role))

    def drop(self, device_id: str, person_id: str, leg_id: str, cause: str) -> None:
        self._to(person_id, device_id, frames.Drop(leg_id, cause))

    def quality(self, line: Line, *, mos: float, loss: float, jitter_ms: float) -> None:
        frame = frames.Quality(line.id, round(mos, 2), round(loss, 4), round(jitter_ms, 1))
        self._to(line.name.person_id, line.device_id, frame)

    def tell(self, person_id: str, code: str, *, about: str, **values: object) -> None:
        """See `parties.People`."""
        for device in self.of(person_id):
            text = i18n.t(device.locale, f"voice.desk.{code}", **values)
            device.send(encode(frames.Told(id=about, code=code, text=text)))

    def engine(self, up: bool) -> None:
        """An exchange's calls go on when only we can't reach it."""
        word = "up" if up else "down" if self.names is None else "exchange_down"
        for device in self.all():
            text = i18n.t(device.locale, f"voice.engine.{word}")
            device.send(encode(frames.Engine(up, text)))

    def show(self, call: LiveCall, facts: Facts | None) -> None:
        """See `parties.People`."""
        now: dict[str, tuple[str, str, str, bool]] = {}
        for line in call.lines.values() if facts is not None else ():
            if line.name.kind in ("agent", "supervisor"):
                now[line.id] = (shown_state(line), _role(facts, line), line.device_id, line.mute)
        for leg_id in call.shown.keys() - now.keys():
            state, role, device_id, muted = call.shown.pop(leg_id)
            if state != "ended":
                self._show(call, leg_id, ("ended", role, device_id, muted))
        for leg_id, what in now.items():
            if call.shown.get(leg_id) != what:
                call.shown[leg_id] = what
                self._show(call, leg_id, what)

    def _show(self, call: LiveCall, leg_id: str, what: tuple[str, str, str, bool]) -> None:
        interaction_id, _, person_id, *_ = leg_id.split(":")
        for device in self.of(person_id):
            view = self.view(call, leg_id, interaction_id, person_id, what, device)
            device.send(encode(frames.Call(**{name: getattr(view, name) for name in view.__struct_fields__})))

    def view(
        self, call: LiveCall, leg_id: str, interaction_id: str, person_id: str, what: tuple[str, str, str, bool],
        reader: Device,
    ) -> frames.CallView:  # fmt: skip
        state, role, device_id, muted = what
        holder = self._open.get(person_id, {}).get(device_id)
        return frames.CallView(
            interaction=interaction_id, leg=leg_id, role=role, state=state,  # type: ignore[arg-type]
            here=device_id == reader.id, device_label=holder.label if holder is not None else on_desk(device_id),
            code=code_of(self._secret, call.contact_id, person_id), muted=muted,
            telephone=bool(on_desk(device_id)),
        )  # fmt: skip

    def views(self, calls: list[LiveCall], reader: Device) -> list[frames.CallView]:
        """All live calls of the reader's person, for the welcome."""
        return [
            self.view(call, leg_id, leg_id.split(":")[0], reader.person_id, what, reader)
            for call in calls
            for leg_id, what in call.shown.items()
            if leg_id.split(":")[2] == reader.person_id and what[0] != "ended"
        ]

    # -- codes ---------------------------------------------------------------------------------------------------------
    def may_try(self, person_id: str) -> bool:
        """Whether this person may try a code now; call `wrong` when it was wrong."""
        limits, now = self._limits(), self._clock.now_ms()
        pace = self._tries.setdefault(person_id, Pace(limits.wrong_codes, limits.codes_ms))
        return pace.room(now)

    def wrong(self, person_id: str) -> None:
        self._tries[person_id].take(self._clock.now_ms())

    def opens(self, code: str, contact_id: str, person_id: str) -> bool:
        return hmac.compare_digest(code_of(self._secret, contact_id, person_id).encode(), code.encode())


def shown_state(line: Line) -> str:
    return "connecting" if line.state in ("connecting", "dialling") else line.state


def _role(facts: Facts | None, line: Line) -> str:
    mine = [seat.role for seat in facts.seats if seat.person_id == line.name.person_id] if facts is not None else []
    return mine[0] if mine else "talk"
