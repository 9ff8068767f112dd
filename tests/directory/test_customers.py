"""Customers: found by what they are known by, merged and taken apart again."""

from __future__ import annotations

import asyncio

import pytest

from rexian.directory.customers.contract import by_web_id, customer_names, family, find_or_create
from rexian.directory.customers.phone import normal_phone, shown_phone
from tests.directory.conftest import Browser, City


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("154 0000 0001", "+8615400000001"),
        ("＋86 154-0000-0001", "+8615400000001"),
        ("0086 15400000001", "+8615400000001"),
        ("8615400000001", "+8615400000001"),
        ("１５４０００００００１", "+8615400000001"),
        ("010-12345678", "+861012345678"),
        ("(0755) 8888 8888", "+8675588888888"),
        ("0755-1234567", "+867551234567"),
        ("021 6666 6666 转 801", "+862166666666"),
        ("021-66666666 ext. 801", "+862166666666"),
        ("+86 0755 88888888", "+8675588888888"),
        ("+86 755 88888888", "+8675588888888"),
        ("400-123-4567", "+864001234567"),
        ("+1 (202) 555-0107", "+12025550107"),
        ("+852 2345 6789", "+85223456789"),
        ("tel:+8615400000001", "+8615400000001"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str, number: str) -> None:
    assert normal_phone(written) == number


@pytest.mark.parametrize("text", ["", "+", "110", "95598", "12345", "028-8888888", "1381234567", "2345 6789",
                                  "+999999999999999999", "abc", "1'; --", "+0123456789", "٣١٥٤"])  # fmt: skip
def test_what_is_no_customers_number_is_refused(text: str) -> None:
    assert normal_phone(text) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8615400000001", "154 0000 0001"),
        ("+861012345678", "010-12345678"),
        ("+8675588888888", "0755-88888888"),
        ("+864001234567", "400-123-4567"),
        ("+12025550107", "+12025550107"),
    ],
)
def test_a_number_is_shown_as_people_read_it(number: str, shown: str) -> None:
    assert shown_phone(number) == shown
    assert normal_phone(shown) == number


async def new_customer(browser: Browser, name: str, *identities: tuple[str, str]) -> str:
    known = [{"kind": kind, "value": value} for kind, value in identities]
    made = await browser.post("/api/customers", {"name": name, "identities": known})
    return str(made["id"])


async def test_a_customer_is_found_by_anything_they_are_known_by(city: City) -> None:
    agent = await city.as_("agent")
    id = await new_customer(agent, "王子涵", ("phone", "154 0000 0001"), ("email", "Wang@Mail.Example"))
    await new_customer(agent, "李雨桐", ("phone", "154 0000 0002"))
    for q in ("子涵", "15400000001", "+86 154 0000 0001", "0000 0001", "wang@mail", "WANG"):
        assert [one["id"] for one in (await agent.get("/api/customers", q=q))["items"]] == [id], q
    (found,) = (await agent.get("/api/customers", q="子涵"))["items"]
    assert [(one["kind"], one["value"], one["shown"]) for one in found["identities"]] == [
        ("phone", "+8615400000001", "154 0000 0001"),
        ("email", "wang@mail.example", "wang@mail.example"),
    ]


@pytest.mark.parametrize("q", ["%", "_", "' OR ''='", "1' OR 1=1", "\\", "%'; DROP TABLE customer; --"])
async def test_search_takes_every_character_literally(city: City, q: str) -> None:
    """FAULTS 7."""
    agent = await city.as_("agent")
    await new_customer(agent, "王子涵", ("phone", "154 0000 0001"))
    assert (await agent.get("/api/customers", q=q))["items"] == []


async def test_a_customer_whose_name_is_a_wildcard_is_found_by_it(city: City) -> None:
    """FAULTS 7, 8: and a script in a name is a name."""
    agent = await city.as_("agent")
    id = await new_customer(agent, "100%_<script>alert(1)</script>")
    await new_customer(agent, "100 分")
    for q in ("100%", "%_", "<script>"):
        assert [one["id"] for one in (await agent.get("/api/customers", q=q))["items"]] == [id]


async def test_newest_customers_come_first_page_by_page(city: City) -> None:
    agent = await city.as_("agent")
    ids = [await new_customer(agent, f"客户{n}") for n in range(5)]
    first = await agent.get("/api/customers", limit=3)
    rest = await agent.get("/api/customers", limit=3, cursor=first["next_cursor"])
    assert [one["id"] for one in [*first["items"], *rest["items"]]] == ids[::-1]
    assert rest["next_cursor"] is None


async def test_one_identity_belongs_to_one_customer_of_a_tenant(city: City) -> None:
    agent = await city.as_("agent")
    await new_customer(agent, "王子涵", ("phone", "154 0000 0001"))
    body = {"name": "冒名", "identities": [{"kind": "phone", "value": "+8615400000001"}]}
    problem = await agent.refused(409, "POST", "/api/customers", body)
    assert (problem["code"], problem["errors"][0]["field"]) == ("identity_taken", "identities.0.value")
    assert (await agent.get("/api/customers", q="冒名"))["items"] == []
    await new_customer(await city.as_("other admin"), "同一个人", ("phone", "154 0000 0001"))


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [("phone", "12345", "bad_phone"), ("email", "nobody", "bad_email"), ("web", "a\u0000b", "validation"),
     ("fax", "1", "validation")],
)  # fmt: skip
async def test_identities_that_cannot_be_are_refused(city: City, kind: str, value: str, code: str) -> None:
    """FAULTS 18 among them."""
    agent = await city.as_("agent")
    id = await new_customer(agent, "王子涵")
    problem = await agent.refused(400, "POST", f"/api/customers/{id}/identities", {"kind": kind, "value": value})
    assert problem["code"] == code


