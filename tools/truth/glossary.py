"""The glossary holds in both languages: labels that are its terms use its words; banned words are not used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tools.truth.catalogues import CATALOGUES, flat, load
from tools.truth.paths import DOCS, ROOT

PAGE = DOCS / "reference/glossary.md"
UI = ROOT / "ui"
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| [^|]+ \|$", re.MULTILINE)
# What the field calls otherwise, or what would be a second word for a thing that has one.
BANNED = {
    "en": re.compile(r"\b(tickets?|conversations?|chat sessions?|operators? on duty)\b", re.IGNORECASE),
    "zh-CN": re.compile(r"工单|客服人员|话务员|票据|座席"),
}
ALLOWED = re.compile(r"city operator", re.IGNORECASE)


def terms() -> dict[str, list[str]]:
    """English term -> the Chinese words for it."""
    found: dict[str, list[str]] = {}
    for english, chinese in ROW.findall(PAGE.read_text("utf-8")):
        if english in {"term", "---"}:
            continue
        name = re.sub(r"\s*\(.*\)", "", english).strip().lower()
        found[name] = [word for word in re.split(r"[（）：/、]", chinese.strip()) if word]
    return found


def catalogues() -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """(name, English sentences, Chinese sentences) of every catalogue, the server's and the pages'."""
    for path in sorted((CATALOGUES / "en").glob("*.toml")):
        yield f"catalogue {path.name}", load(path), load(CATALOGUES / "zh-CN" / path.name)
    for path in sorted(UI.glob("*/**/locales/en/*.json")):
        if "node_modules" in path.parts:
            continue
        twin = Path(str(path).replace("/en/", "/zh-CN/"))
        english, chinese = (flat(json.loads(file.read_text("utf-8"))) for file in (path, twin))
        yield str(path.relative_to(ROOT)), english, chinese


def singular(label: str) -> str:
    label = label.strip().rstrip(":.…").lower()
    return label[:-1] if label.endswith("s") and not label.endswith("ss") else label


def faults() -> Iterator[str]:
    known = terms()
    for name, english, chinese in catalogues():
        for key, sentence in english.items():
            term = singular(sentence)
            if term in known and key in chinese and not any(word in chinese[key] for word in known[term]):
                yield f"{name}: {key} says {chinese[key]!r} for {term!r}; the glossary says {'/'.join(known[term])}"
        for locale, sentences in (("en", english), ("zh-CN", chinese)):
            for key, sentence in sentences.items():
                if found := BANNED[locale].search(ALLOWED.sub("", sentence)):
                    yield f"{name}: {key} ({locale}) says {found.group()!r}, which is not our word"
