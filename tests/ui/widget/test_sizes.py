"""How much other people's pages pay: measured as gzip -9 of what the build writes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

LOADER = 1_000
WHOLE = 20_000
"""What one customer loads to chat, in one language: the loader, the widget, the panel's styles, the words."""
BEFORE_OPENING = 17_150
"""The same without the panel's styles: as measured, and one in a hundred more."""


def packed(*files: Path) -> dict[str, int]:
    return {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in files}


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_loader_is_under_one_kilobyte(built: Path) -> None:
    sizes = packed(built / "loader.js")
    assert sum(sizes.values()) < LOADER, sizes


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_widget_in_one_language(built: Path, lang: str) -> None:
    """All that a customer's browser fetches from the snippet to the rating; no file is left out."""
    scripts = {file for file in built.glob("*.js") if file.name != "hosted.js"}
    other = set(built.glob("words.*.js")) - {one(built, f"words.{lang}-*.js")}
    sizes = packed(*sorted(scripts - other))
    assert len(sizes) == 4, sizes  # loader, widget, panel (its styles), words
    assert sum(sizes.values()) < WHOLE, sizes


def test_what_a_site_loads_before_anybody_opens_the_chat(built: Path) -> None:
    sizes = packed(built / "loader.js", one(built, "widget-*.js"), one(built, "words.zh-*.js"))
    assert sum(sizes.values()) < BEFORE_OPENING, sizes


def test_the_hosted_page_is_small(built: Path) -> None:
    names = ["hosted.html", "hosted.js", "hosted.css"]
    sizes = packed(*(built / name for name in names), one(built, "words.zh-*.js"))
    assert sum(sizes.values()) < WHOLE, sizes


def test_nothing_is_inline_and_nothing_is_evaluated(built: Path) -> None:
    html = (built / "hosted.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|style=", html)
    for script in built.glob("*.js"):
        code = script.read_text("utf-8")
        assert not re.search(r"\beval\(|new Function\b|\.innerHTML\b|document\.write\(", code), script


def test_no_view_sets_markup(built: Path) -> None:
    sources = Path(__file__).resolve().parents[3] / "ui/widget"
    views = [*sources.glob("view/*.tsx"), *sources.glob("*.ts*"), *sources.glob("page/*.ts")]
    assert len(views) > 20
    for view in views:
        assert not re.search(r"innerHTML|dangerouslySet|insertAdjacent|outerHTML", view.read_text("utf-8")), view


def test_the_loader_names_the_widget_that_was_built(built: Path) -> None:
    assert f"/widget/{one(built, 'widget-*.js').name}" in (built / "loader.js").read_text("utf-8")