async def test_identities_come_and_go(city: City) -> None:
    agent = await city.as_("agent")
    id = await new_customer(agent, "王子涵")
    path = f"/api/customers/{id}/identities"
    for _ in range(2):  # a repeat is harmless
        changed = await agent.post(path, {"kind": "email", "value": "wang@mail.example"})
    assert len(changed["identities"]) == 1
    await agent.delete(f"{path}/{changed['identities'][0]['id']}")
    assert (await agent.get(f"/api/customers/{id}"))["identities"] == []


async def test_two_pages_of_the_same_visitor_make_one_customer(city: City) -> None:
    """Many at once, as when a browser restores its tabs."""

    async def arrive() -> str:
        async with city.db.tenant(city.tenants["yunshan"]) as tx:
            return await find_or_create(
                tx, city.tenants["yunshan"], kind="web", value="visitor-1", name="访客", locale="zh-CN",
                now_ms=city.clock.now_ms(),
            )  # fmt: skip

    assert len(set(await asyncio.gather(*(arrive() for _ in range(12))))) == 1
    agent = await city.as_("agent")
    assert len((await agent.get("/api/customers"))["items"]) == 1


async def test_merged_customers_are_one_person_with_all_identities(city: City) -> None:
    agent = await city.as_("agent")
    old = await new_customer(agent, "王先生", ("phone", "154 0000 0001"))
    new = await new_customer(agent, "王子涵", ("email", "wang@mail.example"))
    for _ in range(2):
        merged = await agent.post(f"/api/customers/{old}/merge", {"into": new})
        assert merged["id"] == new
    assert {one["value"] for one in merged["identities"]} == {"+8615400000001", "wang@mail.example"}
    assert [one["id"] for one in (await agent.get("/api/customers", q="15400000001"))["items"]] == [new]
    detail = await agent.get(f"/api/customers/{new}")
    assert [(one["customer_id"], one["name"], one["by_id"]) for one in detail["merged"]] == [
        (old, "王先生", city.people["agent"])
    ]
    async with city.db.tenant(city.tenants["yunshan"]) as tx:
        assert await family(tx, old) == [new, old]
        assert await customer_names(tx, [old, new]) == {old: "王子涵", new: "王子涵"}


async def test_merges_follow_each_other_and_never_make_a_circle(city: City) -> None:
    agent = await city.as_("agent")
    a, b, c = [await new_customer(agent, name, ("web", name)) for name in ("甲", "乙", "丙")]
    await agent.post(f"/api/customers/{a}/merge", {"into": b})
    await agent.post(f"/api/customers/{b}/merge", {"into": c})
    assert (await agent.post(f"/api/customers/{c}/merge", {"into": a}))["id"] == c
    await agent.post(f"/api/customers/{c}/merge", {"into": c})
    async with city.db.tenant(city.tenants["yunshan"]) as tx:
        assert await by_web_id(tx, city.tenants["yunshan"], "甲") == c
        assert set(await family(tx, b)) == {a, b, c}


async def test_crossing_merges_at_the_same_moment_make_one_family(city: City) -> None:
    agent = await city.as_("agent")
    a, b = [await new_customer(agent, name) for name in ("甲", "乙")]
    await asyncio.gather(
        agent.post(f"/api/customers/{a}/merge", {"into": b}), agent.post(f"/api/customers/{b}/merge", {"into": a})
    )
    async with city.db.tenant(city.tenants["yunshan"]) as tx:
        assert set(await family(tx, a)) == {a, b}


async def test_a_merge_can_be_taken_apart(city: City) -> None:
    agent = await city.as_("agent")
    old = await new_customer(agent, "王先生", ("phone", "154 0000 0001"))
    new = await new_customer(agent, "王子涵")
    await agent.post(f"/api/customers/{old}/merge", {"into": new})
    for _ in range(2):
        freed = await agent.post(f"/api/customers/{old}/unmerge")
        assert (freed["merged_into"], len(freed["identities"])) == (None, 1)
    assert (await agent.get(f"/api/customers/{new}"))["merged"] == []
    assert [row.action for row in await city.trail("yunshan") if row.object_id == old] == [
        "customer.created",
        "customer.merged",
        "customer.unmerged",
    ]


async def test_the_audit_trail_keeps_no_customers_words(city: City) -> None:
    """It can't be changed, so it must hold nothing that may have to be erased."""
    agent = await city.as_("agent")
    id = await new_customer(agent, "王子涵", ("phone", "154 0000 0001"))
    await agent.patch(f"/api/customers/{id}", {"name": "王小涵", "note": "住在三单元"})
    await agent.post(f"/api/customers/{id}/identities", {"kind": "email", "value": "wang@mail.example"})
    written = " ".join(row.detail for row in await city.trail("yunshan") if row.object_id == id)
    for secret in ("子涵", "小涵", "15400000001", "三单元", "wang@"):
        assert secret not in written
