"""How a queue's contacts are shared out among partners (strategy `weighted_shares`)."""

from __future__ import annotations

from rexian.engine.plans import Plan

HALVED_AT = 1_000  # counts are halved then, so that the past fades


def ranking(plan: Plan) -> dict[str, int]:
    """Partner → rank, the smaller first: under the floor, then furthest behind the percentage, then the policy's order.

    "" stands for the agents of no partner, who get what is left.
    """
    shared = plan.queue.shared
    total = sum(shared.values())
    rest = max(0, 100 - sum(share.percent for share in plan.shares))
    groups = [*((share.partner, share.percent, share.floor) for share in plan.shares), ("", rest, 0)]
    order: list[tuple[bool, int, int, str]] = []
    for place, (partner, percent, floor) in enumerate(groups):
        count = shared.get(partner, 0)
        under = floor > 0 and count * 100 < floor * (total + 1)
        order.append((not under, 100 * count - percent * (total + 1), place, partner))
    order.sort()
    return {partner: rank for rank, (_, _, _, partner) in enumerate(order)}


def count(shared: dict[str, int], partner: str) -> None:
    """One more offer for this partner's agents."""
    shared[partner] = shared.get(partner, 0) + 1
    if sum(shared.values()) >= HALVED_AT:
        for name in shared:
            shared[name] //= 2
