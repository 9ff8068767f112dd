"""Recordings over HTTP: lists, the sound itself (with ranges), holding, erasing, and the rule."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar import delete as http_delete
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from rexian.directory.act import acting, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, TenantFilter
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem, not_found
from rexian.work.recordings import service
from rexian.work.recordings.book import Book
from rexian.work.recordings.model import Hold, Listening, Recording, RecordingDetail, Rule
from rexian.work.recordings.service import PASS_MS, Passes
from rexian.work.recordings.sound import Sound, open_sound
from rexian.work.recordings.tables import recording

LISTEN = "recording.listen"
KEEP = "recording.keep"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

OfContact = Annotated[
    str | None,
    Parameter(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)", description="Only of this contact."),
]


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes asked for (RFC 9110, 14.2): one range only. None: all. Raises `Problem` (416)."""
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    begin = max(0, size - int(last)) if first == "" else int(first)
    end = size if first == "" or last == "" else min(size, int(last) + 1)
    if begin >= end:
        raise Problem("range_unsatisfiable", 416)
    return begin, end


def make_routes(book: Book, passes: Passes) -> list[Any]:
    """The routes over this book of recordings."""

    class RecordingController(Controller):
        """Recordings of calls."""

        path = "/api/recordings"
        tags = ("recordings",)

        @get("/", opt={"scope": LISTEN}, operation_id="listRecordings", summary="Recordings")
        async def list_recordings(
            self, who: Principal, db: Database, tenant_id: TenantFilter = None, contact_id: OfContact = None,
            cursor: Cursor = None, limit: Limit = LIMIT,
        ) -> Page[Recording]:  # fmt: skip
            """List the recordings that you may listen to."""
            reach = within(who, LISTEN, tenant_id)
            async with db.tenants(reach) as tx:
                found = service.find_recordings(reach, contact_id)
                return await page_of(tx, found, recording.c.id, service.recording_of, cursor=cursor, limit=limit)

        @get("/{recording_id:uuid}", opt={"scope": LISTEN}, operation_id="getRecording", summary="One recording")
        async def read(self, recording_id: UUID, who: Principal, db: Database, clock: Clock) -> RecordingDetail:
            """Return a recording with its picture: loudness per track, silences and overlaps."""
            owner = await locate(db, clock, who, LISTEN, recording, str(recording_id))
            async with acting(db, clock, who, owner) as act:
                return service.detail_of(await service.get_row(act, str(recording_id)))

        @post("/{recording_id:uuid}/listenings", opt={"scope": LISTEN}, operation_id="listenToRecording",
              summary="Listen")  # fmt: skip
        async def listen(self, recording_id: UUID, who: Principal, db: Database, clock: Clock) -> Listening:
            """Ask to listen: it is put into the audit trail, and the address of the sound comes back."""
            id = str(recording_id)
            owner = await locate(db, clock, who, LISTEN, recording, id)
            async with acting(db, clock, who, owner) as act:
                await service.listen(act, id)
            until = clock.now_ms() + PASS_MS
            url = f"/api/recordings/{id}/sound?v={passes.make(id, who.person_id, until)}"
            return Listening(url=url, until=until)

        @get("/{recording_id:uuid}/sound", opt={"scope": LISTEN}, operation_id="getRecordingSound",
             summary="The sound", media_type="audio/wav")  # fmt: skip
        async def sound(
            self, recording_id: UUID, request: Request[Any, Any, Any], who: Principal, db: Database, clock: Clock,
            v: Annotated[str, QueryParameter(max_length=100)] = "",
        ) -> Stream:  # fmt: skip
            """Return the sound, WAV: of a call G.711, the customer left, the agent right; of a message 16-bit PCM, one
            track. Ranges are answered.
            """
            id = str(recording_id)
            owner = await locate(db, clock, who, LISTEN, recording, id)
            if not passes.opens(v, id, who.person_id, clock.now_ms()):
                raise not_found("recording")
            async with acting(db, clock, who, owner) as act:
                row = await service.get_row(act, id)
            return _streamed(await open_sound(book, row), request.headers.get("range"))

        @put("/{recording_id:uuid}/hold", opt={"scope": KEEP}, operation_id="holdRecording", summary="Legal hold")
        async def hold(self, recording_id: UUID, data: Hold, who: Principal, db: Database, clock: Clock) -> Recording:
            """Keep a recording whatever the rule says."""
            owner = await locate(db, clock, who, KEEP, recording, str(recording_id))
            async with acting(db, clock, who, owner) as act:
                return await service.hold(act, str(recording_id), data.reason)

        @http_delete("/{recording_id:uuid}/hold", opt={"scope": KEEP}, status_code=200,
                     operation_id="releaseRecording", summary="End a legal hold")  # fmt: skip
        async def release(self, recording_id: UUID, who: Principal, db: Database, clock: Clock) -> Recording:
            """Let the rule hold again."""
            owner = await locate(db, clock, who, KEEP, recording, str(recording_id))
            async with acting(db, clock, who, owner) as act:
                return await service.release(act, str(recording_id))

        @http_delete("/{recording_id:uuid}", opt={"scope": KEEP}, operation_id="eraseRecording", summary="Erase")
        async def erase(self, recording_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
            """Erase the sound and its key for good. Refused while it is held."""
            owner = await locate(db, clock, who, KEEP, recording, str(recording_id))
            async with acting(db, clock, who, owner) as act:
                held = await service.refuse_held(act, str(recording_id))
                if not held:
                    await service.erase(act, book, str(recording_id), "by_hand")
            if held:
                raise Problem("legal_hold", 409)

    class RuleController(Controller):
        """How a tenant records and keeps."""

        path = "/api/recording-rule"
        tags = ("recordings",)

        @get("/", opt={"scope": "settings.read"}, operation_id="getRecordingRule", summary="The rule")
        async def read_rule(self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None) -> Rule:
            """Return how calls are recorded and for how long they are kept."""
            return await book.rule(await tenant_for(db, clock, who, "settings.read", tenant_id))

        @put("/", opt={"scope": KEEP}, operation_id="setRecordingRule", summary="Change the rule")
        async def set_rule(
            self, data: Rule, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
        ) -> Rule:
            """Set it; recordings made before are kept as long as the new rule says."""
            owner = await tenant_for(db, clock, who, KEEP, tenant_id)
            async with acting(db, clock, who, owner) as act:
                return await service.set_rule(act, data)

    return [RecordingController, RuleController]


def _streamed(sound: Sound, header: str | None) -> Stream:
    asked = wanted_range(header, sound.size)
    begin, end = asked or (0, sound.size)
    headers = {"accept-ranges": "bytes", "content-length": str(end - begin), "cache-control": "private, no-store"}
    if asked is not None:
        headers["content-range"] = f"bytes {begin}-{end - 1}/{sound.size}"
    return Stream(sound.pieces(begin, end), status_code=206 if asked else 200, media_type="audio/wav", headers=headers)
