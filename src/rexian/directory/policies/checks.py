"""What is wrong with a policy, and what looks wrong: everything that the engine would refuse, and more.

Findings come in the order of the form: queue by queue, then the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rexian.directory.policies.model import (
    DAY_MS,
    MAX_ATTRIBUTES,
    MAX_VALUES,
    Body,
    LendForm,
    QueueForm,
    ReserveForm,
    RuleForm,
    ShareForm,
    StepForm,
    carried,
)
from rexian.directory.policies.world import World
from rexian.directory.versions.model import Finder, Findings
from rexian.engine.policy_checks import MOST
from rexian.engine.specs import MAX_LEVEL, MEDIA

WEEK_MS = 7 * DAY_MS
MOST_AT_ONCE = 100_000
MOST_INSTANT = 2**47
GIVEN = ("queue", "medium", "tenant")
"""Attributes that every contact has, whatever a page says."""


def check(body: Body, world: World, now_ms: int, locale: str) -> Findings:
    """Look at everything and say in `locale` what was found."""
    found = Finder("policy", locale)
    for queue_id, form in body.queues.items():
        at = f"queues.{queue_id}"
        if queue_id not in world.queues:
            found.error(at, "unknown_queue")
            continue
        _Queue(found, at, form, world, world.needs.get(queue_id, world.permission)).check()
    seen: set[str] = set()
    for index, rule in enumerate(body.rules):
        _check_rule(found, f"rules.{index}", rule, world, now_ms, twice=rule.id in seen)
        seen.add(rule.id)
    return found.findings()


@dataclass(slots=True)
class _Queue:
    """One queue's form, with what its contacts ask for."""

    found: Finder
    at: str
    form: QueueForm
    world: World
    needs: dict[str, int]

    def check(self) -> None:
        form, found = self.form, self.found
        self._steps()
        for name in ("last_agent_ms", "named_agent_ms", "max_wait_ms", "call_back_lead_ms"):
            found.within(f"{self.at}.{name}", getattr(form, name), DAY_MS)
        self._shares()
        if form.lend is not None:
            self._lend(form.lend)
        if form.reserve is not None:
            self._reserve(form.reserve)
        _check_twice(found, f"{self.at}.alternatives", form.alternatives)

    # -- widening ------------------------------------------------------------------------------------------------------
    def _steps(self) -> None:
        before, lowered, reached = 0, 0, self.world.able(self.needs)
        offered: set[str] = set()
        for index, (step, held) in enumerate(zip(self.form.steps, carried(self.form.steps), strict=True)):
            at = f"{self.at}.steps.{index}"
            if self.found.within(f"{at}.after_ms", step.after_ms, WEEK_MS, 1) and step.after_ms <= before:
                self.found.error(f"{at}.after_ms", "steps_out_of_order")
            before = max(before, step.after_ms)
            self.found.within(f"{at}.lower", step.lower, MAX_LEVEL - 1)
            _check_twice(self.found, f"{at}.alternatives", step.alternatives)
            if step.kind == "alternatives" and not step.alternatives:
                self.found.error(f"{at}.alternatives", "alternatives_missing")
            if step.needs is None or self._needs(f"{at}.needs", step.needs):
                able = self._able(held)
                if not (able - reached or held.lower > lowered or set(step.alternatives) - offered):
                    self.found.warn(at, "step_does_not_widen")
                if lost := len(reached - able):
                    self.found.warn(at, "step_loses_people", count=lost)
                reached = able
            lowered = held.lower
            offered |= set(step.alternatives)

    def _able(self, step: StepForm) -> set[str]:
        return self.world.able(self.needs if step.needs is None else {**step.needs, **self.world.permission})

    def _needs(self, at: str, needs: dict[str, int]) -> bool:
        good = True
        for name, level in needs.items():
            if not self.world.knows(name):
                self.found.error(at, "unknown_skill", skill=name)
                good = False
            elif not 1 <= level <= MAX_LEVEL:
                self.found.error(at, "bad_level", skill=self._label(name), most=MAX_LEVEL)
                good = False
            elif not self.world.people(name, level):
                self.found.warn(at, "nobody_has_skill", skill=self._label(name), level=level)
        return good

    # -- who gets what -------------------------------------------------------------------------------------------------
    def _shares(self) -> None:
        shares, at = self.form.shares, f"{self.at}.shares"
        if shares and self.form.strategy != "weighted_shares" and any(not share.ceiling for share in shares):
            self.found.warn(at, "shares_without_strategy")
        if not shares and self.form.strategy == "weighted_shares":
            self.found.warn(f"{self.at}.strategy", "strategy_without_shares")
        for index, share in enumerate(shares):
            twice = any(other.partner == share.partner for other in shares[:index])
            self._share(f"{at}.{index}", share, twice=twice)
        percent, floors = sum(share.percent for share in shares), sum(share.floor for share in shares)
        if percent > 100:
            self.found.error(at, "shares_over_100", percent=percent)
        if floors > 100:
            self.found.error(at, "floors_over_100", percent=floors)

    def _share(self, at: str, share: ShareForm, *, twice: bool) -> None:
        if twice:
            self.found.error(f"{at}.partner", "share_twice", partner=self._label(share.partner))
        if not (share.partner.startswith("partner:") and self.world.knows(share.partner)):
            self.found.error(f"{at}.partner", "unknown_partner", partner=self._label(share.partner))
        elif not self.world.people(share.partner):
            self.found.warn(f"{at}.partner", "nobody_of_partner", partner=self._label(share.partner))
        sound = self.found.within(f"{at}.percent", share.percent, 100)
        if self.found.within(f"{at}.floor", share.floor, 100) and sound and share.floor > share.percent:
            self.found.error(f"{at}.floor", "floor_above_share")
        self.found.within(f"{at}.ceiling", share.ceiling, MOST)

    def _lend(self, lend: LendForm) -> None:
        at = f"{self.at}.lend"
        self.found.within(f"{at}.waiting", lend.waiting, MOST_AT_ONCE)
        self.found.within(f"{at}.waited_ms", lend.waited_ms, DAY_MS)
        self.found.within(f"{at}.until_waiting", lend.until_waiting, MOST_AT_ONCE)
        if not lend.waiting and not lend.waited_ms:
            self.found.error(at, "lend_never")
        elif lend.waiting and lend.until_waiting >= lend.waiting:
            self.found.error(f"{at}.until_waiting", "lend_until_too_high")
        if not any(set(agent.minor) & set(self.needs) for agent in self.world.agents):
            self.found.warn(at, "lend_without_minor")

    def _reserve(self, reserve: ReserveForm) -> None:
        at = f"{self.at}.reserve"
        sound = self.found.within(f"{at}.keep", reserve.keep, MOST, 1)
        if not self.world.knows(reserve.skill):
            self.found.error(f"{at}.skill", "unknown_skill", skill=reserve.skill)
            return
        team = self.world.people(reserve.skill)
        if sound and reserve.keep > team:
            self.found.warn(f"{at}.keep", "reserve_larger_than_team", keep=reserve.keep, team=team)
        if not self.world.able({reserve.skill: 1}) & self.world.able(self.needs):
            self.found.warn(f"{at}.skill", "reserve_foreign_skill", skill=self._label(reserve.skill))

    def _label(self, name: str) -> str:
        return self.world.label(name, self.found.locale)


