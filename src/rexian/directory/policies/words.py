"""A policy in sentences, as somebody would read it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rexian.directory.policies.model import Body, PolicyWords, QueueForm, QueueWords, RuleForm, RuleWords, StepForm
from rexian.directory.policies.world import World
from rexian.kit.i18n import has, t

_AGENT_MS = 60_000  # how long a contact waits for somebody who was asked for, when nothing is said


def in_words(body: Body, world: World, locale: str) -> PolicyWords:
    """Say the whole policy in `locale`; times of rules in the tenant's zone."""
    say = _Say(world, locale)
    english = locale == "en"
    queues = []
    for queue_id, form in body.queues.items():
        card = world.queues.get(queue_id)
        name = ((card.name_en if english else "") or card.name) if card else t(locale, "policy.some_queue")
        queues.append(QueueWords(queue_id=queue_id, name=name, lines=say.queue(form)))
    rules = [RuleWords(id=rule.id, name=rule.title(locale), lines=say.rule(rule)) for rule in body.rules]
    return PolicyWords(queues=queues, rules=rules)


class _Say:
    def __init__(self, world: World, locale: str) -> None:
        self._world = world
        self._locale = locale
        self._zone = ZoneInfo(world.zone)

    def _t(self, key: str, **params: str | int) -> str:
        return t(self._locale, f"policy.words.{key}", **params)

    def queue(self, form: QueueForm) -> list[str]:
        lines = [self._t(f"strategy.{form.strategy}")]
        if form.last_agent_ms:
            lines.append(self._t("last_agent", time=self._time(form.last_agent_ms)))
        if form.named_agent_ms != _AGENT_MS:
            key = "named_agent" if form.named_agent_ms else "named_agent_free_only"
            lines.append(self._t(key, time=self._time(form.named_agent_ms)))
        lines += [self._step(step) for step in form.steps]
        for share in form.shares:
            line = self._t("share", partner=self._skill(share.partner), percent=share.percent)
            extra = [self._t("share_floor", percent=share.floor)] if share.floor else []
            extra += [self._t("share_ceiling", count=share.ceiling)] if share.ceiling else []
            lines.append(self._joined([line, *extra]))
        lines += self._lending(form)
        if form.interruptible:
            lines.append(self._t("interruptible"))
        if form.max_wait_ms:
            lines.append(self._t("max_wait", time=self._time(form.max_wait_ms)))
        if form.alternatives:
            lines.append(self._t("alternatives", offered=self._alternatives(form.alternatives)))
        return lines

    def _step(self, step: StepForm) -> str:
        parts = []
        if step.needs is not None:
            needs = [self._need(name, level) for name, level in step.needs.items()]
            parts.append(self._t("step_part.needs", needs=self._list(needs)) if needs else self._t("step_part.anyone"))
        if step.lower:
            parts.append(self._t("step_part.lower", levels=step.lower))
        if step.alternatives:
            parts.append(self._t("step_part.alternatives", offered=self._alternatives(step.alternatives)))
        what = self._joined(parts or [self._t("step_part.nothing")])
        return self._t("step", time=self._time(step.after_ms), what=what)

    def _lending(self, form: QueueForm) -> list[str]:
        lines = []
        if lend := form.lend:
            when = [self._t("lend_when.waiting", count=lend.waiting)] if lend.waiting else []
            when += [self._t("lend_when.waited", time=self._time(lend.waited_ms))] if lend.waited_ms else []
            lines.append(self._t("lend", when=self._t("or").join(when), count=lend.until_waiting))
        if form.reserve:
            lines.append(self._t("reserve", skill=self._skill(form.reserve.skill), count=form.reserve.keep))
        return lines

    def rule(self, rule: RuleForm) -> list[str]:
        when = [self._when(name, values) for name, values in rule.when.items()]
        who = self._t("rule_part.who", when=self._t("and").join(when)) if when else self._t("rule_part.all")
        what = [self._t("rule_part.emergency")] if rule.emergency else []
        what += [self._t("rule_part.boost", time=self._time(rule.boost_ms))] if rule.boost_ms else []
        lines = [self._t("rule", who=who, what=self._joined(what or [self._t("step_part.nothing")]))]
        if not rule.on:
            lines.append(self._t("rule_part.by_hand"))
        if rule.from_at or rule.until_at:
            key = (
                "rule_part.between"
                if rule.from_at and rule.until_at
                else "rule_part.from"
                if rule.from_at
                else "rule_part.until"
            )
            lines.append(self._t(key, start=self._instant(rule.from_at), end=self._instant(rule.until_at)))
        return lines

    def _when(self, name: str, values: Iterable[str]) -> str:
        shown = [self._value(name, value) for value in values]
        key = f"policy.attribute.{name}"
        label = t(self._locale, key) if name.isidentifier() and has(key) else name
        return self._t("rule_part.when", attribute=label, values=self._t("either").join(shown))

    def _value(self, name: str, value: str) -> str:
        card = self._world.queues.get(value) if name == "queue" else None
        if card is not None:
            return (card.name_en or card.name) if self._locale == "en" else card.name
        key = f"policy.medium.{value}"
        return t(self._locale, key) if name == "medium" and value.isidentifier() and has(key) else value

    def _need(self, name: str, level: int) -> str:
        return self._t("need", skill=self._skill(name), level=level) if level > 1 else self._skill(name)

    def _skill(self, name: str) -> str:
        return self._world.label(name, self._locale)

    def _alternatives(self, kinds: Iterable[str]) -> str:
        return self._list([t(self._locale, f"policy.alternative.{kind}") for kind in kinds])

    def _list(self, parts: list[str]) -> str:
        return self._t("list").join(parts)

    def _joined(self, parts: list[str]) -> str:
        return self._t("joiner").join(parts)

    def _time(self, ms: int) -> str:
        seconds = max(0, ms) // 1000
        hours, rest = divmod(seconds, 3600)
        minutes, left = divmod(rest, 60)
        units = (("hours", hours), ("minutes", minutes), ("seconds", left))
        said = [self._t(name, n=count) for name, count in units if count]
        return self._t("time_joiner").join(said) or self._t("seconds", n=0)

    def _instant(self, at: int) -> str:
        try:
            local = datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)
        except (OverflowError, ValueError):
            return "—"
        return local.strftime("%Y-%m-%d %H:%M")
