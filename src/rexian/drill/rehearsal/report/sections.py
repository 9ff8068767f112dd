"""The report as sections of rows in one language; terminal and HTML show the same ones."""

from __future__ import annotations

from dataclasses import dataclass

from rexian.drill.rehearsal.report.plain import NONE, bar, clock, count, day, duration, hundredths, percent
from rexian.drill.rehearsal.result import DayResult, Figures, LongWait, QueueFigures
from rexian.kit.i18n import t

SHOWN = 15


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title, what to know beside it, and which columns hold words (the others hold numbers)."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str = ""
    words: int = 1  # so many columns from the left are words


def sections(result: DayResult, locale: str, whole: bool = False) -> list[Section]:
    """All of them. `whole`: every queue, not only the worst."""
    made = [_totals(result, locale), _tenants(result, locale), _queues(result, locale, whole)]
    made += [_longest(result, locale), _half_hours(result, locale), _teams(result, locale), _ways(result, locale)]
    return made


def headline(result: DayResult, locale: str) -> str:
    """One sentence."""
    return t(
        locale,
        "rehearsal.headline",
        day=day(result.start_at, result.zone),
        contacts=count(all_contacts(result)),
        agents=count(result.most_present),
        seconds=f"{result.wall_s:.1f}",
    )


def all_contacts(result: DayResult) -> int:
    """For machines and for people, repeated calls included."""
    return result.mix.bot + result.mix.self_service + result.mix.people


def _say(locale: str, *keys: str) -> list[str]:
    return [t(locale, f"rehearsal.{key}") for key in keys]


def _share(part: int, whole: int) -> str:
    return NONE if whole <= 0 else f"{100 * part / whole:.1f} %"


def _totals(result: DayResult, locale: str) -> Section:
    mix, total, everybody = result.mix, result.total, all_contacts(result)
    rows = [
        ("contacts", count(everybody), ""),
        ("by_bot", count(mix.bot), _share(mix.bot, everybody)),
        ("by_self_service", count(mix.self_service), _share(mix.self_service, everybody)),
        ("for_people", count(mix.people), _share(mix.people, everybody)),
        ("retries", count(mix.retries), _share(mix.retries, mix.people)),
        ("answered", count(total.answered), _share(total.answered, total.contacts)),
        ("abandoned", count(total.abandoned), percent(total.abandonment)),
        ("turned_away", count(total.turned_away), _share(total.turned_away, total.contacts)),
        ("still_waiting", count(total.waiting), _share(total.waiting, total.contacts)),
        ("service_level", "", percent(total.service_level)),
        ("asa", duration(total.asa_ms), ""),
        ("wait_p95", duration(total.wait_p95_ms), ""),
        ("longest", duration(total.longest_ms), ""),
        ("most_present", count(result.most_present), ""),
        ("occupancy", "", percent(result.occupancy)),
        ("call_backs", count(result.call_backs), ""),
    ]
    named = [[t(locale, f"rehearsal.{key}"), value, part] for key, value, part in rows]
    note = t(locale, "rehearsal.rule_service_level")
    return Section(t(locale, "rehearsal.totals"), ["", *_say(locale, "count", "share")], named, note)


_FIGURES = ("contacts", "answered", "service_level", "asa", "wait_p95", "longest", "abandonment")


def _cells(figures: Figures) -> list[str]:
    return [
        count(figures.contacts),
        count(figures.answered),
        percent(figures.service_level),
        duration(figures.asa_ms),
        duration(figures.wait_p95_ms),
        duration(figures.longest_ms),
        percent(figures.abandonment),
    ]


def _tenants(result: DayResult, locale: str) -> Section:
    rows = [[one.title.of(locale), count(one.self_served), *_cells(one.figures)] for one in result.tenants]
    columns = _say(locale, "tenant", "by_machines", *_FIGURES)
    return Section(t(locale, "rehearsal.by_tenant"), columns, rows)


