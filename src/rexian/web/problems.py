"""Every error as problem details (RFC 9457), in the reader's language: the one place that knows which error is which.

`type` is `/problems/<code>`, `code` is stable, `title` comes from the catalogues (`errors.<code>`). Bad input is a 4xx,
a database that is away a 503 with Retry-After; what is left is our own fault, a 500 with the trace id to find it by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, SerializationException, ValidationException
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rexian.directory.principal import Principal
from rexian.kit import i18n, log
from rexian.kit.database import is_outage
from rexian.kit.problem import FieldError, Problem
from rexian.runtime.port import Refused, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
_GONE: Final = "client disconnected prematurely"  # Litestar's words when a page goes in the middle of its request
_log = log.get(__name__)
_encoder = msgspec.json.Encoder()

_REFUSED: Final[Mapping[str, int]] = {
    "offer_gone": 409, "id_in_use": 409, "already_ended": 409, "not_talking": 409, "agent_not_ready": 409,
    "acw_extension_limit": 409, "queue_full": 409, "wait_too_long": 409, "queue_retired": 409, "still_open": 409,
    "not_rateable": 409, "not_waiting": 409, "policy_outdated": 409, "is_consult": 409, "consult_open": 409,
    "consult_not_talking": 409, "not_its_consult": 409, "not_in_reception": 409, "talks_already": 409,
    "too_many_participants": 409,
    "not_your_offer": 403, "not_your_interaction": 403,
    "reason_required": 400, "transfer_target_invalid": 400, "bad_score": 400, "bad_definition": 400,
    "bad_attributes": 400, "bad_time": 400, "bad_value": 400,
}  # fmt: skip

_HTTP_CODES: Final[Mapping[int, str]] = {
    400: "bad_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 413: "too_large", 415: "media_type_unknown", 429: "throttled", 503: "unavailable",
}  # fmt: skip


def as_problem(error: BaseException) -> Problem:
    """Say what `error` means to the caller."""
    match error:
        case Problem():
            return error
        case Refused():
            return refused(error)
        case Unavailable():
            return Problem("unavailable", 503, retry_after_s=error.retry_after_s)
        case ValidationException():
            return Problem("validation", 400, errors=_field_errors(error.extra))
        case InternalServerException() if isinstance(error.__cause__, msgspec.ValidationError):
            # Litestar blames itself when a field of the body is called as a dependency is (`locale`).
            return Problem("validation", 400, errors=_field_errors(error.extra))
        case InternalServerException(detail=detail) if detail == _GONE:
            return Problem("client_gone", 499)
        case SerializationException():
            return Problem("malformed_body", 400)
        case HTTPException():
            return _from_http(error)
        case SQLAlchemyError():
            return _from_database(error)
        case UnicodeError() | RecursionError() | msgspec.DecodeError():
            return Problem("malformed_body", 400)
    return Problem("unavailable", 503, retry_after_s=2) if is_outage(error) else Problem("internal", 500)


def refused(error: Refused) -> Problem:
    """The floor's no as a problem."""
    status = _REFUSED.get(error.code) or (404 if error.code.startswith("unknown_") else 422)
    params = {key: value for key, value in error.detail.items() if key != "detail"}
    return Problem(error.code, status, **({"why": params["field"]} if "field" in params else {}) | params)


def _from_http(error: HTTPException) -> Problem:
    cause = error.__cause__
    if error.status_code == 400 and isinstance(cause, (SerializationException, UnicodeError, RecursionError)):
        return Problem("malformed_body", 400)
    code = _HTTP_CODES.get(error.status_code, "internal" if error.status_code >= 500 else "bad_request")
    return Problem(code, error.status_code)


def _from_database(error: SQLAlchemyError) -> Problem:
    if isinstance(error, PoolTimeout) or is_outage(error):
        return Problem("unavailable", 503, retry_after_s=2)
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if isinstance(error, IntegrityError):
        return Problem("conflict", 409) if state in {"23505", "23503"} else Problem("value_refused", 400)
    # Class 22: a number out of range, a text with NUL. psycopg refuses NUL itself, without a state.
    if isinstance(error, DataError) or state.startswith("22"):
        return Problem("value_refused", 400)
    if state in {"40001", "40P01", "55P03"}:  # lost against another transaction: trying again helps
        return Problem("unavailable", 503, retry_after_s=1)
    if isinstance(error, DBAPIError) and isinstance(error.orig, UnicodeError):
        return Problem("value_refused", 400)
    return Problem("internal", 500)


def _field_errors(extra: Any) -> list[FieldError]:
    if not isinstance(extra, list):
        return []
    found: list[FieldError] = []
    for item in extra[:50]:
        if isinstance(item, dict):
            message = str(item.get("message", ""))
            found.append({"field": str(item.get("key", "")), "code": "invalid", "message": message[:300]})
    return found


def body_of(problem: Problem, locale: str) -> dict[str, Any]:
    """The problem's members, titles in `locale`."""
    title = i18n.t(locale, f"errors.{problem.code}", **problem.params)
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": title,
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail:
        body["detail"] = problem.detail
    if problem.errors:
        body["errors"] = problem.errors
    if problem.status >= 500 and (trace := log.trace_id()):
        body["trace_id"] = trace
    return body


def encoded(problem: Problem, locale: str) -> bytes:
    """The problem's JSON."""
    return _encoder.encode(body_of(problem, locale))


def headers_of(problem: Problem) -> dict[str, str]:
    headers = {"cache-control": "no-store"}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(problem.retry_after_s)
    if problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="rexian"'
    return headers


def locale_of(request: Request[Any, Any, Any], default: str) -> str:
    """The signed-in person's language, else the best of `Accept-Language`."""
    who = request.scope.get("user")
    if isinstance(who, Principal):
        return i18n.as_locale(who.locale)
    return i18n.negotiate(request.headers.get("accept-language"), i18n.as_locale(default))


def page_locale_of(request: Request[Any, Any, Any], default: str) -> str:
    """The best of `Accept-Language`, in which a page says what it shows; else as `locale_of`."""
    return i18n.negotiate(request.headers.get("accept-language"), i18n.as_locale(locale_of(request, default)))


class ProblemHandler:
    """Litestar's exception handler for everything."""

    def __init__(self, default_locale: str) -> None:
        self._default_locale = default_locale

    def __call__(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        problem = as_problem(error)
        if problem.status >= 500 and problem.status != 503:
            _log.error("request.failed", path=request.scope["path"], method=request.method, exc_info=error)
        if problem.status == 499:  # nobody reads the answer; nothing is wrong
            _log.info("request.client_gone", path=request.scope["path"], method=request.method)
        headers = headers_of(problem)
        if isinstance(error, HTTPException) and error.headers:
            headers |= {name.lower(): value for name, value in error.headers.items() if name.lower() == "allow"}
        return Response(
            encoded(problem, page_locale_of(request, self._default_locale)),
            status_code=problem.status,
            media_type=MEDIA_TYPE,
            headers=headers,
        )
