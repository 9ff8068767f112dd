"""The documentation builds without a warning, and what it says of the code is true."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.truth import capabilities, catalogues, glossary, hygiene, links, reference, unused

ROOT = Path(__file__).resolve().parents[2]


def test_pages_build_without_warnings(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "docs", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "index.html").exists()


def test_generated_pages_match_the_code() -> None:
    assert list(reference.faults()) == []


def test_every_capability_names_its_place_and_its_test() -> None:
    assert list(capabilities.faults()) == []


def test_both_languages_say_the_same_by_the_words_of_the_glossary() -> None:
    assert list(catalogues.faults()) == []
    assert list(glossary.faults()) == []


def test_links_lead_somewhere_and_nothing_names_a_registry_or_a_machine() -> None:
    assert list(links.faults()) == []
    assert list(hygiene.faults()) == []


def test_no_sentence_is_kept_that_nothing_asks_for() -> None:
    assert list(unused.faults()) == []
    text = 't(locale, "errors.queue_full"); say(f"hours.weekday_{n}")'
    missed = {fault.rpartition(" ")[2] for fault in unused.of_server(text, "")}
    assert not missed & {"errors.queue_full", "hours.weekday_1"}
    assert "errors.version_outdated" in missed