def _queues(result: DayResult, locale: str, whole: bool) -> Section:
    tenants = {one.tenant_id: one.title.of(locale) for one in result.tenants}

    def misery(one: QueueFigures) -> tuple[int, int]:
        level = one.figures.service_level
        return (10_001 if level is None else level, -one.figures.contacts)

    queues = sorted(result.queues, key=misery)
    shown = queues if whole else queues[:SHOWN]
    rows = [
        [one.title.of(locale), tenants[one.tenant_id], f"{one.threshold_ms / 1_000:g} s", *_cells(one.figures)]
        for one in shown
    ]
    columns = _say(locale, "queue", "tenant", "threshold", *_FIGURES)
    note = "" if len(shown) == len(queues) else t(locale, "rehearsal.worst_of", shown=len(shown), all=len(queues))
    return Section(t(locale, "rehearsal.by_queue"), columns, rows, note, words=2)


def _longest(result: DayResult, locale: str) -> Section:
    rows = [
        [
            one.title.of(locale),
            clock(one.came_at, result.zone),
            duration(one.waited_ms),
            t(locale, "rehearsal.answered" if one.answered else "rehearsal.abandoned"),
            why(one, locale),
        ]
        for one in result.longest[:10]
    ]
    columns = _say(locale, "queue", "came", "waited", "outcome", "why")
    return Section(t(locale, "rehearsal.longest_waits"), columns, rows, words=5)


def why(wait: LongWait, locale: str) -> str:
    """Why somebody waited so long, from what the engine itself said."""
    asked = ", ".join(f"{skill} {level}" for skill, level in wait.asked.items() if not skill.startswith("tenant:"))
    said = [
        t(locale, "rehearsal.why_asked", asked=asked or NONE, able=wait.could_on_duty, line=wait.in_line),
    ]
    if wait.steps:
        steps = " → ".join(t(locale, f"rehearsal.step_{step}") for step in wait.steps)
        said.append(t(locale, "rehearsal.why_widened", steps=steps, able=wait.could_widened))
    if wait.blocked:
        causes = ", ".join(f"{t(locale, f'rehearsal.blocked_{name}')} {n}" for name, n in wait.blocked.items())
        said.append(t(locale, "rehearsal.why_blocked", causes=causes))
    if wait.rule:
        said.append(t(locale, f"rehearsal.rule_{wait.rule}"))
    return t(locale, "rehearsal.then").join(said)


def _half_hours(result: DayResult, locale: str) -> Section:
    busiest = max((one.contacts for one in result.half_hours), default=0)
    rows = [
        [
            clock(one.at, result.zone),
            count(one.contacts),
            bar(one.contacts, busiest),
            count(one.self_served),
            hundredths(one.queue_mean),
            count(one.queue_most),
            percent(one.service_level),
            duration(one.asa_ms),
            percent(one.abandonment),
            hundredths(one.present_mean),
            percent(one.occupancy),
        ]
        for one in result.half_hours
    ]
    columns = _say(
        locale, "time", "for_people", "busy", "by_machines", "queue_mean", "queue_most", "service_level", "asa",
        "abandonment", "present", "occupancy",
    )  # fmt: skip
    return Section(t(locale, "rehearsal.by_half_hour"), columns, rows, t(locale, "rehearsal.half_hour_note"))


def _teams(result: DayResult, locale: str) -> Section:
    rows = [
        [one.title.of(locale), count(one.agents), hundredths(one.present_ms // 36_000), percent(one.occupancy)]
        for one in result.teams
    ]
    columns = _say(locale, "team", "agents", "hours", "occupancy")
    return Section(t(locale, "rehearsal.by_team"), columns, rows, t(locale, "rehearsal.rule_occupancy"))


def _ways(result: DayResult, locale: str) -> Section:
    """How the engine brought them together."""
    rows = [[t(locale, f"rehearsal.rule_{rule}"), count(times)] for rule, times in _ranked(result.rules)]
    rows += [
        [t(locale, "rehearsal.widened", step=step), count(times)] for step, times in result.widened.items() if step
    ]
    rows += [[t(locale, f"rehearsal.lapse_{name}"), count(times)] for name, times in _ranked(result.lapses)]
    rows += [[t(locale, "rehearsal.refused", code=code), count(times)] for code, times in _ranked(result.refusals)]
    note = t(locale, "rehearsal.checksum", checksum=result.checksum, commands=count(result.commands),
             events=count(result.events))  # fmt: skip
    return Section(t(locale, "rehearsal.ways"), _say(locale, "way", "count"), rows, note)


def _ranked(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
