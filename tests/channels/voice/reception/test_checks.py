"""A flow that would strand callers is found out before it is published, each fault at its place."""

from __future__ import annotations

from typing import Any

import pytest

from rexian.channels.voice.reception.model import (
    KEYS,
    Closed,
    Code,
    Flow,
    Known,
    Menu,
    Option,
    Queueing,
    Speech,
    Target,
    check,
)
from rexian.kit.i18n import LOCALES, catalogue

KNOWN = Known(queues={"q1"}, hours={"h1"}, files={"own.music"})
TO_QUEUE = Target(kind="queue", queue_id="q1")


def option(key: str = "1", to: Target = TO_QUEUE) -> Option:
    return Option(key=key, label="维修", to=to)


def menu(*options: Option, id: str = "main", **more: Any) -> Menu:
    return Menu(id=id, name=id, options=options, **more)


def to_menu(id: str) -> Target:
    return Target(kind="menu", menu=id)


def found(flow: Flow) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in check(flow, KNOWN, "en").errors]


def flow(*menus: Menu, **more: Any) -> Flow:
    return Flow(**{"person": "q1", "first": menus[0].id if menus else "", "menus": menus} | more)


def test_a_sound_flow_has_no_faults() -> None:
    sound = flow(menu(option(), option("2", to_menu("more")), option("0", Target(kind="person"))),
                 menu(option("*", Target(kind="repeat")), option("3"), id="more"),
                 closed=Closed(hours_id="h1"), queueing=Queueing(music="own.music"))  # fmt: skip
    result = check(sound, KNOWN, "en")
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize(
    ("bad", "where", "code"),
    [
        (Flow(), "person", "queue_missing"),
        (Flow(person="gone"), "person", "unknown_queue"),
        (flow(first="none"), "first", "missing_menu"),
        (flow(menu()), "menus.0.options", "menu_empty"),
        (flow(menu(option(to=to_menu("none")), option("2"))), "menus.0.options.0.to.menu", "missing_menu"),
        (flow(menu(option(to=Target(kind="queue")))), "menus.0.options.0.to.queue_id", "queue_missing"),
        (flow(menu(option(), option())), "menus.0.options.1.key", "key_twice"),
        (flow(menu(option(""))), "menus.0.options.0.key", "key_missing"),
        (flow(menu(option("0"))), "menus.0.options.0.key", "key_reserved"),
        (flow(menu(option()), menu(option())), "menus.1.id", "menu_twice"),
        (flow(menu(option(), speech=Speech(prompt="own.none"))), "menus.0.speech.prompt", "unknown_prompt"),
        (flow(menu(option(), timeout_s=1)), "menus.0.timeout_s", "out_of_range"),
        (flow(menu(option(to=Target(kind="language")))), "menus.0.options.0.to.locale", "language_missing"),
        (flow(queueing=Queueing(call_back_key="3", voicemail_key="3")), "queueing.voicemail_key", "key_twice"),
        (flow(queueing=Queueing(call_back_key="0")), "queueing.call_back_key", "key_reserved"),
        (flow(queueing=Queueing(announce_every_s=5)), "queueing.announce_every_s", "out_of_range"),
        (flow(queueing=Queueing(music="own.gone")), "queueing.music", "unknown_prompt"),
        (flow(closed=Closed(hours_id="gone")), "closed.hours_id", "unknown_hours"),
    ],
)  # fmt: skip
def test_each_fault_is_told_at_its_place(bad: Flow, where: str, code: str) -> None:
    assert (where, code) in found(bad)


def test_menus_that_only_lead_to_each_other_are_refused() -> None:
    ring = flow(menu(option(to=to_menu("b")), id="a"), menu(option(to=to_menu("a")), id="b"))
    assert found(ring) == [("menus.0.options", "menu_no_exit"), ("menus.1.options", "menu_no_exit")]


def test_nobody_is_led_deeper_than_four_menus() -> None:
    deep = [menu(option(to=to_menu(f"m{n + 1}")), option("2"), id=f"m{n}") for n in range(5)]
    result = found(flow(*deep, menu(option(), id="m5")))
    assert ("menus.4", "menu_too_deep") in result
    assert ("menus.3", "menu_too_deep") not in result


def test_what_nobody_reaches_is_a_warning() -> None:
    warnings = check(flow(menu(option()), menu(option(), id="lost")), KNOWN, "en").warnings
    assert [(one.field, one.code) for one in warnings] == [("menus.1", "menu_unreached")]


def test_every_fault_and_every_prompt_has_words_in_both_languages() -> None:
    bad = flow(menu(option(), option()), menu(), first="x", queueing=Queueing(announce_every_s=1))
    for locale in LOCALES:
        assert all(not one.message.startswith("reception.") for one in check(bad, KNOWN, locale).errors)
        assert all(f"prompts.{key}" in catalogue(locale) for key in KEYS)


CODE = {"id": "card", "title": "卡号"}


@pytest.mark.parametrize(
    ("codes", "where", "code"),
    [
        ([{}], "codes.0.id", "code_without_id"),
        ([CODE, CODE], "codes.1.id", "code_twice"),
        ([CODE | {"title": " "}], "codes.0.title", "name_missing"),
        ([CODE | {"least": 0}], "codes.0.least", "out_of_range"),
        ([CODE | {"most": 33}], "codes.0.most", "out_of_range"),
        ([CODE | {"least": 8, "most": 6}], "codes.0.least", "code_least"),
        ([CODE | {"end_key": "*"}], "codes.0.end_key", "code_end_key"),
        ([CODE | {"timeout_s": 2}], "codes.0.timeout_s", "out_of_range"),
        ([CODE | {"speech": Speech(prompt="own.nothing")}], "codes.0.speech.prompt", "unknown_prompt"),
    ],
)
def test_what_is_wrong_with_a_code_stands_at_its_field(codes: list[Any], where: str, code: str) -> None:
    assert (where, code) in found(flow(codes=tuple(Code(**{"id": "", "title": "x"} | one) for one in codes)))


def test_a_secret_that_is_shown_in_full_is_worth_a_thought() -> None:
    shown = flow(codes=(Code(id="card", title="卡号", shown="all"),))
    assert [(one.field, one.code) for one in check(shown, KNOWN, "zh-CN").warnings] == [("codes.0.shown", "code_shown")]
    assert found(shown) == []
