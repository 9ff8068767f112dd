"""Webhooks on the served city: what a receiver gets, what happens when it fails, and whom nobody can reach."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from rexian.directory.people.tables import role_grant
from rexian.kit.clock import FakeClock
from rexian.kit.ids import new_id
from rexian.runtime import journal
from rexian.work.webhooks.courier import Courier, due_by_id
from rexian.work.webhooks.model import EVENT_NAMES
from rexian.work.webhooks.reader import WebhookReader
from rexian.work.webhooks.schedule import HOUR
from rexian.work.webhooks.secrets import Secrets
from rexian.work.webhooks.sending import Sender
from rexian.work.webhooks.signing import verify
from rexian.work.webhooks.tables import delivery, webhook
from tests.served import SECRET, Served
from tests.work.helpers import caught_up, refusals, talk
from tests.work.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def admin(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """孙悦, administrator of 云杉智能; her webhooks go with the test."""
    async with await served.staff(served.city.sun) as client:
        yield client
        for hook in (await client.get("/api/webhooks")).json()["items"]:
            await client.delete(f"/api/webhooks/{hook['id']}")


async def make(admin: httpx.AsyncClient, receiver: Receiver, *events: str) -> dict[str, Any]:
    body = {"url": receiver.url, "events": events or EVENT_NAMES}
    made: dict[str, Any] = (await admin.post("/api/webhooks", json=body)).raise_for_status().json()
    return made


async def test_a_contact_is_told_from_beginning_to_end_signed_and_in_order(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    hook = await make(admin, receiver)
    now = await talk(served, served.city.li, text="这是客户的原话")
    await now.finish()
    await now.page.ask("rate", score=5, comment="很好")
    got = await receiver.until(7)
    kinds = [one.event["type"] for one in sorted(got, key=lambda one: str(one.event["sequence"]))]
    assert kinds == [
        "rexian.contact.started", "rexian.contact.queued", "rexian.contact.answered", "rexian.contact.ended",
        "rexian.contact.wrapped_up", "rexian.contact.closed", "rexian.contact.rated",
    ]  # fmt: skip
    for one in got:
        assert one.path == "/hook?from=rexian"
        assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert one.headers["content-type"].startswith("application/cloudevents+json")
        assert verify(hook["secret"], one.body, one.headers["rexian-signature"], int(time.time()))
        event = one.event
        assert (event["specversion"], event["subject"], event["tenantid"]) == ("1.0", now.contact, served.city.yunshan)
        assert event["time"].endswith("Z")
        assert "原话".encode() not in one.body, "ids, codes and instants only"
        assert "很好".encode() not in one.body
    assert len({one.event["id"] for one in got}) == 7
    await now.close()


async def test_the_secret_is_shown_once_and_stored_nowhere(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    hook = await make(admin, receiver)
    assert hook["secret"].startswith("whsec_")
    for reply in (await admin.get(f"/api/webhooks/{hook['id']}"), await admin.get("/api/webhooks")):
        assert "secret" not in reply.text.replace("secret_", "")
    async with served.house.db.system() as tx:
        row = (await tx.execute(select(webhook).where(webhook.c.id == hook["id"]))).one()
    assert hook["secret"] not in str(row)


async def test_while_a_secret_changes_both_signatures_are_there(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    hook = await make(admin, receiver)
    new = (await admin.post(f"/api/webhooks/{hook['id']}/secret")).json()["secret"]
    assert new != hook["secret"]
    done = (await admin.post(f"/api/webhooks/{hook['id']}/test")).json()
    assert (done["state"], done["last_status"], done["type"]) == ("delivered", 204, "rexian.test")
    (one,) = receiver.got
    for secret in (hook["secret"], new):
        assert verify(secret, one.body, one.headers["rexian-signature"], int(time.time()))


async def test_only_what_was_subscribed_and_only_the_own_tenants_contacts(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    await make(admin, receiver, "contact.ended")
    theirs = await talk(served, served.city.he, site="jianglan", text="停电了")
    await theirs.finish()
    ours = await talk(served, served.city.li)
    await ours.finish()
    await receiver.until(1)
    await caught_up(served)
    assert [(one.event["type"], one.event["subject"]) for one in receiver.got] == [
        ("rexian.contact.ended", ours.contact)
    ]
    await theirs.close()
    await ours.close()


async def test_the_same_events_read_a_hundred_times_are_told_once(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    """FAULTS 20."""
    hook = await make(admin, receiver, "contact.started")
    now = await talk(served, served.city.li)
    await receiver.until(1)
    await caught_up(served)
    reader = WebhookReader(served.house.clock, served.settings.url)
    async with served.house.db.system() as tx:
        batch = await journal.read(tx, served.city.floor_id, after=0, limit=100_000)
        for _ in range(100):
            await reader.handle(tx, batch)
        rows = list(await tx.execute(select(delivery).where(delivery.c.webhook_id == hook["id"])))
    assert len(rows) == 1
    assert len(receiver.got) == 1
    await now.close()


# -- failures, with a clock of the test's own --------------------------------------------------------------------------
class Post:
    """A courier that the test drives, over one noted delivery."""

    def __init__(self, served: Served, hook: dict[str, Any], **sender: Any) -> None:
        self.db, self.hook = served.house.db, hook
        self.clock = FakeClock(served.house.clock.now_ms())
        self.sender = Sender(**({"loopback": True} | sender))
        self.courier = Courier(self.db, self.clock, self.sender, Secrets(SECRET))
        self.id = ""

    async def note(self) -> None:
        """One delivery, kept from the server's own courier."""
        self.id = new_id()
        now = self.clock.now_ms()
        async with self.db.system() as tx:
            await tx.execute(
                delivery.insert().values(
                    id=self.id, tenant_id=self.hook["tenant_id"], webhook_id=self.hook["id"], event_id=self.id,
                    type="rexian.contact.ended", body="{}", state="pending", attempts=0, made_at=now, tried_from=now,
                    next_at=now + 10 * HOUR,
                )
            )  # fmt: skip

    async def try_(self) -> Any:
        async with self.db.system() as tx:
            due = await due_by_id(tx, self.id)
        await self.courier.deliver(due)
        async with self.db.system() as tx:
            return (await tx.execute(select(delivery).where(delivery.c.id == self.id))).one()

    async def hook_now(self) -> Any:
        async with self.db.system() as tx:
            return (await tx.execute(select(webhook).where(webhook.c.id == self.hook["id"]))).one()


