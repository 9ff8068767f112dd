"""The customers' pages: which are open for which call, and what they are shown of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rexian.channels.voice import frames
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.calls import Facts
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.wire import Wire, encode

SHOWN: dict[str, frames.State_] = {
    "reception": "reception", "waiting": "waiting", "call_back": "call_back", "talking": "talking", "ended": "ended",
}  # fmt: skip


class Page(Protocol):
    """A customer's voice socket."""

    wire: Wire
    last_state: frames.State | None
    last_position: frames.Position | None

    def send(self, payload: bytes) -> None: ...


class Visits:
    """Implements `parties.Customers`."""

    def __init__(self, asking: Asking, agent_name: Callable[[str], str]) -> None:
        self._asking = asking
        self._agent_name = agent_name
        self._pages: dict[str, set[Page]] = {}

    # -- pages ---------------------------------------------------------------------------------------------------------
    def attach(self, contact_id: str, page: Page) -> None:
        self._pages.setdefault(contact_id, set()).add(page)

    def detach(self, page: Page) -> None:
        pages = self._pages.get(page.wire.contact_id or "")
        if pages is not None:
            pages.discard(page)
            if not pages:
                del self._pages[page.wire.contact_id or ""]

    def of(self, contact_id: str) -> list[Page]:
        return list(self._pages.get(contact_id, ()))

    def is_open(self, contact_id: str) -> bool:
        return contact_id in self._pages

    def ring(self, contact_id: str) -> bool:
        """See `parties.Customers`."""
        for page in self.of(contact_id):
            page.send(encode(frames.Ring(contact_id)))
        return self.is_open(contact_id)

    # -- what they are shown -------------------------------------------------------------------------------------------
    def show(self, call: LiveCall, facts: Facts | None, *, reason: str = "") -> None:
        """The call's state, to each page that doesn't show it yet. With `reason` in any case."""
        pages = self.of(call.contact_id)
        if not pages or facts is None:
            return
        state = self.state_of(call, facts, reason)
        for page in pages:
            if reason or page.last_state != state:
                page.last_state = state
                page.wire.ended = page.wire.ended or state.state == "ended"
                page.send(encode(state))

    def state_of(self, call: LiveCall, facts: Facts, reason: str = "") -> frames.State:
        """The call as the customer sees it."""
        state = state_now(call, facts)
        if state == "ended":
            return self._ended(call, facts)
        return frames.State(
            state=state, reason=reason if state == "cut" else "",
            agent=frames.Name(self._agent_name(facts.agent_id)) if facts.agent_id and call.spoken else None,
            recording=recorded_now(call, facts, state),
        )  # fmt: skip

    def _ended(self, call: LiveCall, facts: Facts) -> frames.State:
        floor = self._asking.floor(call.tenant_id)
        main = floor.interaction(facts.main) if floor is not None else None
        contact = floor.contact(call.contact_id) if floor is not None else None
        return frames.State(
            state="ended", ended_by=main.ended_by.kind if main is not None and main.ended_by else None,
            reason=call.end_reason, rating=contact.rating if contact is not None else 0,
        )  # fmt: skip

    def caption(self, contact_id: str, text: str, keys: list[frames.KeyView]) -> None:
        for page in self.of(contact_id):
            page.send(encode(frames.Say(text, keys)))

    def position(self, contact_id: str, position: frames.Position) -> None:
        for page in self.of(contact_id):
            if page.last_position != position:
                page.last_position = position
                page.send(encode(position))

    def degraded(self, on: bool) -> None:
        for pages in self._pages.values():
            for page in pages:
                page.send(encode(frames.Degraded(on)))


def state_now(call: LiveCall, facts: Facts) -> frames.State_:
    """One word for where the customer stands."""
    customer = call.customer
    if facts.stage == "ended":
        return "ended"
    lost = customer is not None and customer.state == "lost" and not call.released
    if facts.stage != "call_back" and lost:
        return "cut"
    if facts.stage == "talking":
        if facts.call_back and (customer is None or customer.state != "up"):
            return "call_back"
        if not call.spoken:
            return "waiting"
        heard = any(line.state == "up" and line.name.kind in ("agent", "supervisor") for line in call.lines.values())
        return "talking" if heard and not facts.held else "held"
    return SHOWN[facts.stage]


def recorded_now(call: LiveCall, facts: Facts, state: frames.State_) -> str:
    """What the engine does with the customer's words, never only what was wished: on hold, in the queue and without a
    recording that runs, nothing is kept of them.
    """
    runs = state == "talking" and facts.recording in ("on", "paused") and bool(call.recording_id)
    return call.recording if runs else ""


def view_of(contact_id: str, main: str, state: frames.State) -> Any:
    """The call in the welcome."""
    return frames.ContactView(
        id=contact_id, interaction=main, state=state.state, agent=state.agent, recording=state.recording
    )
