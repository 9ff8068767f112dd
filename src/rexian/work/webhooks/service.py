"""Making, changing and looking at webhooks. Services take an `Act`; the secret comes back only when it is made."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.text import ObjectId
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found
from rexian.work.webhooks.addresses import Forbidden, parse
from rexian.work.webhooks.model import TEST_TYPE, CloudEvent, EventName, encoded, rfc3339
from rexian.work.webhooks.reader import new_delivery
from rexian.work.webhooks.secrets import Secrets
from rexian.work.webhooks.tables import delivery, webhook

MOST = 20
Url = Annotated[str, Meta(min_length=8, max_length=2_000, description="https://…, out in the world.")]
Events = Annotated[list[EventName], Meta(min_length=1, max_length=20)]
DeliveryState = Literal["pending", "delivered", "failed"]


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook. `off_reason`: by_hand, failing (three days of failures) or gone (the receiver said 410)."""

    id: str
    tenant_id: str
    url: str
    events: list[str]
    active: bool
    off_reason: str | None
    failing_since: int | None
    last_success_at: int | None
    last_failure_at: int | None
    created_at: int


class WebhookMade(Webhook, frozen=True, kw_only=True):
    """With the secret, which is shown this once."""

    secret: str


class NewSecret(Struct, frozen=True, kw_only=True):
    """Deliveries carry signatures by the previous secret too until `old_until`."""

    secret: str
    old_until: int


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make one."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    url: Url
    events: Events


class WebhookChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed. `active` true forgets past failures."""

    url: Url | None = None
    events: Events | None = None
    active: bool | None = None


class Delivery(Struct, frozen=True, kw_only=True):
    """One event for one webhook, and how its delivery went so far."""

    id: str
    event_id: str
    type: str
    state: str
    attempts: int
    made_at: int
    next_at: int | None
    last_at: int | None
    last_status: int | None
    last_error: str | None
    last_ms: int | None
    delivered_at: int | None
    body: str


def webhook_of(row: Row[Any]) -> Webhook:
    return Webhook(**{name: row._mapping[name] for name in Webhook.__struct_fields__})


def delivery_of(row: Row[Any]) -> Delivery:
    values = {name: row._mapping[name] for name in Delivery.__struct_fields__}
    return Delivery(**values | {"next_at": row.next_at if row.state == "pending" else None})


def find_webhooks(tenants: Collection[str]) -> Select[Any]:
    return select(webhook).where(webhook.c.tenant_id.in_(sorted(tenants)))


def find_deliveries(webhook_id: str, state: DeliveryState | None) -> Select[Any]:
    found = select(delivery).where(delivery.c.webhook_id == webhook_id)
    return found if state is None else found.where(delivery.c.state == state)


def check_url(url: str, *, loopback: bool) -> None:
    """Raises `Problem` (400) for an address that no webhook may call, as far as it can be seen in the URL itself."""
    try:
        parse(url, loopback=loopback)
    except Forbidden as error:
        raise Problem(error.code, 400, errors=[{"field": "url", "code": error.code}]) from error


async def create_webhook(act: Act, new: NewWebhook, secrets: Secrets, *, loopback: bool) -> WebhookMade:
    """Make a webhook. Raises `Problem`: 400 for the address, 409 `too_many_webhooks`."""
    check_url(new.url, loopback=loopback)
    others = (await act.tx.execute(find_webhooks([act.tenant_id]))).all()
    if len(others) >= MOST and all(row.id != new.id for row in others):
        raise Problem("too_many_webhooks", 409, limit=MOST)
    id = new.id or new_id()
    row = {
        "id": id,
        "tenant_id": act.tenant_id,
        "url": new.url,
        "events": sorted(set(new.events)),
        "active": True,
        "secret_version": 1,
        "created_by": act.by_id,
    }
    made = insert(webhook).values(row | {"created_at": act.now_ms, "secret_changed_at": act.now_ms})
    done = await act.tx.execute(made.on_conflict_do_nothing(index_elements=["id"]).returning(webhook.c.id))
    if done.first() is not None:
        await act.record("webhook.created", "webhook", id, url=new.url, events=row["events"])
    stored = await get_webhook(act, id)
    if (stored.url, stored.events) != (new.url, row["events"]):
        raise Problem("id_in_use", 409, errors=[{"field": "id", "code": "id_in_use"}])
    return WebhookMade(
        **{name: getattr(stored, name) for name in Webhook.__struct_fields__}, secret=secrets.of(id, 1)
    )  # fmt: skip


async def change_webhook(act: Act, id: str, change: WebhookChange, *, loopback: bool) -> Webhook:
    """Change what is given. Raises `Problem`: 404, 400 for the address."""
    await get_webhook(act, id)
    values = changed_fields(change)
    if change.url is not None:
        check_url(change.url, loopback=loopback)
    if change.events is not None:
        values["events"] = sorted(set(change.events))
    if change.active is not None:
        values |= {"off_reason": None if change.active else "by_hand"}
        values |= {"failing_since": None} if change.active else {}
    if values:
        await act.tx.execute(update(webhook).where(webhook.c.id == id).values(values))
        await act.record("webhook.changed", "webhook", id, fields=sorted(values))
    return await get_webhook(act, id)


async def new_secret(act: Act, id: str, secrets: Secrets, overlap_ms: int) -> NewSecret:
    """Replace the secret; for a day deliveries are signed with both."""
    await get_webhook(act, id)
    changed = update(webhook).where(webhook.c.id == id)
    changed = changed.values(secret_version=webhook.c.secret_version + 1, secret_changed_at=act.now_ms)
    version = (await act.tx.execute(changed.returning(webhook.c.secret_version))).scalar_one()
    await act.record("webhook.secret_changed", "webhook", id)
    return NewSecret(secret=secrets.of(id, version), old_until=act.now_ms + overlap_ms)


async def delete_webhook(act: Act, id: str) -> None:
    """Delete it with its log of deliveries; done again, it changes nothing."""
    gone = await act.tx.execute(webhook.delete().where(webhook.c.id == id).returning(webhook.c.id))
    if gone.first() is not None:
        await act.record("webhook.deleted", "webhook", id)


async def get_webhook(act: Act, id: str) -> Webhook:
    """Raises `Problem` (404)."""
    row = (await act.tx.execute(select(webhook).where(webhook.c.id == id))).one_or_none()
    if row is None:
        raise not_found("webhook")
    return webhook_of(row)


async def make_test(act: Act, hook: Webhook, base_url: str) -> str:
    """Note a test event for this webhook alone and return the delivery's id."""
    event = CloudEvent(
        id=f"test/{new_id()}", source=f"{base_url}/webhooks/{hook.id}", type=TEST_TYPE, subject=hook.id,
        time=rfc3339(act.now_ms), tenantid=hook.tenant_id, sequence=f"{0:020d}", data={"webhook_id": hook.id},
    )  # fmt: skip
    row = new_delivery(hook, event.id, event.type, encoded(event), act.now_ms)
    await act.tx.execute(delivery.insert().values(row | {"next_at": act.now_ms + 60_000}))
    return str(row["id"])


async def resend(act: Act, webhook_id: str, delivery_id: str) -> Delivery:
    """Make a delivery due now, with a day of attempts before it. Raises `Problem` (404)."""
    chosen = (delivery.c.id == delivery_id, delivery.c.webhook_id == webhook_id)
    again = update(delivery).where(*chosen).values(state="pending", next_at=act.now_ms, tried_from=act.now_ms)
    await act.tx.execute(again)
    await act.record("webhook.resent", "webhook", webhook_id, delivery=delivery_id)
    return await get_delivery(act, webhook_id, delivery_id)


async def get_delivery(act: Act, webhook_id: str, delivery_id: str) -> Delivery:
    """Raises `Problem` (404)."""
    found = select(delivery).where(delivery.c.id == delivery_id, delivery.c.webhook_id == webhook_id)
    row = (await act.tx.execute(found)).one_or_none()
    if row is None:
        raise not_found("webhook_delivery")
    return delivery_of(row)