async def test_failures_are_tried_again_later_and_later_and_given_up_after_a_day(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda number: "500 Oops"
    post = Post(served, await make(admin, receiver))
    await post.note()
    pauses, row = [], await post.try_()
    while row.state == "pending":
        assert (row.last_status, row.last_error) == (500, "status")
        pauses.append(row.next_at - post.clock.now_ms())
        post.clock.advance(pauses[-1])
        row = await post.try_()
    assert row.state == "failed"
    assert row.attempts == len(pauses) + 1 == len(receiver.got)
    assert 4_000 <= pauses[0] <= 6_000
    assert sum(pauses) <= 24 * HOUR
    assert (await post.hook_now()).active, "one day of failures is not yet persistent"


async def test_a_success_forgets_the_failures_before_it(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda number: "503 Busy\r\nRetry-After: 120" if number == 1 else "200 OK"
    post = Post(served, await make(admin, receiver))
    await post.note()
    row = await post.try_()
    assert row.next_at - post.clock.now_ms() == 120_000, "as the receiver asked"
    assert (await post.hook_now()).failing_since is not None
    row = await post.try_()
    assert (row.state, row.attempts) == ("delivered", 2)
    assert (await post.hook_now()).failing_since is None


async def test_after_three_days_of_failures_it_is_switched_off_and_audited(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda number: "500 Oops"
    hook = await make(admin, receiver)
    post = Post(served, hook)
    for _ in range(4):
        await post.note()
        await post.try_()
        post.clock.advance(24 * HOUR)
    shown = (await admin.get(f"/api/webhooks/{hook['id']}")).json()
    assert (shown["active"], shown["off_reason"]) == (False, "failing")
    log = (await admin.get(f"/api/webhooks/{hook['id']}/deliveries?state=pending")).json()["items"]
    assert log == [], "nothing waits for a webhook that is off"
    trail = (await admin.get("/api/audit", params={"object_id": hook["id"]})).json()["items"]
    assert "webhook.switched_off" in {row["action"] for row in trail}
    on = (await admin.patch(f"/api/webhooks/{hook['id']}", json={"active": True})).json()
    assert (on["active"], on["off_reason"], on["failing_since"]) == (True, None, None)


async def test_a_receiver_that_is_gone_is_believed_at_once(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda number: "410 Gone"
    post = Post(served, await make(admin, receiver))
    await post.note()
    await post.try_()
    assert (await post.hook_now()).off_reason == "gone"


async def test_a_delivery_can_be_sent_again_by_hand(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    hook = await make(admin, receiver)
    done = (await admin.post(f"/api/webhooks/{hook['id']}/test")).json()
    again = await admin.post(f"/api/webhooks/{hook['id']}/deliveries/{done['id']}/resend")
    assert again.json()["state"] == "pending"
    first, second = await receiver.until(2)
    assert first.body == second.body
    assert first.headers["rexian-delivery"] == second.headers["rexian-delivery"]


async def test_a_slow_receiver_holds_up_nobody_else(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    """FAULTS 58 in small."""
    async with receiving() as slow:
        slow.hold = asyncio.Event()
        await make(admin, slow)
        await make(admin, receiver)
        talks = [await talk(served, served.city.li, name=f"客户{number}") for number in range(2)]
        for one in talks:
            await one.finish()
        await receiver.until(2 * 6)
        assert len(slow.got) <= 4, "no more than four at a time for one webhook"
        slow.hold.set()
        for one in talks:
            await one.close()


# -- where they may go: FAULTS 24 --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.1.2.3/hook", "url_private"),
        ("https://169.254.169.254/latest/meta-data/", "url_private"),
        ("https://[::ffff:192.168.0.1]/", "url_private"),
        ("http://hooks.example.com/", "url_scheme"),
        ("https://user:secret@hooks.example.com/", "url_malformed"),
        ("javascript:alert(1)//x", "url_scheme"),
    ],
)
async def test_addresses_inside_are_refused_when_they_are_entered(
    admin: httpx.AsyncClient, url: str, code: str
) -> None:
    reply = await admin.post("/api/webhooks", json={"url": url, "events": ["contact.ended"]})
    assert (reply.status_code, reply.json()["code"]) == (400, code)
    assert reply.json()["errors"][0]["field"] == "url"


async def test_a_name_that_has_moved_inside_is_not_called(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    """FAULTS 24, rebinding: harmless when it was entered, private when it is to be called."""
    made = await admin.post("/api/webhooks", json={"url": "https://hooks.example.com/", "events": ["contact.ended"]})

    async def inside(host: str, port: int) -> list[str]:
        return ["10.0.0.5"]

    post = Post(served, made.json(), resolver=inside)
    await post.note()
    row = await post.try_()
    assert (row.state, row.last_error, row.last_status) == ("pending", "url_private", None)


async def test_redirects_are_not_followed(served: Served, admin: httpx.AsyncClient, receiver: Receiver) -> None:
    """FAULTS 24."""
    receiver.answer = lambda number: f"307 Elsewhere\r\nLocation: http://127.0.0.1:{receiver.port}/inside"
    post = Post(served, await make(admin, receiver))
    await post.note()
    row = await post.try_()
    assert (row.last_error, row.last_status) == ("redirect", 307)
    assert [one.path for one in receiver.got] == ["/hook?from=rexian"]


async def test_without_the_setting_this_machine_is_out_of_bounds(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    post = Post(served, await make(admin, receiver), loopback=False)
    await post.note()
    assert (await post.try_()).last_error == "url_scheme"
    assert receiver.got == []


# -- whose they are ----------------------------------------------------------------------------------------------------
async def test_other_tenants_find_nothing(served: Served, admin: httpx.AsyncClient, receiver: Receiver) -> None:
    """FAULTS 3: with a token that may administer webhooks, but of another tenant."""
    hook = await make(admin, receiver)
    async with served.house.db.system() as tx:
        await tx.execute(
            role_grant.insert().values(person_id=served.city.qian, role="tenant_admin", tenant_id=served.city.jianglan)
        )
    async with await served.staff(served.city.qian) as stranger:
        for method, path in [
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test"), ("GET", "/deliveries"),
            ("POST", f"/deliveries/{new_id()}/resend"),
        ]:  # fmt: skip
            reply = await stranger.request(
                method, f"/api/webhooks/{hook['id']}{path}", json={} if method == "PATCH" else None
            )
            assert reply.status_code == 404, (method, path)
        assert (await stranger.get("/api/webhooks")).json()["items"] == []
    assert await refusals(served, served.city.jianglan, hook["id"])
    async with await served.staff(served.city.li) as agent:
        assert (await agent.get("/api/webhooks")).status_code == 403


async def test_a_tenant_has_at_most_twenty(served: Served, admin: httpx.AsyncClient, receiver: Receiver) -> None:
    for _ in range(20):
        await make(admin, receiver)
    more = await admin.post("/api/webhooks", json={"url": receiver.url, "events": ["contact.ended"]})
    assert (more.status_code, more.json()["code"]) == (409, "too_many_webhooks")


async def test_the_log_comes_in_pages(served: Served, admin: httpx.AsyncClient, receiver: Receiver) -> None:
    hook = await make(admin, receiver)
    for _ in range(3):
        await admin.post(f"/api/webhooks/{hook['id']}/test")
    address = f"/api/webhooks/{hook['id']}/deliveries"
    first = (await admin.get(address, params={"limit": 2})).json()
    rest = (await admin.get(address, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert len({item["id"] for item in (*first["items"], *rest["items"])}) == 3
    assert rest["next_cursor"] is None


async def test_a_process_that_dies_with_a_delivery_in_hand_loses_nothing(
    served: Served, admin: httpx.AsyncClient, receiver: Receiver
) -> None:
    post = Post(served, await make(admin, receiver))
    await post.note()
    async with served.house.db.system() as tx:
        await tx.execute(update(delivery).where(delivery.c.id == post.id).values(next_at=post.clock.now_ms()))
    claimed = await post.courier._claim(post.hook["id"], 4)
    assert [due.id for due in claimed] in ([post.id], []), "ours or the server's own courier was faster"
    if claimed:
        assert await post.courier._claim(post.hook["id"], 4) == [], "nobody else takes it meanwhile"
        post.clock.advance(60_001)
        assert [due.id for due in await post.courier._claim(post.hook["id"], 4)] == [post.id]
