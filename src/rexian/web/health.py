"""For those who keep the server running: is it alive, can it work, what are its figures."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from msgspec import Struct

from rexian.kit import metrics


class Alive(Struct):
    """The process answers."""

    status: str = "ok"


class Part(Struct, kw_only=True):
    """One part that must work. `trouble` says what is the matter."""

    name: str
    ok: bool
    trouble: str = ""


class Ready(Struct, kw_only=True):
    """Whether the server can do its work, part by part."""

    ready: bool
    parts: list[Part]


@get("/healthz", opt={"public": True}, tags=["operation"], operation_id="health")
async def healthz() -> Alive:
    """Say that the process is alive."""
    return Alive()


@get("/readyz", opt={"public": True}, tags=["operation"], operation_id="ready")
async def readyz(examine: Any) -> Response[Ready]:
    """Say whether database, floors and readers work; 503 if one of them doesn't."""
    parts = await examine()
    ready = all(part.ok for part in parts)
    return Response(Ready(ready=ready, parts=parts), status_code=200 if ready else 503)


@get("/metrics", opt={"public": True}, include_in_schema=False)
async def prometheus() -> Response[bytes]:
    """Give the figures of the process in Prometheus' format."""
    body, media_type = metrics.exposition()
    return Response(body, media_type=media_type)


routes = [healthz, readyz, prometheus]
