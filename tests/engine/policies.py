"""Publishing a policy on the stage of `play.py`, in one line."""

from __future__ import annotations

from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.events import AnyEvent
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Policy, QueuePolicy, Reason, Rule
from tests.engine.play import Play

TENANT = "云杉"


def policy_of(p: Play, rules: tuple[Rule, ...] = (), **queues: QueuePolicy) -> Policy:
    """The next version, for these queues."""
    known = p.floor.policy(TENANT)
    return Policy(tenant_id=TENANT, version=1 + (known.version if known else 0), queues=queues, rules=rules)


def publish(p: Play, *rules: Rule, **queues: QueuePolicy) -> list[AnyEvent]:
    return p.do(cmd.PublishPolicy(policy=policy_of(p, rules, **queues)))


def switch(p: Play, rule: str, on: bool) -> list[AnyEvent]:
    return p.do(cmd.SwitchRule(tenant_id=TENANT, rule_id=rule, on=on))


def detail(p: Play, command: cmd.AnyCommand) -> tuple[str, dict[str, Any]]:
    """Code and detail of the refusal."""
    try:
        events = p.do(command)
    except Refusal as refusal:
        return refusal.code, refusal.detail
    raise AssertionError(f"not refused: {events}")


def offers(events: list[AnyEvent]) -> list[tuple[str, str]]:
    """(interaction, agent) of every offer among them."""
    return [(e.interaction_id, e.agent_id) for e in events if isinstance(e, ev.InteractionOffered)]


def reason_of(p: Play, id: str) -> Reason:
    """Why it was last offered."""
    found = [e for e in p.log if isinstance(e, ev.InteractionOffered) and e.interaction_id == id]
    return found[-1].reason


def moving(p: Play, queue: str = "q", every_ms: int = 60_000) -> None:
    """Give the queue a past: one answer a minute with somebody left waiting, so that a wait can be expected."""
    p.agent("往事")
    for n in range(8):
        p.start(f"往{n}", queue)
    for n in range(6):
        p.accept(f"往{n}")
        p.after(every_ms)
        p.end(f"往{n}")
        if p.i(f"往{n}").state == "after_contact_work":
            p.wrap(f"往{n}")
