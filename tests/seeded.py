"""A small city for tests of the server: two tenants on one floor, their people, queues and sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.queues.tables import queue
from rexian.directory.sites.tables import site
from rexian.directory.tenants.tables import tenant
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.tables import floor, floor_tenant

AT = 1_760_000_000_000


@dataclass
class City:
    """Ids of who and what is there: two tenants on one floor, a third one on a floor of its own."""

    floor_id: str = field(default_factory=new_id)
    other_floor_id: str = field(default_factory=new_id)
    yunshan: str = field(default_factory=new_id)
    jianglan: str = field(default_factory=new_id)
    phones: str = field(default_factory=new_id)
    homes: str = field(default_factory=new_id)
    outages: str = field(default_factory=new_id)
    li: str = field(default_factory=new_id)  # agent, serves both
    wang: str = field(default_factory=new_id)  # agent of Yunshan
    he: str = field(default_factory=new_id)  # agent of Jianglan
    zhao: str = field(default_factory=new_id)  # supervisor of Yunshan
    qian: str = field(default_factory=new_id)  # supervisor of Jianglan
    sun: str = field(default_factory=new_id)  # administrator of Yunshan

    async def seed(self, db: Database) -> None:
        async with db.system() as tx:
            await tx.execute(floor.insert(), [{"id": self.floor_id, "name": "城市大厅", "tz": "Asia/Shanghai"}])
            await tx.execute(tenant.insert(), self._tenants())
            pairs = [{"floor_id": self.floor_id, "tenant_id": id} for id in (self.yunshan, self.jianglan)]
            await tx.execute(floor_tenant.insert(), pairs)
            await tx.execute(person.insert(), self._people())
            serves = [
                (self.li, self.yunshan),
                (self.li, self.jianglan),
                (self.wang, self.yunshan),
                (self.he, self.jianglan),
            ]
            await tx.execute(person_serves.insert(), [{"person_id": p, "tenant_id": t} for p, t in serves])
            await tx.execute(role_grant.insert(), self._roles())
            await tx.execute(queue.insert(), self._queues())
            await tx.execute(site.insert(), self._sites())

    def _tenants(self) -> list[dict[str, Any]]:
        named = ((self.yunshan, "yunshan", "云杉智能", "Yunshan"), (self.jianglan, "jianglan", "江岚供电", "Jianglan"))
        return [
            {"tenant_id": id, "key": key, "name": zh, "name_en": en, "colour": "#0f766e", "zone": "Asia/Shanghai",
             "operator": False, "active": True, "created_at": AT} for id, key, zh, en in named
        ]  # fmt: skip

    def _people(self) -> list[dict[str, Any]]:
        named = (
            (self.li, self.yunshan, "li", "李晓雯", "zh-CN"), (self.wang, self.yunshan, "wang", "王磊", "zh-CN"),
            (self.he, self.jianglan, "he", "何静", "zh-CN"), (self.zhao, self.yunshan, "zhao", "赵敏", "en"),
            (self.qian, self.jianglan, "qian", "钱进", "zh-CN"), (self.sun, self.yunshan, "sun", "孙悦", "zh-CN"),
        )  # fmt: skip
        return [
            {"id": id, "tenant_id": employer, "name": name, "email": f"{key}@example.com",
             "email_key": f"{key}@example.com", "locale": locale, "level": 3, "capacity": {"chat": 3}, "active": True,
             "created_at": AT} for id, employer, key, name, locale in named
        ]  # fmt: skip

    def _roles(self) -> list[dict[str, Any]]:
        return [
            {"person_id": id, "role": role, "tenant_id": tenant_id} for id, role, tenant_id in (
                (self.li, "agent", self.yunshan), (self.wang, "agent", self.yunshan), (self.he, "agent", self.jianglan),
                (self.zhao, "supervisor", self.yunshan), (self.qian, "supervisor", self.jianglan),
                (self.sun, "tenant_admin", self.yunshan),
            )
        ]  # fmt: skip

    def _queues(self) -> list[dict[str, Any]]:
        named = (
            (self.phones, self.yunshan, "手机售后", "Phones"), (self.homes, self.yunshan, "智能家居", "Smart home"),
            (self.outages, self.jianglan, "停电报修", "Outages"),
        )  # fmt: skip
        return [
            {"id": id, "tenant_id": owner, "name": zh, "name_en": en, "medium": "chat", "priority": 0,
             "ring_ms": 20_000, "acw_ms": 60_000, "service_level_ms": 20_000, "service_level_goal": 80,
             "max_waiting": 0, "created_at": AT} for id, owner, zh, en in named
        ]  # fmt: skip

    def _sites(self) -> list[dict[str, Any]]:
        def topic(key: str, zh: str, en: str, queue_id: str) -> dict[str, str]:
            return {"key": key, "label": zh, "label_en": en, "queue_id": queue_id}

        phones, homes = topic("phone", "手机", "Phones", self.phones), topic("home", "智能家居", "Home", self.homes)
        common = {
            "colour": "#0f766e",
            "created_at": AT,
            "greeting": "您好，请问有什么可以帮您？",
            "greeting_en": "Hello!",
        }
        return [
            common | {"id": new_id(), "tenant_id": self.yunshan, "key": "yunshan", "name": "云杉智能客服",
                      "name_en": "Yunshan support", "origins": ["https://shop.example"],
                      "topics": [phones, homes]},
            common | {"id": new_id(), "tenant_id": self.jianglan, "key": "jianglan", "name": "江岚供电热线",
                      "name_en": "Jianglan", "origins": ["*"],
                      "topics": [topic("outage", "停电", "Outages", self.outages)]},
        ]  # fmt: skip
