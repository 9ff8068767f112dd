"""The API as a whole: described, guarded, idempotent, usable by programs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from rexian.app import make_litestar, openapi_schema
from rexian.kit.ids import new_id
from tests.served import Served


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return openapi_schema()


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_the_description_is_openapi_3_1_and_json(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    json.dumps(schema)
    assert len(operations(schema)) > 60


def test_every_operation_is_named_tagged_explained_and_guarded(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(schema)]
    assert len(ids) == len(set(ids)), sorted(id for id in ids if ids.count(id) > 1)
    for name, operation in operations(schema):
        assert operation["tags"], name
        assert operation.get("summary"), name
        assert "\n" not in operation["summary"], name
        assert operation["x-scope"], name
        assert operation["responses"]["default"]["content"]["application/problem+json"], name
        assert bool(operation["security"]) == (operation["x-scope"] != "public"), name


async def test_every_route_says_who_may_use_it(served: Served) -> None:
    from rexian.directory.scopes import SCOPES

    app = make_litestar(served.house)
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.http_methods == {"OPTIONS"}:  # says which methods there are, and nothing else
                continue
            assert handler.opt.get("public") is True or handler.opt.get("scope") in SCOPES, (route.path, handler)


async def test_the_description_is_served(served: Served) -> None:
    async with served.client() as client:
        answer = await client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Rexian 热线"


# -- commands over HTTP ------------------------------------------------------------------------------------------------
async def test_a_whole_contact_without_a_feed(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:

        async def do(name: str, **args: Any) -> dict[str, Any]:
            answer = await browser.post("/api/commands", json={"id": new_id(), "name": name, "args": args})
            assert answer.status_code == 200, answer.text
            body: dict[str, Any] = answer.json()
            return body

        before = await do("SetAgentState", state="available")
        page = await served.page()
        await page.start()
        room = served.house.rooms[served.city.floor_id]
        while not (offers := list(room.mirror.floor.offers())):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await do("AcceptOffer", offer_id=offers[0].id)
        said = await do("PostMessage", interaction_id=page.interaction, message_id=new_id(), text="您好")
        assert said["result"]["number"] == 2
        assert said["seq"] > before["seq"]
        await do("EndInteraction", interaction_id=page.interaction)
        await page.until(lambda: page.state == "ended")
        await do("WrapUp", interaction_id=page.interaction, disposition="resolved", text="已解决")
        await page.close()


async def test_commands_are_refused_as_problems(served: Served) -> None:
    page = await served.page()
    await page.start()
    note = {"contact_id": page.contact, "note_id": new_id(), "text": "x"}
    cases: list[tuple[str, dict[str, Any], int, str]] = [
        (served.city.li, {"name": "AcceptOffer", "args": {"offer_id": "gone"}}, 404, "unknown_offer"),
        (served.city.li, {"name": "Nothing"}, 404, "command_unknown"),
        (served.city.li, {"name": "SetAgentState", "args": {"state": "not_ready"}}, 400, "reason_required"),
        (served.city.zhao, {"name": "SetAgentState", "args": {"state": "available"}}, 403, "not_an_agent"),
        (served.city.he, {"name": "AddNote", "args": note}, 404, "not_found"),
    ]
    for person, command, status, code in cases:
        async with await served.staff(person) as browser:
            answer = await browser.post("/api/commands", json={"id": new_id(), **command})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    await page.close()


# -- idempotency keys --------------------------------------------------------------------------------------------------
async def test_the_same_key_gets_the_same_answer(served: Served) -> None:
    key = {"idempotency-key": f"k-{new_id()}"}
    async with await served.staff(served.city.sun) as browser:
        body = {"name": "门店咨询", "tenant_id": served.city.yunshan}
        first = await browser.post("/api/teams", json=body, headers=key)
        assert first.status_code == 201, first.text
        second = await browser.post("/api/teams", json=body, headers=key)
        assert (second.status_code, second.json()) == (201, first.json())
        assert second.headers["idempotency-replayed"] == "true"
        other = await browser.post("/api/teams", json=body | {"name": "别的"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        names = [team["name"] for team in (await browser.get("/api/teams")).json()["items"]]
    assert names.count("门店咨询") == 1


async def test_twenty_at_once_are_one(served: Served) -> None:
    key = {"idempotency-key": f"k-{new_id()}"}
    async with await served.staff(served.city.sun) as browser:
        sent = [browser.post("/api/teams", json={"name": "并发组"}, headers=key) for _ in range(20)]
        answers = await asyncio.gather(*sent)
        names = [team["name"] for team in (await browser.get("/api/teams")).json()["items"]]
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert names.count("并发组") == 1


async def test_keys_belong_to_the_person_and_must_be_sound(served: Served) -> None:
    key = {"idempotency-key": "shared"}
    for person in (served.city.sun, served.city.li):
        async with await served.staff(person) as browser:
            answer = await browser.post("/api/feed-ticket", headers=key)
            assert "idempotency-replayed" not in answer.headers
            for bad in ("", "a b", "x" * 201):
                refused = await browser.post("/api/feed-ticket", headers={"idempotency-key": bad})
                assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_bad")


async def test_a_refusal_is_kept_too_but_no_failure(served: Served) -> None:
    key = {"idempotency-key": f"k-{new_id()}"}
    async with await served.staff(served.city.sun) as browser:
        first = await browser.post("/api/teams", json={"name": ""}, headers=key)
        second = await browser.post("/api/teams", json={"name": ""}, headers=key)
    assert (first.status_code, second.status_code) == (400, 400)


async def test_cross_site_posts_are_refused(served: Served) -> None:
    """10."""
    async with await served.staff(served.city.li) as browser:
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            assert (await browser.post("/api/feed-ticket", headers=headers)).status_code == 403
        assert (await browser.post("/api/feed-ticket", headers={"x-csrf-token": "x"})).status_code == 403
        assert (await browser.post("/api/feed-ticket", headers={"origin": served.url})).status_code == 200
