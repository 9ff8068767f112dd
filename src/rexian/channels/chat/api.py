"""Files over HTTP: customers come with the visitor's token and signed addresses, staff with their session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from litestar import Request, Response, get, post, route
from litestar.datastructures import UploadFile
from litestar.enums import HttpMethod, RequestEncodingType
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, HeaderParameter, QueryParameter
from litestar.response import File, Stream
from msgspec import Struct

from rexian.channels.chat import files, wire
from rexian.channels.chat.channel import ChatChannel
from rexian.channels.chat.files import FileCard
from rexian.channels.visiting.visitors import Visitor
from rexian.directory.principal import Principal
from rexian.directory.sites.contract import all_sites
from rexian.directory.text import ObjectId
from rexian.engine.specs import Party
from rexian.kit.problem import Problem, not_found

UPLOADS_A_MINUTE = 20
BYTES = {
    200: ResponseSpec(
        bytes, generate_examples=False, description="The file", media_type="application/octet-stream"
    )
}  # fmt: skip
_CHUNK = 65_536
_FREE = {"access-control-allow-origin": "*"}  # no cookies are involved: the token in the header is the right


class FileInfo(Struct, kw_only=True):
    """A stored file. `image`: it may be shown in place; width and height in pixels are given then."""

    id: str
    name: str
    type: str
    size: int
    image: bool
    width: int | None = None
    height: int | None = None


@route(
    "/chat/files", http_method=[HttpMethod.OPTIONS], opt={"public": True, "any_origin": True}, include_in_schema=False
)
async def preflight() -> Response[None]:
    """Let the widget send files from other sites' pages."""
    allowed = {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "X-Rexian-Visitor, X-File-Name, Content-Type",
        "access-control-max-age": "86400",
    }
    return Response(None, status_code=204, headers=_FREE | allowed)


@post(
    "/chat/files", opt={"public": True, "any_origin": True}, status_code=201, tags=["chat"],
    operation_id="uploadChatFile", response_headers=[],
)  # fmt: skip
async def upload_by_customer(
    request: Request[Any, Any, Any],
    chat: ChatChannel,
    visitor_token: Annotated[str, HeaderParameter(name="X-Rexian-Visitor", max_length=600)],
    file_name: Annotated[str, HeaderParameter(name="X-File-Name", max_length=4_000, required=False)] = "",
) -> Response[FileInfo]:
    """Send a file as a customer: the raw bytes as the body, the name percent-encoded."""
    visitor = chat.signer.read_visitor(visitor_token)
    if visitor is None:
        raise Problem("visitor_unknown", 401)
    await _check_origin(request, chat, visitor)
    pace = chat.uploads.setdefault(visitor.id, wire.Pace(UPLOADS_A_MINUTE, 60_000))
    if not pace.take(chat.clock.now_ms()):
        raise Problem("throttled", 429, retry_after_s=30)
    name = _file_name(file_name)
    stored = await chat.store.put(request.stream())
    async with chat.db.tenant(visitor.tenant_id) as tx:
        by = Party("customer", visitor.id)
        card = await files.add(tx, stored, tenant_id=visitor.tenant_id, name=name, by=by, now=chat.clock.now_ms())
    return Response(_info(card), headers=_FREE)


async def _check_origin(request: Request[Any, Any, Any], chat: ChatChannel, visitor: Visitor) -> None:
    origin = request.headers.get("origin")
    if origin is None or chat.own_origin(origin, request.headers.get("host", "")):
        return
    async with chat.db.tenant(visitor.tenant_id) as tx:
        sites = await all_sites(tx)
    if not any(site.allows(origin) for site in sites):
        raise Problem("origin_refused", 403)


def _file_name(given: str) -> str:
    try:
        return files.clean_name(unquote_to_bytes(given).decode())
    except UnicodeDecodeError:
        raise Problem("file_name_unreadable", 400) from None


@get(
    "/chat/files/{file_id:str}", opt={"public": True}, tags=["chat"], operation_id="getChatFile", responses=BYTES
)  # fmt: skip
async def download_by_customer(
    chat: ChatChannel, file_id: ObjectId, v: Annotated[str, QueryParameter(max_length=100)] = ""
) -> File | Stream:
    """Fetch a file of a chat by the signed address in its message."""
    if not chat.signer.opens(file_id, v, chat.clock.now_ms()):
        raise not_found("file")
    card = chat.book.get(file_id)
    if card is None:
        async with chat.db.system() as tx:
            card = (await files.cards(tx, [file_id])).get(file_id)
    return await send_file(chat, card, shared=True)


@post("/api/files", opt={"scope": "desk.use"}, status_code=201, tags=["desk"], operation_id="uploadFile")
async def upload_by_agent(
    who: Principal,
    chat: ChatChannel,
    data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> FileInfo:
    """Send a file as an agent, to be posted to a contact afterwards. Multipart form with one part, `file`."""
    upload = data.get("file")
    if not isinstance(upload, UploadFile):
        raise Problem("validation", 400, errors=[{"field": "file", "code": "missing"}])
    stored = await chat.store.put(_chunks(upload))
    async with chat.db.tenant(who.tenant_id) as tx:
        by = Party("agent", who.person_id)
        card = await files.add(
            tx, stored, tenant_id=who.tenant_id, name=upload.filename or "", by=by, now=chat.clock.now_ms()
        )
    return _info(card)


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(_CHUNK):
        yield chunk


async def send_file(chat: ChatChannel, card: FileCard | None, *, shared: bool) -> File | Stream:
    """Answer with a file's bytes. Raises `Problem`: 404 if there is none, and as `files.Sounds` for a voice message.

    `shared`: other sites' pages may show it.
    """
    if card is not None and card.sha256 == "":
        sound = await chat.sounds.open(card.tenant_id, card.id)
        headers = _headers(card, shared) | {
            "content-length": str(sound.size), "content-disposition": f'attachment; filename="{card.name}"',
        }  # fmt: skip
        return Stream(sound.pieces(0, sound.size), media_type="application/octet-stream", headers=headers)
    path = chat.store.path(card.sha256) if card is not None else None
    if card is None or path is None or not path.is_file():
        raise not_found("file")
    return File(
        path,
        filename=card.name,
        media_type=card.type if card.image else "application/octet-stream",
        content_disposition_type="inline" if card.image else "attachment",
        headers=_headers(card, shared),
    )


def _headers(card: FileCard, shared: bool) -> dict[str, str]:
    voice = card.type.startswith("audio/")  # opened anew each time: staff's openings are audited
    headers = {
        "cache-control": "private, no-store" if voice else "private, max-age=86400, immutable",
        # Browsers show a lone picture in a page of their own making, with inline styles.
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if shared:
        headers |= _FREE | {"cross-origin-resource-policy": "cross-origin"}
    return headers


def _info(card: FileCard) -> FileInfo:
    return FileInfo(**card.view())


routes = [preflight, upload_by_customer, download_by_customer, upload_by_agent]
