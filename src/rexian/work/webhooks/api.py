"""Webhooks over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar import delete as http_delete
from litestar.params import QueryParameter

from rexian.directory.act import acting, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, TenantFilter
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.work.paging import newest_first
from rexian.work.webhooks import service
from rexian.work.webhooks.courier import Courier, due_by_id
from rexian.work.webhooks.secrets import OVERLAP_MS, Secrets
from rexian.work.webhooks.service import (
    Delivery,
    DeliveryState,
    NewSecret,
    NewWebhook,
    Webhook,
    WebhookChange,
    WebhookMade,
)
from rexian.work.webhooks.tables import delivery, webhook

SCOPE = "webhook.write"
# `state` itself is a word of the framework.
State = Annotated[DeliveryState | None, QueryParameter(name="state", description="Only deliveries in this state.")]


def make_routes(courier: Courier, secrets: Secrets) -> list[Any]:
    """The routes, with the courier that makes test deliveries at once."""

    class WebhookController(Controller):
        """Webhooks: contact events for other systems, signed and retried."""

        path = "/api/webhooks"
        tags = ("webhooks",)

        @get("/", opt={"scope": SCOPE}, operation_id="listWebhooks", summary="Webhooks")
        async def list_webhooks(
            self,
            who: Principal,
            db: Database,
            tenant_id: TenantFilter = None,
            cursor: Cursor = None,
            limit: Limit = LIMIT,
        ) -> Page[Webhook]:
            """List the webhooks of the tenants that you administer."""
            reach = within(who, SCOPE, tenant_id)
            async with db.tenants(reach) as tx:
                found = service.find_webhooks(reach)
                return await page_of(tx, found, webhook.c.id, service.webhook_of, cursor=cursor, limit=limit)

        @post("/", opt={"scope": SCOPE}, operation_id="createWebhook", summary="Make a webhook")
        async def create(
            self, data: NewWebhook, who: Principal, db: Database, clock: Clock, settings: Settings
        ) -> WebhookMade:
            """Make a webhook. Its secret is in the answer, and nowhere else ever after."""
            owner = await tenant_for(db, clock, who, SCOPE, data.tenant_id)
            async with acting(db, clock, who, owner) as act:
                return await service.create_webhook(act, data, secrets, loopback=settings.webhook_loopback)

        @get("/{webhook_id:uuid}", opt={"scope": SCOPE}, operation_id="getWebhook", summary="One webhook")
        async def read(self, webhook_id: UUID, who: Principal, db: Database, clock: Clock) -> Webhook:
            """Return a webhook."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                return await service.get_webhook(act, str(webhook_id))

        @patch("/{webhook_id:uuid}", opt={"scope": SCOPE}, operation_id="changeWebhook", summary="Change a webhook")
        async def change(
            self,
            webhook_id: UUID,
            data: WebhookChange,
            who: Principal,
            db: Database,
            clock: Clock,
            settings: Settings,
        ) -> Webhook:
            """Change its address or events, switch it off or on."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                return await service.change_webhook(act, str(webhook_id), data, loopback=settings.webhook_loopback)

        @http_delete(
            "/{webhook_id:uuid}", opt={"scope": SCOPE}, operation_id="deleteWebhook", summary="Delete a webhook"
        )
        async def remove(self, webhook_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
            """Delete a webhook and its log."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                await service.delete_webhook(act, str(webhook_id))

        @post("/{webhook_id:uuid}/secret", opt={"scope": SCOPE}, status_code=200,
              operation_id="changeWebhookSecret", summary="Replace the secret")  # fmt: skip
        async def new_secret(self, webhook_id: UUID, who: Principal, db: Database, clock: Clock) -> NewSecret:
            """Replace the secret; for a day deliveries carry signatures by both."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                return await service.new_secret(act, str(webhook_id), secrets, OVERLAP_MS)

        @post("/{webhook_id:uuid}/test", opt={"scope": SCOPE}, status_code=200, operation_id="testWebhook",
              summary="Send a test event")  # fmt: skip
        async def test(
            self, webhook_id: UUID, who: Principal, db: Database, clock: Clock, settings: Settings
        ) -> Delivery:
            """Send a test event now and return how that went."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                hook = await service.get_webhook(act, str(webhook_id))
                delivery_id = await service.make_test(act, hook, settings.url)
            async with db.system() as tx:
                due = await due_by_id(tx, delivery_id)
            await courier.deliver(due)
            async with acting(db, clock, who, owner) as act:
                return await service.get_delivery(act, str(webhook_id), delivery_id)

        @get("/{webhook_id:uuid}/deliveries", opt={"scope": SCOPE}, operation_id="listDeliveries",
             summary="The log of deliveries")  # fmt: skip
        async def list_deliveries(
            self,
            webhook_id: UUID,
            who: Principal,
            db: Database,
            clock: Clock,
            wanted: State = None,
            cursor: Cursor = None,
            limit: Limit = LIMIT,
        ) -> Page[Delivery]:
            """List deliveries with how each went; kept for two weeks."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            found = service.find_deliveries(str(webhook_id), wanted)
            async with db.tenant(owner) as tx:
                rows, following = await newest_first(
                    tx, found, delivery.c.made_at, delivery.c.id, cursor=cursor, limit=limit
                )
            return Page([service.delivery_of(row) for row in rows], following)

        @post("/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/resend", opt={"scope": SCOPE}, status_code=200,
              operation_id="resendDelivery", summary="Send again")  # fmt: skip
        async def resend(
            self, webhook_id: UUID, delivery_id: UUID, who: Principal, db: Database, clock: Clock
        ) -> Delivery:
            """Send a delivery again, whatever became of it."""
            owner = await locate(db, clock, who, SCOPE, webhook, str(webhook_id))
            async with acting(db, clock, who, owner) as act:
                return await service.resend(act, str(webhook_id), str(delivery_id))

    return [WebhookController]
