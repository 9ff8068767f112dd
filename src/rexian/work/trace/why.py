"""Why somebody waited, in words: what the folded floor showed, put between the lines of the story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import to_builtins

from rexian.work.trace.model import Entry, Names
from rexian.work.trace.sentences import sentence
from rexian.work.trace.waits import Moment, Wait, Waits

LEAST_WAIT_MS = 1_000
_WAITED, _SUMMARY, _EVENT, _MOMENT = range(4)  # the order of what stands at the same event
_SPENT = ("nobody", "busy", "blocked", "target", "open")
_AHEAD = ("emergency", "rule", "priority", "credit", "consult", "slope", "target", "earlier")


def explain(entries: Sequence[Entry], waits: Waits, names: Names) -> list[Entry]:
    """The story with the place and those on duty at each stretch of waiting, and at its end why it took so long."""
    heard = [wait for wait in waits.waits if not (wait.consult and names.reader == "customer")]
    told = [wait for wait in heard if wait.waited_ms >= LEAST_WAIT_MS or wait.ahead]
    said = {wait.until_seq for wait in told}  # there the length of the wait need not be said twice
    placed = [(entry.seq, _EVENT, entry) for entry in entries if entry.kind != "Waited"]
    end = max([seq for seq, *_ in placed], default=0) + 1
    placed += [(one.seq, _WAITED, one) for one in entries if one.kind == "Waited" and one.seq not in said]
    placed += [(wait.until_seq or end, _SUMMARY, _summary(wait, names)) for wait in told]
    for wait in heard:
        placed += [(moment.seq, _MOMENT, _standing(moment, names)) for moment in (wait.begun, *wait.widened)]
    if names.reader != "customer":
        placed += [(seq, _EVENT, _beside(seq, waits, names)) for seq in waits.beside]
    return [entry for *_, entry in sorted(placed, key=lambda one: one[:2])]


def _standing(moment: Moment, names: Names) -> Entry:
    reach = moment.reach
    if names.reader == "customer":
        text, detail = names.say("why.customer.place", place=moment.place), {}
    else:
        counts = {"on_duty": reach.on_duty, "free": reach.free}
        parts = [names.say("why.place", place=moment.place, of=moment.of), names.say("why.reach", **counts)]
        if reach.blocked and names.reader == "supervisor":
            parts.append(names.say("why.blocked", causes=_listed(names, "why.barred", sorted(reach.blocked.items()))))
        text, detail = _joined(names, parts), _detail(moment, names)
    return Entry(
        seq=moment.seq, at=moment.at, time=names.clock(moment.at), kind="Place", text=text, detail=detail
    )  # fmt: skip


def _summary(wait: Wait, names: Names) -> Entry:
    tell: Callable[[Wait, Names], list[str]] = _to_customer if names.reader == "customer" else _to_staff
    key = "why.customer.waited" if names.reader == "customer" else "why.waited"
    key += "" if wait.until_seq else "_still"
    parts = tell(wait, names)
    text = names.say(key, waited=names.duration(wait.waited_ms), why=_joined(names, parts))
    return Entry(
        seq=wait.until_seq or wait.begun.seq, at=wait.until_at, time=names.clock(wait.until_at), kind="Why", text=text,
        tone="warn", detail=_detail(wait, names),
    )  # fmt: skip


def _to_staff(wait: Wait, names: Names) -> list[str]:
    parts = [
        names.say(f"why.spent.{cause}", time=names.duration(wait.spent[cause])) for cause in _SPENT
        if wait.spent.get(cause, 0) >= LEAST_WAIT_MS
    ]  # fmt: skip
    whole = names.reader == "supervisor"
    if wait.ahead:
        key = "why.ahead" if whole else "why.ahead_plain"
        parts.append(names.say(key, count=wait.ahead, causes=_causes(wait, names)))
    if wait.passed and whole:
        parts.append(names.say("why.passed", causes=_listed(names, "why.passing", sorted(wait.passed.items()))))
    return parts or [names.say("why.unknown")]


def _causes(wait: Wait, names: Names) -> str:
    said = []
    for cause in _AHEAD:
        count = wait.overtaken.get(cause, 0)
        if not count:
            continue
        if cause == "rule":
            rules = names.say("list_separator").join(
                names.say("why.first_by_rule", rule=names.rule(rule), count=number)
                for rule, number in sorted(wait.rules.items())
            )
            said.append(names.say("why.first.rule", count=count, rules=rules))
        else:
            said.append(names.say(f"why.first.{cause}", count=count))
    return names.say("list_separator").join(said)


def _to_customer(wait: Wait, names: Names) -> list[str]:
    """What held it up longest, without the house's inner reasons, and how many were ahead."""
    spent = {cause: ms for cause, ms in wait.spent.items() if ms >= LEAST_WAIT_MS}
    longest = max(spent, key=lambda cause: spent[cause], default="busy")
    parts = [names.say(f"why.customer.{longest if longest in {'nobody', 'target'} else 'busy'}")]
    if wait.ahead:
        parts.append(names.say("why.customer.ahead", count=wait.ahead))
    return parts


def _listed(names: Names, group: str, counted: Iterable[tuple[str, int]]) -> str:
    said = [
        names.say(f"{group}.{code}" if names.has(f"{group}.{code}") else f"{group}.other", count=count, cause=code)
        for code, count in counted
    ]
    return names.say("list_separator").join(said)


def _joined(names: Names, parts: Iterable[str]) -> str:
    return names.say("offered.joiner").join(parts)


def _beside(seq: int, waits: Waits, names: Names) -> Entry:
    event = waits.beside[seq]
    text, tone = sentence(event, names)
    return Entry(
        seq=seq, at=event.at, time=names.clock(event.at), kind=type(event).__name__, text=text, tone=tone
    )  # fmt: skip


def _detail(what: Moment | Wait, names: Names) -> dict[str, Any]:
    """The figures behind the sentence, for the supervisor only."""
    return dict(to_builtins(what)) if names.reader == "supervisor" else {}
