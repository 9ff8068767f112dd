"""The API's description at /api/openapi.json (OpenAPI 3.1), with each operation's scope and its problem answers."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from rexian import __version__

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` is stable; `title` is in the reader's language.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "params": {"type": "object"},
                },
            },
        },
    },
}
_ANSWER: Final = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_METHODS: Final = ("get", "post", "put", "patch", "delete")


class _Silent(Router):
    """Litestar serves its own copy of the description by all means; ours says more, so that one stays out."""

    def register(self, value: Any) -> list[Any]:
        return []


def config() -> OpenAPIConfig:
    """Litestar's part of it; its own pages and the file are off, ours is `describe`."""
    return OpenAPIConfig(
        title="Rexian 热线",
        version=__version__,
        summary="A contact centre that a person always answers.",
        description=(
            "Times are integer milliseconds since 1970 UTC (`…_at`), durations milliseconds (`…_ms`), ids UUIDs. "
            "Errors are problem details. POSTs take an `Idempotency-Key`. Lists go on by `next_cursor`."
        ),
        components=Components(
            security_schemes={
                "session": SecurityScheme(
                    type="apiKey",
                    name="rexian",
                    security_scheme_in="cookie",
                    description="A browser's session; what changes something also needs `X-CSRF-Token`.",
                ),
                "token": SecurityScheme(type="http", scheme="bearer", description="An API token."),
            }
        ),
        render_plugins=[],
        openapi_router=_Silent(path="/api/description", route_handlers=[]),
        create_examples=False,
        use_handler_docstrings=True,
    )


def document(app: Litestar) -> dict[str, Any]:
    """The whole description as plain JSON values."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    schema["openapi"] = "3.1.0"
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    facts = _facts(app)
    for item in schema.get("paths", {}).values():
        for method in _METHODS:
            if (operation := item.get(method)) is not None:
                _complete(operation, *facts.get(operation.get("operationId", ""), ("public", None)))
    return schema


def _facts(app: Litestar) -> dict[str, tuple[str, str | None]]:
    """By operation id: the scope that the route asks for, and the summary that it was given."""
    found: dict[str, tuple[str, str | None]] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            operation = getattr(handler, "operation_id", None)
            if isinstance(operation, str):
                found[operation] = (str(handler.opt.get("scope") or "public"), handler.summary)
    return found


def _complete(operation: dict[str, Any], scope: str, summary: str | None) -> None:
    operation["x-scope"] = scope
    operation["security"] = [] if scope == "public" else [{"session": []}, {"token": []}]
    first = operation.get("description", "").strip().split("\n")[0]
    if summary or first:
        operation["summary"] = summary or first.rstrip(".")
    answers: dict[str, Any] = operation.setdefault("responses", {})
    for status in [status for status in answers if status.startswith(("4", "5"))]:
        if operation.get("operationId") != "ready":
            del answers[status]
    answers["default"] = _ANSWER


@get("/api/openapi.json", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def describe(described: dict[str, Any]) -> Response[bytes]:
    """Give the API's description."""
    return Response(
        msgspec.json.encode(described), media_type="application/json", headers={"cache-control": "no-cache"}
    )


routes = [describe]
