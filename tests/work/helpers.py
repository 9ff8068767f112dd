"""What several tests of the slices do with the served city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from rexian.directory.audit.tables import audit
from tests.served import Desk, Page, Served


@dataclass
class Talk:
    """A customer and an agent who talk."""

    page: Page
    desk: Desk
    contact: str
    interaction: str

    async def finish(self, disposition: str = "resolved", text: str = "") -> None:
        """The agent ends it and wraps up."""
        await self.desk.do("EndInteraction", interaction_id=self.interaction)
        await self.desk.do("WrapUp", interaction_id=self.interaction, disposition=disposition, text=text)

    async def close(self) -> None:
        await self.page.close()
        await self.desk.close()


async def talk(
    served: Served, agent_id: str, *, text: str = "你好，手机充不进电", site: str = "yunshan", topic: str | None = None,
    name: str = "陈晨", visitor: str | None = None,
) -> Talk:  # fmt: skip
    """A customer comes and the agent answers."""
    desk = await served.desk(agent_id, "me")
    await desk.available()
    page = Page(served.ws, site)
    page.visitor = visitor
    await page.open()
    await page.start(text, topic=topic, name=name)
    handling = await desk.accept()
    return Talk(page, desk, handling["contact_id"], handling["id"])


async def caught_up(served: Served) -> None:
    """Wait until the readers have taken in what is committed now."""
    await served.house.readers.caught_up()


async def refusals(served: Served, tenant_id: str, object_id: str) -> list[Any]:
    """What the audit trail of `tenant_id` says of refused reaches for `object_id`."""
    async with served.house.db.system() as tx:
        found = await tx.execute(
            select(audit).where(
                audit.c.tenant_id == tenant_id, audit.c.action == "access.refused", audit.c.object_id == object_id
            )
        )
        return list(found)
