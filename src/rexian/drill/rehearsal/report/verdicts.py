"""A comparison as a table."""

from __future__ import annotations

from rexian.drill.rehearsal.compare import Comparison
from rexian.drill.rehearsal.report.sections import Section
from rexian.kit.i18n import t


def verdicts(found: Comparison, locale: str) -> Section:
    """One row per figure: both means, the difference with its interval, and what may be concluded."""
    rows = [
        [
            t(locale, f"rehearsal.figure_{one.name}"),
            f"{one.a:,.2f}",
            f"{one.b:,.2f}",
            f"{one.difference:+,.2f}",
            f"{one.low:+,.2f} … {one.high:+,.2f}",
            t(locale, f"rehearsal.verdict_{one.verdict}"),
        ]
        for one in found.figures
    ]
    names = [t(locale, f"rehearsal.{key}") for key in ("difference", "interval", "verdict")]
    title = t(locale, "rehearsal.compare_title", a=found.a, b=found.b, replications=found.replications)
    columns = [t(locale, "rehearsal.figure"), f"A {found.a}", f"B {found.b}", *names]
    return Section(title, columns, rows, t(locale, "rehearsal.compare_note"))
