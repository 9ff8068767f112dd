"""A webhook's secret: made of the installation's secret and the webhook's id, shown once, stored nowhere."""

from __future__ import annotations

import base64
from typing import Protocol

from rexian.directory.sign_in.vault import Vault
from rexian.work.webhooks.schedule import HOUR
from rexian.work.webhooks.signing import PREFIX

OVERLAP_MS = 24 * HOUR
"""How long deliveries are signed with the previous secret too, after a change."""


class Keyed(Protocol):
    """What a secret is made of."""

    @property
    def webhook_id(self) -> str: ...
    @property
    def secret_version(self) -> int: ...
    @property
    def secret_changed_at(self) -> int: ...


class Secrets:
    """Makes the secrets of this installation."""

    def __init__(self, secret: str) -> None:
        self._vault = Vault(secret)

    def of(self, webhook_id: str, version: int) -> str:
        mac = self._vault.mac("webhook", f"{webhook_id}:{version}")
        return PREFIX + base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def current(self, key: Keyed, now: int) -> list[str]:
        """The secrets to sign with: the present one, and for a day after a change the one before it."""
        found = [self.of(key.webhook_id, key.secret_version)]
        if key.secret_version > 1 and now - key.secret_changed_at < OVERLAP_MS:
            found.append(self.of(key.webhook_id, key.secret_version - 1))
        return found
