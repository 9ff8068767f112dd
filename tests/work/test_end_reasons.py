"""Every reason for which something ends has words: in the trace, and at the desk where nobody hung up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rexian.kit import i18n

ROOT = Path(__file__).parents[2]
ENDS = re.compile(r'EndInteraction\([^)]*reason="(\w+)"|reason = "(\w+)" if .* else "(\w+)"|\bend\(d, .*?"(\w+)"\)')
LEAVES = re.compile(r'self\.leave\("(\w+)"(?: if .* else "(\w+)")?\)')
# By people, or part of a talk that goes on; and what isn't an end of the contact (the reception lets the line go only).
PEOPLE = {"customer_hung_up", "customer_ended", "hung_up", "gave_up", "transferred", "consult_over", "ended"}
GOES_ON = {"call_back", "voicemail"}
LOST_AT_ONCE = {"voice_down", "all_busy", "bad_media", "not_here", "unavailable", "no_call_back"}  # `give_up`


def reasons() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "src/rexian").rglob("*.py"):
        if "rehearsal" not in path.parts:
            text = path.read_text("utf-8")
            found |= {code for rule in (ENDS, LEAVES) for codes in rule.findall(text) for code in codes if code}
    return (found | LOST_AT_ONCE | {"live_drill", "customer_left"}) - GOES_ON


def test_the_reasons_are_found() -> None:
    assert {"customer_lost", "engine_lost", "line_lost", "given_up", "closed", "purged", "over"} <= reasons()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_each_has_words(locale: str) -> None:
    catalogue = i18n.catalogue(locale)
    assert {code for code in reasons() if f"trace.reason.{code}" not in catalogue} == set()
    desk = json.loads((ROOT / f"ui/console/src/locales/{locale}/desk.json").read_text("utf-8"))
    assert reasons() - PEOPLE - desk["conversation"]["ended_because"].keys() == set()
