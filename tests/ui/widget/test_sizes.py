"""How much other people's pages pay: measured as gzip -9 of what the build writes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

KB = 1024


def packed(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_loader_is_under_one_kilobyte(built: Path) -> None:
    assert packed(built / "loader.js") < KB


def test_what_a_site_loads_is_under_twenty_kilobytes(built: Path) -> None:
    """The snippet fetches the widget and its shared part; the panel comes when a customer opens it."""
    assert packed(one(built, "widget-*.js"), one(built, "parts-*.js")) < 20 * KB
    assert packed(one(built, "panel-*.js")) < 20 * KB


def test_the_hosted_page_is_small(built: Path) -> None:
    assert packed(built / "hosted.html", built / "hosted.js", built / "hosted.css") < 36 * KB


def test_nothing_is_inline_and_nothing_is_evaluated(built: Path) -> None:
    html = (built / "hosted.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|style=", html)
    for script in built.glob("*.js"):
        code = script.read_text("utf-8")
        assert not re.search(r"\beval\(|new Function\b|\.innerHTML\b(?!`)|document\.write\(", without_preact(code)), (
            script
        )


def without_preact(code: str) -> str:
    """Preact knows `dangerouslySetInnerHTML`; no view of ours uses it (see the next test)."""
    return re.sub(r"\.innerHTML", "", code) if "dangerouslySetInnerHTML" in code else code


def test_no_view_sets_markup(built: Path) -> None:
    sources = Path(__file__).resolve().parents[3] / "ui/widget"
    views = [*sources.glob("view/*.tsx"), *sources.glob("*.ts*"), *sources.glob("page/*.ts")]
    assert len(views) > 20
    for view in views:
        assert not re.search(r"innerHTML|dangerouslySet|insertAdjacent|outerHTML", view.read_text("utf-8")), view


def test_the_loader_names_the_widget_that_was_built(built: Path) -> None:
    assert f"/widget/{one(built, 'widget-*.js').name}" in (built / "loader.js").read_text("utf-8")
