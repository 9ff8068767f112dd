"""Reception as data: what a caller hears, which keys there are and where they lead. Nothing here runs anything.

A flow is read by `channels/voice/reception/interpreter.py`. Key 0 always reaches a person and needs no line in a menu.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rexian.directory.text import NameEn

MAX_MENUS = 40
MAX_OPTIONS = 12
MAX_DEPTH = 4
MAX_CODES = 20
CODE_KEYS = {"least": 1, "most": 32}
"""How many digits a code may have."""
PERSON_KEY = "0"

Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]
PromptKey = Annotated[
    str,
    Meta(
        max_length=60, pattern=r"^([a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)?)?$(?!\n)",
        description="A prompt of the house or a file of one's own; empty: the one that belongs here.",
    ),
]  # fmt: skip
SpokenText = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$", description="Said to callers.")]
Label = Annotated[str, Meta(max_length=80, pattern=r"^[^\x00]*$", description="What it is called, and said.")]
MenuId = Annotated[
    str, Meta(max_length=40, pattern=r"^([a-z][a-z0-9_-]*)?$(?!\n)", description="A menu's lasting name.")
]
QueueId = Annotated[str, Meta(max_length=36, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Meta(max_length=1, pattern=r"^[0-9*#]?$(?!\n)", description="A key of the telephone.")]
Value = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
CodeId = Annotated[
    str, Meta(max_length=40, pattern=r"^([a-z][a-z0-9_-]*)?$(?!\n)", description="A code's lasting name.")
]
CodeShown = Literal["nothing", "last4", "all"]
TargetKind = Literal["queue", "menu", "person", "call_back", "voicemail", "repeat", "language"]

KEYS = (
    "greeting", "closed", "menu", "invalid_key", "queued", "position", "wait", "wait_about", "wait_under",
    "wait_under_one", "still_waiting", "call_back_offer", "call_back_confirmed", "call_back_here",
    "voicemail_offer", "voicemail_intro", "voicemail_saved", "recording_consent", "recording_ask", "recording_on",
    "recording_off", "all_busy", "wait_too_long", "try_again", "connecting", "to_person", "agent_left",
    "rate_intro", "rate_thanks", "goodbye", "cut_sorry", "hold", "emergency_alarm", "code", "code_no_hash",
    "code_again", "code_thanks", "code_over",
)  # fmt: skip
"""The prompts of the house. Texts: `prompts.<key>` in the catalogues."""


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a flow."""


class Speech(Part, frozen=True, kw_only=True):
    """Something said. Without text the house's own words are said; without `text_en` the English ones of the house."""

    text: SpokenText = ""
    text_en: SpokenText = ""
    prompt: PromptKey = ""

    def in_(self, locale: str) -> str:
        return self.text_en if locale == "en" else self.text


class Target(Part, frozen=True, kw_only=True):
    """Where a key leads. `queue_id`, `needs`, `attributes` for a queue, `menu` for a menu, `locale` for a language."""

    kind: TargetKind
    queue_id: QueueId = ""
    needs: Annotated[dict[Annotated[str, Meta(max_length=120)], Number], Meta(max_length=20)] = {}
    attributes: Annotated[dict[Value, Value], Meta(max_length=20)] = {}
    menu: MenuId = ""
    locale: Literal["", "zh-CN", "en"] = ""


class Option(Part, frozen=True, kw_only=True):
    """One key of a menu."""

    key: Key
    label: Label
    label_en: NameEn = ""
    to: Target

    def title(self, locale: str) -> str:
        return (self.label_en or self.label) if locale == "en" else self.label


class Menu(Part, frozen=True, kw_only=True):
    """A choice by key. Without words of its own the options are read out, and the way to a person after them.

    `timeout_to`: where two missing choices lead; null: to a person.
    """

    id: MenuId
    name: Label
    speech: Speech = Speech()
    options: Annotated[tuple[Option, ...], Meta(max_length=MAX_OPTIONS)] = ()
    timeout_s: Number = 6
    timeout_to: Target | None = None


class Consent(Part, frozen=True, kw_only=True):
    """Words about the recording: that there is one, or the question (1 yes, 2 no). Whether one of them is said, and
    which, is the recording rule's alone."""

    notice: Speech = Speech()
    question: Speech = Speech()


class Queueing(Part, frozen=True, kw_only=True):
    """What those who wait hear. Keys: empty for none. `music`: a prompt file of one's own, empty: the house's."""

    announce_every_s: Number = 45
    say_position: bool = True
    say_wait: bool = True
    call_back_key: Key = "1"
    voicemail_key: Key = "2"
    music: PromptKey = ""


class Rating(Part, frozen=True, kw_only=True):
    """Whether callers are asked for a key from 1 (bad) to 5 (good) when the agent has hung up."""

    on: bool = True
    speech: Speech = Speech()


class Closed(Part, frozen=True, kw_only=True):
    """What callers hear outside of the hours. `hours_id` null: always open. What is offered is said, with its key."""

    hours_id: QueueId | None = None
    speech: Speech = Speech()
    call_back: bool = True
    voicemail: bool = True


class Code(Part, frozen=True, kw_only=True):
    """Digits that an agent may have the caller type, with the recording paused meanwhile: a card's number, a password.

    `end_key` `#`, or empty: it ends with the `most`-th digit, or when no more come. `timeout_s`: so long the next key
    is waited for. `secret`: the digits are kept nowhere; else they are noted in the contact's story. `shown`: what the
    agent sees of them, once.
    """

    id: CodeId
    title: Label
    title_en: NameEn = ""
    speech: Speech = Speech()
    least: Number = 1
    most: Number = 16
    end_key: Key = "#"
    timeout_s: Number = 10
    secret: bool = True
    shown: CodeShown = "last4"

    def name(self, locale: str) -> str:
        return (self.title_en or self.title) if locale == "en" else self.title


class Flow(Part, frozen=True, kw_only=True):
    """How a tenant receives callers. `person`: the queue in which somebody answers who can't be placed otherwise.

    `first`: the menu after the greeting; empty: straight to a person.
    """

    person: QueueId = ""
    greeting: Speech = Speech()
    consent: Consent = Consent()
    first: MenuId = ""
    menus: Annotated[tuple[Menu, ...], Meta(max_length=MAX_MENUS)] = ()
    queueing: Queueing = Queueing()
    rating: Rating = Rating()
    closed: Closed = Closed()
    codes: Annotated[tuple[Code, ...], Meta(max_length=MAX_CODES)] = ()

    def code(self, id: str) -> Code | None:
        return next((one for one in self.codes if one.id == id), None)

    def menu(self, id: str) -> Menu | None:
        return next((one for one in self.menus if one.id == id), None)
