"""Which agent gets an interaction that looks for one, and who came second.

Major skills before minor ones, then the partner whose turn it is, then fewest contacts, then what the strategy goes by,
then idle for longest. Agents whom a gate keeps from it are counted by cause. One who declined it is asked only when
nobody else is left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rexian.engine.classes import RequestClass
from rexian.engine.core import Core, blocks
from rexian.engine.idle import INTERRUPTIBLE, Row, strategy_key
from rexian.engine.piles import NONE, best_few
from rexian.engine.plans import BEST_FITTING, LEAST_OCCUPIED, LONGEST_IDLE, Plan
from rexian.engine.shares import ranking
from rexian.engine.specs import Passed
from rexian.engine.state import Agent, Interaction

_WHY = {LEAST_OCCUPIED: "more_occupied", BEST_FITTING: "broader_skills"}


class Choice(NamedTuple):
    """Who gets it. `candidates`: how many could have; `blocked`: how many could not though they are free, by cause."""

    agent: Agent
    candidates: int
    passed: Passed | None
    blocked: dict[str, int]


class Bucket(NamedTuple):
    """Profiles whose agents stand at the same level before the number of contacts counts."""

    minor: bool
    rank: int
    profiles: list[int]


_NOBODY: dict[str, int] = {}


def choose(core: Core, interaction: Interaction, request: RequestClass, at: int) -> Choice | None:
    """The best of those who are free."""
    matcher = core.matcher
    if not matcher.anybody_free(request):
        return None
    plan = matcher.plans.get(request.owner)
    if plan is None and not matcher.reserves and not interaction.declined:
        return _plainly(matcher.idle.row, request)
    row = matcher.idle.row if plan is None else matcher.idle.rows[plan.order]
    blocked: dict[str, int] = {}
    buckets = _buckets(core, row, request, plan, blocked)
    return _pick(core, row, interaction, request, at, buckets, blocked)


def choose_interruptible(core: Core, interaction: Interaction, request: RequestClass, at: int) -> Choice | None:
    """The best of those who are busy with what an emergency may interrupt."""
    if not core.matcher.anybody_interruptible(request):
        return None
    row = core.matcher.idle.rows[INTERRUPTIBLE]
    found = _pick(core, row, interaction, request, at, _buckets(core, row, request, None, {}), {})
    return None if found is None else found._replace(blocked=_NOBODY)


# -- nobody has declined, no gate, no particular order: nearly always ------------------------------------------------
def _plainly(row: Row, request: RequestClass) -> Choice | None:
    medium = request.medium
    heads, counts = row.heads[medium], row.counts[medium]
    candidates, best, second, both_major = 0, None, None, True
    for tier in (request.major, request.minor):
        if not tier:
            continue
        candidates += sum(map(counts.__getitem__, tier))
        if second is not None:
            continue
        index = min(tier, key=heads.__getitem__)
        if heads[index] == NONE:
            continue
        pile = row.piles[medium][index]
        if best is not None:
            second, both_major = pile.live[heads[index]], False
            continue
        best = pile.live[heads[index]]
        second = _next(row, medium, tier, index)
    if best is None:
        return None
    if second is None:
        return Choice(best, candidates, None, _NOBODY)
    if not both_major:
        return Choice(best, candidates, Passed(second.spec.id, "minor_skill"), _NOBODY)
    return Choice(best, candidates, Passed(second.spec.id, _busier(best, second) or "shorter_idle"), _NOBODY)


def _next(row: Row, medium: int, tier: list[int], index: int) -> Agent | None:
    """Who comes after the head of this pile."""
    heads, piles = row.heads[medium], row.piles[medium]
    head = heads[index]
    heads[index] = piles[index].second()
    following = min(tier, key=heads.__getitem__)
    found = piles[following].live[heads[following]] if heads[following] != NONE else None
    heads[index] = head
    return found


def _busier(best: Agent, second: Agent) -> str:
    load = len(second.offers) + len(second.handlings)
    return "busier" if load != len(best.offers) + len(best.handlings) else ""


# -- the whole story ---------------------------------------------------------------------------------------------------
def _buckets(core: Core, row: Row, request: RequestClass, plan: Plan | None, blocked: dict[str, int]) -> list[Bucket]:
    """The profiles with somebody free, in the order in which they are looked at; who is blocked is counted."""
    matcher, counts = core.matcher, row.counts[request.medium]
    ranks = ranking(plan) if plan is not None and plan.weighted else None
    buckets: dict[tuple[bool, int], list[int]] = {}
    for minor, tier in ((False, request.major), (True, request.minor)):
        for index in tier:
            if not counts[index]:
                continue
            cause = matcher.gate(request, matcher.profiles[index])
            if cause is not None:
                blocked[cause] = blocked.get(cause, 0) + counts[index]
                continue
            partner = "" if plan is None or ranks is None else matcher.partner_of(plan, matcher.profiles[index])
            buckets.setdefault((minor, ranks[partner] if ranks else 0), []).append(index)
    return [Bucket(*where, buckets[where]) for where in sorted(buckets)]


def _pick(
    core: Core,
    row: Row,
    interaction: Interaction,
    request: RequestClass,
    at: int,
    buckets: list[Bucket],
    blocked: dict[str, int],
) -> Choice | None:
    open_profiles = {index for bucket in buckets for index in bucket.profiles}
    decliners = _decliners(core, row, interaction, request, open_profiles)
    unwilling = sum(blocks(interaction, agent, at) for agent in decliners)
    if unwilling:
        blocked["declined"] = unwilling
    able = sum(row.counts[request.medium][index] for index in open_profiles)
    declined = interaction.declined

    def fresh(agent: Agent) -> bool:
        return agent.spec.id not in declined

    def allowed(agent: Agent) -> bool:
        return not blocks(interaction, agent, at)

    if able > len(decliners):
        return _best_two(row, request, buckets, fresh, able - len(decliners), blocked)
    return _best_two(row, request, buckets, allowed, able - unwilling, blocked) if able > unwilling else None


def _decliners(
    core: Core, row: Row, interaction: Interaction, request: RequestClass, open_profiles: set[int]
) -> list[Agent]:
    """Those who are in this row for it, ungated, and have let it go before."""
    found = []
    for agent_id in interaction.declined:
        agent = core.state.agents.get(agent_id)
        if (
            agent is not None
            and core.matcher.in_row(row, agent, request)
            and (core.matcher.profile_of(agent).index in open_profiles)
        ):
            found.append(agent)
    return found


def _best_two(
    row: Row,
    request: RequestClass,
    buckets: list[Bucket],
    passes: Callable[[Agent], bool],
    candidates: int,
    blocked: dict[str, int],
) -> Choice:
    heads, piles = row.heads[request.medium], row.piles[request.medium]
    found: list[tuple[Agent, Bucket]] = []
    for bucket in buckets:

        def first(profiles: list[int] = bucket.profiles) -> int:
            index = min(profiles, key=heads.__getitem__)
            return index if heads[index] != NONE else -1

        found += [(agent, bucket) for agent in best_few(piles, first, passes, 2 - len(found))]
        if len(found) == 2:
            break
    passed = _passed(row, *found[0], *found[1]) if len(found) == 2 else None
    return Choice(found[0][0], candidates, passed, blocked)


def _passed(row: Row, best: Agent, before: Bucket, second: Agent, after: Bucket) -> Passed:
    if after.minor != before.minor:
        why = "minor_skill"
    elif after.rank != before.rank:
        why = "share_reached"
    else:
        why = _busier(best, second) or _by_strategy(row.order, best, second)
    return Passed(second.spec.id, why)


def _by_strategy(order: int, best: Agent, second: Agent) -> str:
    if order in (LONGEST_IDLE, INTERRUPTIBLE) or strategy_key(order, best) == strategy_key(order, second):
        return "shorter_idle"
    return _WHY.get(order, "more_contacts")
