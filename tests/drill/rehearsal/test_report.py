"""What people see: nothing of the catalogue is missing, the page needs nothing else, and the charts can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from rexian.drill.rehearsal.festival.day import festival
from rexian.drill.rehearsal.play import play
from rexian.drill.rehearsal.report import html
from rexian.drill.rehearsal.report.charts import Series, chart
from rexian.drill.rehearsal.report.plain import bar, duration, percent
from rexian.drill.rehearsal.report.sections import sections
from rexian.drill.rehearsal.result import DayResult
from rexian.engine import specs
from rexian.kit.i18n import has

KEY = re.compile(r"rehearsal\.\w+|\{\w+\}")
RULES = (
    "only_one_free",
    *specs.STRATEGIES,
    "agent_freed",
    "interrupts",
    "transfer_to_agent",
    "last_agent",
    "named_agent",
)


@pytest.fixture(scope="module")
def day() -> DayResult:
    return play(festival(2, 8_000))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "line", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_report_is_whole_in_both_languages(day: DayResult, locale: str) -> None:
    for section in sections(day, locale, whole=True):
        assert all(len(row) == len(section.columns) for row in section.rows)
        said = " ".join(
            [section.title, section.note, *section.columns, *(cell for row in section.rows for cell in row)]
        )
        assert not KEY.search(said)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_page_stands_alone_and_says_what_its_charts_show(day: DayResult, locale: str) -> None:
    page = html.page(day, locale)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert f'<html lang="{locale}">' in page
    assert "prefers-color-scheme: dark" in page
    assert not any(name in attributes for _, attributes in tags.seen for name in ("src", "href"))
    assert "url(" not in page
    assert "http" not in page
    charts = [attributes for tag, attributes in tags.seen if tag == "svg"]
    assert len(charts) == 4
    assert all(one["role"] == "img" and one["aria-labelledby"] for one in charts)
    assert page.count("<title id=") == page.count("<desc id=") == page.count("<details>") == 4


def test_names_cannot_break_the_page_or_a_chart() -> None:
    drawn = chart("c", "<b>&", "a<c", ["<", "&"], [Series("<s>", [1.0, None], area=True), Series("x", [None, 2.0])])
    root = ElementTree.fromstring(drawn)
    assert root[0].text == "<b>&"
    assert len(root.findall("path")) == 3


def test_axes_of_nothing_and_of_much() -> None:
    for values in ([], [0.0], [None], [1e6, 3.0], [0.2]):
        ElementTree.fromstring(chart("c", "t", "d", [str(n) for n in range(len(values))], [Series("s", values)]))


def test_every_code_of_the_engine_has_its_words() -> None:
    codes = [f"rule_{rule}" for rule in RULES]
    codes += [f"step_{step}" for step in specs.StepKind.__args__]
    codes += [f"blocked_{cause}" for cause in ("declined", "reserved", "not_lent", "ceiling")]
    assert [code for code in codes if not has(f"rehearsal.{code}")] == []


def test_numbers_as_people_read_them() -> None:
    assert [duration(ms) for ms in (None, 0, 7_400, 754_000, 3_723_000)] == ["–", "0:00", "0:07", "12:34", "1:02:03"]
    assert [percent(share) for share in (None, 8_125, 10_000)] == ["–", "81.2 %", "100.0 %"]
    assert (bar(0, 10), bar(5, 10, 2), bar(10, 10, 2)) == ("", "█", "██")
