"""The report in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from rexian.drill.rehearsal.report.sections import Section, headline, sections
from rexian.drill.rehearsal.result import DayResult


def show(result: DayResult, locale: str, console: Console, whole: bool = False) -> None:
    """Print the whole report."""
    console.print(f"[bold]{headline(result, locale)}[/bold]", highlight=False)
    for section in sections(result, locale, whole):
        console.print()
        show_section(section, console)


def show_section(section: Section, console: Console) -> None:
    """One table; the note stands under it."""
    table = Table(title=section.title, title_justify="left", title_style="bold", header_style="dim", box=None)
    for number, column in enumerate(section.columns):
        words = number < section.words or not any(char.isdigit() for row in section.rows for char in row[number])
        last = number == len(section.columns) - 1
        table.add_column(
            column, justify="left" if words else "right", overflow="fold", ratio=1 if words and last else None
        )
    for row in section.rows:
        table.add_row(*row)
    console.print(table, highlight=False)
    if section.note:
        console.print(section.note, style="dim", highlight=False)
