"""How the festival's companies want to be routed: three widenings, a call-back instead of waiting on, a launch rule."""

from __future__ import annotations

from rexian.drill.rehearsal.festival.city import PRODUCTS, TENANTS, Product
from rexian.engine.specs import Policy, QueuePolicy, QueueSpec, Rule, Step

HOME_LEVEL = 3
LOWER_AFTER_MS, OTHER_TEAM_AFTER_MS, PARTNER_AFTER_MS = 20_000, 60_000, 120_000
LAUNCH_BOOST_MS = 15_000
_HOUR_MS = 3_600_000


def tenant_skill(tenant: str) -> str:
    """The permission to serve a company."""
    return f"tenant:{tenant}"


def general_skill(tenant: str) -> str:
    """Every agent of the company has it."""
    return f"general:{tenant}"


def assist_skill(tenant: str) -> str:
    """Every agent of the company has it, and its partners."""
    return f"assist:{tenant}"


def queue_spec(product: Product) -> QueueSpec:
    """A page that hangs is not rehearsed, so proof may take long. Ended contacts are forgotten at once."""
    return QueueSpec(
        id=product.queue_id,
        tenant_id=product.tenant,
        needs={tenant_skill(product.tenant): 1, product.skill: HOME_LEVEL},
        proof_ms=60_000,
        service_level_ms=product.service_level_s * 1_000,
        rating_ms=0,
    )


def _queue_policy(product: Product) -> QueuePolicy:
    permission = {tenant_skill(product.tenant): 1}
    return QueuePolicy(
        steps=(
            Step(after_ms=LOWER_AFTER_MS, kind="lower_level", needs=permission | {product.skill: 1}, lower=1),
            Step(
                after_ms=OTHER_TEAM_AFTER_MS,
                kind="other_team",
                needs=permission | {general_skill(product.tenant): 1},
                lower=1,
            ),
            Step(
                after_ms=PARTNER_AFTER_MS,
                kind="partner",
                needs=permission | {assist_skill(product.tenant): 1},
                lower=2,
                alternatives=("call_back", "message"),
            ),
        )
    )


def policies(start_at: int) -> list[Policy]:
    """One for each company; the launching one prefers its new phone from 20:00 to 22:00."""
    launch = Rule(
        id="launch",
        when={"topic": ("launch",)},
        boost_ms=LAUNCH_BOOST_MS,
        from_at=start_at + 20 * _HOUR_MS,
        until_at=start_at + 22 * _HOUR_MS,
    )
    return [
        Policy(
            tenant_id=tenant,
            version=1,
            queues={product.queue_id: _queue_policy(product) for product in PRODUCTS if product.tenant == tenant},
            rules=(launch,) if tenant == "yunshan" else (),
        )
        for tenant in TENANTS
    ]
