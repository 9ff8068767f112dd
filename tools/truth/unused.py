"""No sentence is kept in both languages that nothing in the code asks for.

A key is asked for when it stands in quotes, or fits a string with holes whose beginning is there (`unit.${name}`). The
server's keys are often put together from an area and a code (`errors.` and `queue_full`): there its end in quotes,
or as the name of a field, is enough, and a hole for all of the last part proves nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tools.truth.catalogues import CATALOGUES, flat, load
from tools.truth.paths import ROOT, tracked

LOCALES = ROOT / "ui/console/src/locales/zh-CN"
PLURAL = re.compile(r"_(zero|one|two|few|many|other)$")
QUOTED = re.compile(r"""["'`](?:[\w-]+:)?([\w.-]+)["'`]""")
NAMED = re.compile(r"\b(\w+)\s*[:=]")
# A string that begins with a part of a key and has a hole in it.
HOLED = {
    "ts": re.compile(r"`(?:[\w-]+:)?([\w-]+[._](?:[\w.-]|\$\{[^}]*\})*)`"),
    "py": re.compile(r"""f["'](\w+[._](?:[\w.]|\{[^}]*\})*)["']"""),
}
HOLE = re.compile(r"\\?\$?\\\{.*?\\\}")


def faults() -> Iterator[str]:
    typescript = code("ui/console/src/**/*.ts", "ui/console/src/**/*.tsx", "ui/kit/**/*.ts", "ui/kit/**/*.tsx")
    yield from of_console(typescript)
    yield from of_server(code("src/rexian/**/*.py"), typescript)


def code(*patterns: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in tracked(*patterns) if ".test." not in path.name)


def of_console(text: str) -> Iterator[str]:
    asked, holed = set(QUOTED.findall(text)), fitting(HOLED["ts"].findall(text))
    for path in sorted(LOCALES.glob("*.json")):
        for key in flat(json.loads(path.read_text("utf-8"))):
            forms = {key, PLURAL.sub("", key)}
            if not asked & forms and not any(holed.fullmatch(form) for form in forms):
                yield f"{path.relative_to(ROOT)}: nothing asks for {key}"


def of_server(text: str, pages: str) -> Iterator[str]:
    """`pages`: what the console sends, since some codes are its own."""
    asked = {*QUOTED.findall(text), *NAMED.findall(text), *QUOTED.findall(pages)}
    endings = [word for word in set(QUOTED.findall(text)) if word.startswith("_")]  # added to a key: `key += "_still"`
    holed = fitting(one for one in HOLED["py"].findall(text) if not re.search(r"\.\{[^}]*\}$", one))
    for path in sorted((CATALOGUES / "zh-CN").glob("*.toml")):
        for key in load(path):
            parts = key.split(".")
            tails = {".".join(parts[start:]) for start in range(len(parts))}
            tails |= {tail.removesuffix(ending) for tail in tails for ending in endings}
            if not asked & tails and not any(holed.fullmatch(tail) for tail in tails):
                yield f"{path.relative_to(ROOT)}: nothing asks for {key}"


def fitting(strings: Iterator[str] | list[str]) -> re.Pattern[str]:
    """What fits one of these strings, whatever is put into their holes."""
    return re.compile("|".join({HOLE.sub(r"[\\w.-]+", re.escape(one)) for one in strings}))
