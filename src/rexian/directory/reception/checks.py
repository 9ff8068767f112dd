"""What is wrong with a flow, and what looks it. Findings come in the order of the form.

Errors keep a flow from being published; warnings are for thinking about. `field` is a dotted path into the flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rexian.directory.reception.model import (
    CODE_KEYS,
    KEYS,
    MAX_DEPTH,
    PERSON_KEY,
    Closed,
    Code,
    Flow,
    Menu,
    Option,
    Queueing,
    Speech,
    Target,
)
from rexian.directory.versions.model import Finder, Findings

ANNOUNCE_S = {"least": 15, "most": 600}
TIMEOUT_S = {"least": 2, "most": 30}
CODE_TIMEOUT_S = {"least": 3, "most": 60}


@dataclass(frozen=True, slots=True)
class Known:
    """What a flow may name: live queues, calendars and prompt files of the tenant."""

    queues: Collection[str]
    hours: Collection[str] = ()
    files: Collection[str] = ()


def check(flow: Flow, known: Known, locale: str) -> Findings:
    """Look at everything and say in `locale` what was found."""
    found = Finder("reception", locale)
    _Looker(flow, known, found).look()
    return found.findings()


@dataclass(frozen=True, slots=True)
class _Looker:
    flow: Flow
    known: Known
    found: Finder

    def look(self) -> None:
        flow = self.flow
        self._queue("person", flow.person)
        self._speech("greeting", flow.greeting)
        self._speech("consent.notice", flow.consent.notice)
        self._speech("consent.question", flow.consent.question)
        if flow.first and flow.menu(flow.first) is None:
            self.found.error("first", "missing_menu", menu=flow.first)
        self._menus()
        self._queueing(flow.queueing)
        self._speech("rating.speech", flow.rating.speech)
        self._closed(flow.closed)
        self._codes()

    # -- menus ---------------------------------------------------------------------------------------------------------
    def _menus(self) -> None:
        seen: set[str] = set()
        for index, menu in enumerate(self.flow.menus):
            at = f"menus.{index}"
            if not menu.id:
                self.found.error(f"{at}.id", "menu_without_id")
            elif menu.id in seen:
                self.found.error(f"{at}.id", "menu_twice", menu=menu.id)
            seen.add(menu.id)
            self._menu(at, menu)
        self._ways(seen)

    def _menu(self, at: str, menu: Menu) -> None:
        self._speech(f"{at}.speech", menu.speech)
        if not menu.name.strip():
            self.found.error(f"{at}.name", "name_missing")
        if not menu.options:
            self.found.error(f"{at}.options", "menu_empty")
        self.found.within(f"{at}.timeout_s", menu.timeout_s, **TIMEOUT_S)
        keys: set[str] = set()
        for index, option in enumerate(menu.options):
            self._option(f"{at}.options.{index}", option, keys)
            keys.add(option.key)
        if menu.timeout_to is not None:
            self._target(f"{at}.timeout_to", menu.timeout_to)

    def _option(self, at: str, option: Option, keys: Collection[str]) -> None:
        if not option.key:
            self.found.error(f"{at}.key", "key_missing")
        elif option.key in keys:
            self.found.error(f"{at}.key", "key_twice", key=option.key)
        elif option.key == PERSON_KEY and option.to.kind != "person":
            self.found.error(f"{at}.key", "key_reserved", key=option.key)
        if not option.label.strip():
            self.found.error(f"{at}.label", "name_missing")
        self._target(f"{at}.to", option.to)

    def _target(self, at: str, to: Target) -> None:
        if to.kind == "queue":
            self._queue(f"{at}.queue_id", to.queue_id)
        elif to.kind == "menu" and self.flow.menu(to.menu) is None:
            self.found.error(f"{at}.menu", "missing_menu", menu=to.menu)
        elif to.kind == "language" and not to.locale:
            self.found.error(f"{at}.locale", "language_missing")

    def _ways(self, ids: Collection[str]) -> None:
        """From every menu a key must lead out; from the first one every menu is reached, within a few steps."""
        depth = _depths(self.flow)
        for index, menu in enumerate(self.flow.menus):
            at = f"menus.{index}"
            if menu.options and not _leads_out(self.flow, menu.id):
                self.found.error(f"{at}.options", "menu_no_exit", menu=menu.name)
            if menu.id in ids and menu.id not in depth:
                self.found.warn(at, "menu_unreached", menu=menu.name)
            if depth.get(menu.id, 0) > MAX_DEPTH:
                self.found.error(at, "menu_too_deep", most=MAX_DEPTH)

    # -- the rest ------------------------------------------------------------------------------------------------------
    def _queueing(self, form: Queueing) -> None:
        self.found.within("queueing.announce_every_s", form.announce_every_s, **ANNOUNCE_S)
        if form.call_back_key and form.call_back_key == form.voicemail_key:
            self.found.error("queueing.voicemail_key", "key_twice", key=form.voicemail_key)
        for name in ("call_back_key", "voicemail_key"):
            if getattr(form, name) == PERSON_KEY:
                self.found.error(f"queueing.{name}", "key_reserved", key=PERSON_KEY)
        if form.music and form.music not in self.known.files:
            self.found.error("queueing.music", "unknown_prompt", prompt=form.music)

    def _closed(self, form: Closed) -> None:
        self._speech("closed.speech", form.speech)
        if form.hours_id is not None and form.hours_id not in self.known.hours:
            self.found.error("closed.hours_id", "unknown_hours")

    # -- codes ---------------------------------------------------------------------------------------------------------
    def _codes(self) -> None:
        seen: set[str] = set()
        for index, code in enumerate(self.flow.codes):
            at = f"codes.{index}"
            if not code.id:
                self.found.error(f"{at}.id", "code_without_id")
            elif code.id in seen:
                self.found.error(f"{at}.id", "code_twice", name=code.id)
            seen.add(code.id)
            self._code(at, code)

    def _code(self, at: str, code: Code) -> None:
        if not code.title.strip():
            self.found.error(f"{at}.title", "name_missing")
        self._speech(f"{at}.speech", code.speech)
        self.found.within(f"{at}.least", code.least, **CODE_KEYS)
        self.found.within(f"{at}.most", code.most, **CODE_KEYS)
        if code.least > code.most:
            self.found.error(f"{at}.least", "code_least", most=code.most)
        if code.end_key not in ("", "#"):
            self.found.error(f"{at}.end_key", "code_end_key")
        self.found.within(f"{at}.timeout_s", code.timeout_s, **CODE_TIMEOUT_S)
        if code.secret and code.shown == "all":
            self.found.warn(f"{at}.shown", "code_shown")

    def _speech(self, at: str, speech: Speech) -> None:
        if speech.prompt and speech.prompt not in KEYS and speech.prompt not in self.known.files:
            self.found.error(f"{at}.prompt", "unknown_prompt", prompt=speech.prompt)
        if speech.text and not speech.text_en:
            self.found.warn(f"{at}.text_en", "english_missing")

    def _queue(self, at: str, queue_id: str) -> None:
        if not queue_id:
            self.found.error(at, "queue_missing")
        elif queue_id not in self.known.queues:
            self.found.error(at, "unknown_queue")


def _targets(menu: Menu) -> Iterator[Target]:
    yield from (option.to for option in menu.options)
    if menu.timeout_to is not None:
        yield menu.timeout_to


def _depths(flow: Flow) -> dict[str, int]:
    """How many keys away from the greeting each menu is, the first one being at 1."""
    depth: dict[str, int] = {}
    ring, level = [flow.first] if flow.first else [], 1
    while ring:
        fresh = [id for id in dict.fromkeys(ring) if id not in depth]
        depth |= dict.fromkeys(fresh, level)
        menus = [menu for id in fresh if (menu := flow.menu(id)) is not None]
        ring, level = [to.menu for menu in menus for to in _targets(menu) if to.kind == "menu"], level + 1
    return depth


def _leads_out(flow: Flow, id: str) -> bool:
    """Whether some key, there or in a menu behind it, reaches anything but menus."""
    seen: set[str] = set()
    ring = [id]
    while ring:
        menu = flow.menu(ring.pop())
        if menu is None or menu.id in seen:
            continue
        seen.add(menu.id)
        for to in (option.to for option in menu.options):
            if to.kind in {"queue", "person", "call_back", "voicemail"}:
                return True
            if to.kind == "menu":
                ring.append(to.menu)
    return False
