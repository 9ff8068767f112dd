"""The report as one HTML file that needs nothing else: charts, with the numbers of each in a table under it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rexian.drill.rehearsal.report.charts import Series, chart, legend
from rexian.drill.rehearsal.report.plain import clock
from rexian.drill.rehearsal.report.sections import Section, headline, sections
from rexian.drill.rehearsal.result import DayResult, HalfHour
from rexian.kit.i18n import t

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2937; --dim: #6b7280; --paper: #ffffff; --rule: #e5e7eb;
  --c0: #0f766e; --c1: #b45309; --c2: #6d28d9; --c3: #be123c }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --dim: #9ca3af; --paper: #111827; --rule: #374151;
  --c0: #2dd4bf; --c1: #fbbf24; --c2: #a78bfa; --c3: #fb7185 } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 4rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
svg { width: 100%; height: auto } .grid { stroke: var(--rule) } .tick { fill: var(--dim); font-size: 11px }
.line { fill: none; stroke-width: 2 } .area { opacity: .18; stroke: none }
.line.s0 { stroke: var(--c0) } .line.s1 { stroke: var(--c1); stroke-dasharray: 6 3 }
.line.s2 { stroke: var(--c2); stroke-dasharray: 2 3 } .line.s3 { stroke: var(--c3) }
.area.s0, .key.s0 { fill: var(--c0); background: var(--c0) }
.area.s1, .key.s1 { fill: var(--c1); background: var(--c1) }
.area.s2, .key.s2 { fill: var(--c2); background: var(--c2) }
.area.s3, .key.s3 { fill: var(--c3); background: var(--c3) }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 1rem; margin: 0; padding: 0; color: var(--dim) }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem }
th { text-align: left; color: var(--dim); font-weight: 500 } th, td { padding: .2rem .6rem; vertical-align: top }
td { border-top: 1px solid var(--rule) } .n { text-align: right; white-space: nowrap } .note { color: var(--dim) }
summary { color: var(--dim); cursor: pointer }
"""


def page(result: DayResult, locale: str) -> str:
    """The whole document."""
    said = headline(result, locale)
    title = t(locale, "rehearsal.page_title", name=result.name)
    body = [f"<h1>{escape(title)}</h1><p>{escape(said)}</p>"]
    body += [_figure(number, *one, result, locale) for number, one in enumerate(_charts(result.half_hours, locale))]
    body += [_table(section) for section in sections(result, locale, whole=True)]
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def _charts(halves: Sequence[HalfHour], locale: str) -> list[tuple[str, str, list[Series]]]:
    """Title, unit and lines of each chart."""

    def name(key: str) -> str:
        return t(locale, f"rehearsal.{key}")

    def percents(values: Sequence[int | None]) -> list[float | None]:
        return [None if value is None else value / 100 for value in values]

    come = [
        Series(name("by_machines"), [float(one.self_served) for one in halves], area=True),
        Series(name("for_people"), [float(one.contacts) for one in halves], area=True),
    ]
    lines = [
        Series(name("queue_mean"), [one.queue_mean / 100 for one in halves], area=True),
        Series(name("queue_most"), [float(one.queue_most) for one in halves]),
    ]
    levels = [
        Series(name("service_level"), percents([one.service_level for one in halves])),
        Series(name("abandonment"), percents([one.abandonment for one in halves])),
        Series(name("occupancy"), percents([one.occupancy for one in halves])),
    ]
    present = [Series(name("present"), [one.present_mean / 100 for one in halves], area=True)]
    return [
        (name("chart_arrivals"), "", come),
        (name("chart_lines"), "", lines),
        (name("chart_levels"), "%", levels),
        (name("chart_present"), "", present),
    ]


def _figure(number: int, title: str, unit: str, series: list[Series], result: DayResult, locale: str) -> str:
    labels = [clock(one.at, result.zone) for one in result.half_hours]
    described = t(locale, "rehearsal.chart_described", names=", ".join(one.name for one in series))
    rows = [
        [label, *("–" if one.values[place] is None else f"{one.values[place]:,.1f}" for one in series)]
        for place, label in enumerate(labels)
    ]
    columns = [t(locale, "rehearsal.time"), *(one.name for one in series)]
    data = _grid(Section(title, columns, rows))
    return (
        f"<section><h2>{escape(title)}</h2>{legend(series)}"
        f"{chart(f'c{number}', title, described, labels, series, unit)}"
        f"<details><summary>{escape(t(locale, 'rehearsal.as_table'))}</summary>{data}</details></section>"
    )


def _table(section: Section) -> str:
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    return f"<section><h2>{escape(section.title)}</h2>{_grid(section)}{note}</section>"


def _grid(section: Section) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        made = []
        for number, text in enumerate(row):
            kind = "" if number < section.words else ' class="n"'
            scope = ' scope="col"' if tag == "th" else ""
            made.append(f"<{tag}{kind}{scope}>{escape(text)}</{tag}>")
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(cells(row, "td") for row in section.rows)
    return f'<div class="wide"><table><thead>{cells(section.columns, "th")}</thead><tbody>{body}</tbody></table></div>'
