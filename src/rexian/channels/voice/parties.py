"""Who is at the ends of a call, as the director needs them: staff with their phones, customers with their pages."""

from __future__ import annotations

from typing import Protocol

from rexian.channels.voice.calls import Facts
from rexian.channels.voice.live import LiveCall


class People(Protocol):
    """The staff's phones, as the director needs them."""

    def choose(self, person_id: str, device_id: str = "", *, listens: bool = False) -> str:
        """The device for a new line: this one if it is open (none is named: the best one that is ready), or ''.

        Who only `listens` needs no microphone.
        """
        ...

    def phone(self, person_id: str) -> str | None:
        """Name of their phone at the exchange, '' when they have none. None: the engine reaches pages by itself."""
        ...

    def can_speak(self, person_id: str, device_id: str) -> bool:
        """Whether this device's microphone is usable, as its page last said."""
        ...

    def connect(self, device_id: str, person_id: str, leg_id: str, interaction_id: str, role: str) -> None: ...

    def drop(self, device_id: str, person_id: str, leg_id: str, cause: str) -> None: ...

    def show(self, call: LiveCall, facts: Facts | None) -> None:
        """Tell every person in the call of their lines, if that has changed."""
        ...

    def tell(self, person_id: str, code: str, *, about: str, **values: object) -> None:
        """Something in words to all of the person's devices."""
        ...


class Customers(Protocol):
    """The customers' pages, as the director needs them."""

    def show(self, call: LiveCall, facts: Facts | None, *, reason: str = "") -> None: ...

    def ring(self, contact_id: str) -> bool:
        """Let the page ring; False: no page of this contact is open."""
        ...

    def is_open(self, contact_id: str) -> bool: ...
