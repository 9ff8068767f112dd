"""The door by which a visitor comes: the site, whether somebody answers there now, and who the visitor is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rexian.channels.visiting.frames import MAX_ATTRIBUTES, HoursView, SiteView, TopicView
from rexian.directory.customers.contract import by_web_id, family
from rexian.directory.hours.contract import open_now
from rexian.directory.sites.contract import Site, company_name, is_practice, site_by_key
from rexian.kit import i18n
from rexian.kit.clock import Clock
from rexian.kit.database import Database

SITE_KEPT_MS = 5_000


class Entrance(Struct, frozen=True):
    """A site, and whether somebody answers there now. `practice`: it is for a live drill's customers only."""

    site: Site
    open: bool
    hours_text: str
    practice: bool = False
    company: str = ""

    def site_view(self, locale: str, *, voice: bool) -> SiteView:
        """The site in the visitor's language. `voice`: this house takes calls."""
        site, english = self.site, locale == "en"
        return SiteView(
            company=self.company,
            name=(site.name_en if english else "") or site.name,
            greeting=(site.greeting_en if english else "") or site.greeting,
            colour=site.colour,
            topics=[TopicView(t.key, (t.label_en if english else "") or t.label) for t in site.topics],
            locale=locale,
            voice=voice and not self.practice,
        )

    def hours_view(self) -> HoursView:
        return HoursView(self.open, self.hours_text)


class Entrances:
    """Looks entrances up, and keeps them for some seconds: after a network loss thousands come back at once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[int, Entrance]] = {}

    async def find(self, key: str, locale: str) -> Entrance | None:
        """The live site with this key, None if there is none."""
        now = self._clock.now_ms()
        kept = self._kept.get((key, locale))
        if kept is not None and 0 <= now - kept[0] < SITE_KEPT_MS:
            return kept[1]
        async with self._db.system() as tx:
            site = await site_by_key(tx, key)
            if site is None:
                return None
            practice = await is_practice(tx, site.tenant_id)
            company = await company_name(tx, site.tenant_id, locale)
            entrance = Entrance(site, *await open_now(tx, site.hours_id, now, locale), practice, company)
        self._kept[key, locale] = (now, entrance)
        return entrance

    async def customers(self, tenant_id: str, visitor_id: str) -> list[str]:
        """All records of the customer whose browser this is, the one that speaks for them first; empty: unknown."""
        async with self._db.system() as tx:
            customer_id = await by_web_id(tx, tenant_id, visitor_id)
            return await family(tx, customer_id) if customer_id else []


def attributes_of(given: Mapping[str, str] | None, topic: str | None, customer_kind: str) -> dict[str, str]:
    """What routing rules may look at: the page's word, the topic chosen, and what the directory knows.

    Who a customer is, is never the page's to say.
    """
    said = {name: value for name, value in (given or {}).items() if name not in NOT_THE_PAGES}
    chosen = {"topic": topic} if topic else {}
    known = {"customer_kind": customer_kind} if customer_kind else {}
    room = MAX_ATTRIBUTES - len(chosen | known)
    return dict([item for item in said.items() if item[0] not in chosen][:room]) | chosen | known


NOT_THE_PAGES = frozenset(("customer_kind", "caller", "verstat"))
"""Attributes that only the house itself may give."""


def refusal_text(locale: str, code: str, detail: Mapping[str, Any], room: str) -> tuple[str, list[str]]:
    """What the customer reads when an ask is refused, and what they may do instead. `room`: `chat` or `voice`."""
    minutes = {name: max(1, -(-int(detail.get(f"{name}_ms", 0)) // 60_000)) for name in ("low", "high")}
    keys = (f"{room}.nack.{code}", f"chat.nack.{code}", f"{room}.nack.refused")
    text = i18n.t(locale, next(key for key in keys if i18n.has(key)), **minutes)
    alternatives = [str(one) for one in detail.get("alternatives", ())]
    if alternatives:
        offered = i18n.t(locale, "chat.or").join(i18n.t(locale, f"chat.alternative.{one}") for one in alternatives)
        text = i18n.t(locale, "chat.instead", text=text, offered=offered)
    return text, alternatives
