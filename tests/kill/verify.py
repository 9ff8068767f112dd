"""What must be true of the journal after everything was killed, read with plain SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.kill.customer import Customer


def journal(url: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        connection.execute("SET ROLE rexian_system")
        return connection.execute("SELECT * FROM journal ORDER BY floor_id, seq").fetchall()


def texts(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE rexian_system")
        return {str(row[0]): row[1] for row in connection.execute("SELECT id, text FROM content")}


def gapless(rows: list[dict[str, Any]]) -> Iterator[str]:
    last: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["seq"] != last[row["floor_id"]] + 1:
            yield f"gap before seq {row['seq']}"
        last[row["floor_id"]] = row["seq"]


def messages_once(rows: list[dict[str, Any]], stored: dict[str, str], customers: list[Customer]) -> Iterator[str]:
    """Every acknowledged message is there once, under the number that was acknowledged, with its words."""
    found: dict[str, list[int]] = defaultdict(list)
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row["kind"] == "MessagePosted":
            found[row["body"]["message_id"]].append(row["body"]["number"])
            numbers[str(row["interaction_id"])].append(row["body"]["number"])
    for interaction, counted in numbers.items():
        if counted != list(range(1, len(counted) + 1)):
            yield f"numbers of {interaction}: {counted}"
    for customer in customers:
        for message, number in customer.acked.items():
            if found[message] != [number]:
                yield f"{message} was acknowledged as {number} and is in the journal as {found[message]}"
            if stored.get(message) not in customer.texts:
                yield f"{message}: its words are {stored.get(message)!r}"
        for number, message in customer.seen.items():
            if found[message] != [number]:
                yield f"{message} was shown as {number} and is in the journal as {found[message]}"


def one_place_each(rows: list[dict[str, Any]]) -> Iterator[str]:
    """No interaction is offered twice at once, queued anew, or with two agents; its age never changes."""
    holder: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in rows:
        body, kind, interaction = row["body"], row["kind"], str(row["interaction_id"])
        if kind == "InteractionQueued":
            if body.get("why", "new") == "new" and interaction in since:
                yield f"{interaction} was queued anew"
            if since.setdefault(interaction, body["since"]) != body["since"]:
                yield f"{interaction} lost its place"
        elif kind == "InteractionOffered":
            if interaction in holder:
                yield f"{interaction} offered to {body['agent_id']} while with {holder[interaction]}"
            holder[interaction] = body["agent_id"]
        elif kind == "OfferAccepted":
            if holder.get(interaction) != body["agent_id"]:
                yield f"{interaction} accepted by {body['agent_id']}, offered to {holder.get(interaction)}"
        elif kind in {"OfferRejected", "OfferExpired", "OfferWithdrawn", "InteractionTransferred", "InteractionEnded"}:
            holder.pop(interaction, None)


def capacity_kept(rows: list[dict[str, Any]]) -> Iterator[str]:
    limits: dict[str, int] = {}
    load: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        body, kind, interaction = row["body"], row["kind"], str(row["interaction_id"])
        if kind == "AgentDefined":
            limits[body["agent"]["id"]] = body["agent"].get("capacity", {"chat": 3}).get("chat", 0)
        elif kind == "InteractionOffered":
            load[body["agent_id"]].add(interaction)
            if len(load[body["agent_id"]]) > limits[body["agent_id"]]:
                yield f"{body['agent_id']} holds {len(load[body['agent_id']])} of {limits[body['agent_id']]}"
        elif kind in {"OfferRejected", "OfferExpired", "OfferWithdrawn", "HandlingWrappedUp", "InteractionTransferred"}:
            load[body["agent_id"]].discard(interaction)


def ended_once(rows: list[dict[str, Any]], customers: list[Customer]) -> Iterator[str]:
    ends: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["kind"] == "InteractionEnded":
            ends[str(row["interaction_id"])] += 1
    for customer in customers:
        if ends[customer.interaction] != 1:
            yield f"{customer.interaction} ended {ends[customer.interaction]} times"
