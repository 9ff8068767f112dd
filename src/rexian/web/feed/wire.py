"""The feed's language without any I/O: what a staff member's browser says, what it hears, and how a view changes.

A view is `{collection: {id: object}}`. A snapshot carries the whole view, a delta the operations that turn the view at
`from_seq` into the view at `seq`:

    ["set", collection, id, object]   ["merge", collection, id, partial]   ["del", collection, id]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from rexian.directory.text import ObjectId

HEARTBEAT_MS = 5_000

Uuid = ObjectId
Object = dict[str, Any]
View = dict[str, dict[str, Object]]
Change = tuple[str, str, Object | None]  # collection, id, the object as it is now (None: gone)


class Sub(Struct, tag_field="t", tag="sub"):
    """Show me `topic`; with `seq` and `epoch`: I have it up to there, send what came since."""

    topic: Annotated[str, Meta(min_length=1, max_length=80)]
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    epoch: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Unsub(Struct, tag_field="t", tag="unsub"):
    topic: Annotated[str, Meta(max_length=80)]


class Cmd(Struct, tag_field="t", tag="cmd"):
    id: Uuid
    name: Annotated[str, Meta(max_length=40)]
    args: msgspec.Raw = msgspec.Raw(b"{}")


class Typing(Struct, tag_field="t", tag="typing"):
    interaction_id: Uuid
    on: bool


class Ping(Struct, tag_field="t", tag="ping"):
    n: Annotated[int, Meta(ge=0, le=2**53)] = 0


Ask = Sub | Unsub | Cmd | Typing | Ping
_decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
_encoder = msgspec.json.Encoder()


class _Loose(Struct):
    t: str = ""
    id: str | None = None


_loose = msgspec.json.Decoder(_Loose)


class BadFrame(Exception):
    """A frame that is JSON and yet no ask. `id`: the command's, if it could be read."""

    def __init__(self, id: str | None) -> None:
        super().__init__("malformed")
        self.id = id


class NotJson(Exception):
    """Close the socket."""


def read(frame: str) -> Ask:
    """Decode one frame from a browser. Raises `BadFrame` (answer and go on) or `NotJson` (close)."""
    try:
        return _decoder.decode(frame)
    except msgspec.ValidationError:
        try:
            loose = _loose.decode(frame)
        except msgspec.ValidationError:
            raise BadFrame(None) from None
        raise BadFrame(loose.id if loose.id is not None and len(loose.id) <= 64 else None) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotJson from None


# -- what the browser hears --------------------------------------------------------------------------------------------
def hello(epoch: int, now: int) -> bytes:
    return _encoder.encode({"t": "hello", "epoch": epoch, "now": now, "heartbeat_ms": HEARTBEAT_MS})


def snap(topic: str, epoch: int, seq: int, data: View) -> bytes:
    return _encoder.encode({"t": "snap", "topic": topic, "epoch": epoch, "seq": seq, "data": data})


def delta(topic: str, from_seq: int, seq: int, ops: list[list[Any]]) -> bytes:
    return _encoder.encode({"t": "delta", "topic": topic, "seq": seq, "from_seq": from_seq, "ops": ops})


def ack(id: str, seq: int, result: Object | None = None) -> bytes:
    message: Object = {"t": "ack", "id": id, "seq": seq}
    return _encoder.encode(message | {"result": result} if result else message)


def nack(id: str | None, code: str, title: str) -> bytes:
    return _encoder.encode({"t": "nack", "id": id, "code": code, "title": title})


def pong(n: int, now: int) -> bytes:
    return _encoder.encode({"t": "pong", "n": n, "now": now})


def typing(interaction_id: str, on: bool) -> bytes:
    return _encoder.encode({"t": "typing", "interaction_id": interaction_id, "on": on})


def fault(code: str, topic: str | None = None) -> bytes:
    message: Object = {"t": "fault", "code": code}
    return _encoder.encode(message | {"topic": topic} if topic is not None else message)


def degraded(on: bool) -> bytes:
    return _encoder.encode({"t": "degraded", "on": on})


# -- views -------------------------------------------------------------------------------------------------------------
def amend(view: View, changes: Iterable[Change]) -> list[list[Any]]:
    """Bring `view` up to date and return the operations that do the same to a copy of it elsewhere."""
    ops: list[list[Any]] = []
    for collection, id, now in changes:
        objects = view[collection]
        before = objects.get(id)
        if now is None:
            if before is not None:
                del objects[id]
                ops.append(["del", collection, id])
        elif before is None or before.keys() - now.keys():  # a merge can't take a key away
            objects[id] = now
            ops.append(["set", collection, id, now])
        elif part := {key: value for key, value in now.items() if key not in before or before[key] != value}:
            objects[id] = now
            ops.append(["merge", collection, id, part])
    return ops


def play(view: View, ops: Iterable[list[Any]]) -> None:
    """What a browser does with a delta's operations (the reference for its own code, and for tests)."""
    for op, collection, id, *rest in ops:
        objects = view.setdefault(collection, {})
        if op == "set":
            objects[id] = rest[0]
        elif op == "merge":
            objects[id] = objects[id] | rest[0]
        else:
            objects.pop(id, None)
