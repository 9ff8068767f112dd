"""What the webhooks hand to the composition root."""

from __future__ import annotations

from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Slice
from rexian.work.webhooks.api import make_routes
from rexian.work.webhooks.courier import Courier
from rexian.work.webhooks.reader import WebhookReader
from rexian.work.webhooks.secrets import Secrets
from rexian.work.webhooks.sending import Sender


def make(db: Database, clock: Clock, settings: Settings) -> Slice:
    secrets = Secrets(settings.secret)
    courier = Courier(db, clock, Sender(loopback=settings.webhook_loopback), secrets)
    reader = WebhookReader(clock, settings.url)
    return Slice("webhooks", make_routes(courier, secrets), readers=(reader,), tasks=(courier.run,))