# -- rules -------------------------------------------------------------------------------------------------------------
def _check_rule(found: Finder, at: str, rule: RuleForm, world: World, now_ms: int, *, twice: bool) -> None:
    if twice:
        found.error(f"{at}.id", "rule_twice", id=rule.id)
    if rule.boost_ms > DAY_MS:
        found.error(f"{at}.boost_ms", "boost_too_big", most_ms=DAY_MS)
    else:
        found.within(f"{at}.boost_ms", rule.boost_ms, DAY_MS)
    times = [found.within(f"{at}.{name}", getattr(rule, name), MOST_INSTANT) for name in ("from_at", "until_at")]
    if all(times) and rule.until_at:
        if rule.until_at <= rule.from_at:
            found.error(f"{at}.until_at", "rule_window")
        elif rule.until_at <= now_ms:
            found.warn(f"{at}.until_at", "rule_over")
    if not rule.boost_ms and not rule.emergency:
        found.warn(at, "rule_does_nothing")
    if rule.emergency and not rule.when:
        found.warn(at, "emergency_for_all")
    if len(rule.when) > MAX_ATTRIBUTES:
        found.error(f"{at}.when", "too_many_values", most=MAX_ATTRIBUTES)
    for name, values in rule.when.items():
        _check_when(found, f"{at}.when", name, values, world)


def _check_when(found: Finder, at: str, name: str, values: tuple[str, ...], world: World) -> None:
    if not 1 <= len(name) <= 60 or not name.strip():
        found.error(at, "bad_attribute", attribute=name)
    if len(values) > MAX_VALUES:
        found.error(at, "too_many_values", most=MAX_VALUES)
    if not values:
        found.warn(at, "rule_never_matches", attribute=name, value="")
    for value in _impossible(name, values, world):
        found.warn(at, "rule_never_matches", attribute=name, value=value)


def _impossible(name: str, values: tuple[str, ...], world: World) -> Iterator[str]:
    """Values that no contact of this tenant can have."""
    given: dict[str, set[str]] = {"queue": set(world.queues), "medium": set(MEDIA), "tenant": {world.tenant_id}}
    possible = given.get(name)
    if possible is not None:
        yield from (value for value in values if value not in possible)


def _check_twice(found: Finder, at: str, values: tuple[str, ...]) -> None:
    if len(set(values)) < len(values):
        found.error(at, "alternative_twice")
