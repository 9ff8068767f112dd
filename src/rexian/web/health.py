"""For those who keep the server running: is it alive, can it work, what are its figures."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from msgspec import Struct

from rexian.kit import metrics
from rexian.kit.trouble import Trouble


class Alive(Struct):
    """The process answers."""

    status: str = "ok"


class Part(Struct, kw_only=True):
    """One part that must work, or, `degraded`, without which all else goes on. `trouble` says what is the matter;

    where it is known, `code` and `params` say it too, for readers of other languages and for programs.
    """

    name: str
    ok: bool
    trouble: str = ""
    degraded: bool = False
    code: str = ""
    params: dict[str, str] = {}

    @classmethod
    def beside(cls, name: str, trouble: Trouble | None) -> Part:
        """A part that does not keep the server from its work."""
        if trouble is None:
            return cls(name=name, ok=True)
        return cls(
            name=name, ok=True, degraded=True, trouble=str(trouble), code=trouble.code, params=dict(trouble.params)
        )  # fmt: skip


class Ready(Struct, kw_only=True):
    """Whether the server can do its work, part by part. `degraded`: it can, but for some part of it."""

    ready: bool
    parts: list[Part]
    degraded: bool = False


@get("/healthz", opt={"public": True}, tags=["operation"], operation_id="health")
async def healthz() -> Alive:
    """Say that the process is alive."""
    return Alive()


@get("/readyz", opt={"public": True}, tags=["operation"], operation_id="ready")
async def readyz(examine: Any) -> Response[Ready]:
    """Say whether database, floors and readers work; 503 if one of them doesn't.

    Voice that is down makes it `degraded` and not 503: chat and all else go on, so a balancer must not let go of it.
    """
    parts = await examine()
    ready = all(part.ok for part in parts)
    degraded = any(part.degraded for part in parts)
    return Response(Ready(ready=ready, parts=parts, degraded=degraded), status_code=200 if ready else 503)


@get("/metrics", opt={"public": True}, include_in_schema=False)
async def prometheus() -> Response[bytes]:
    """Give the figures of the process in Prometheus' format."""
    body, media_type = metrics.exposition()
    return Response(body, media_type=media_type)


routes = [healthz, readyz, prometheus]
