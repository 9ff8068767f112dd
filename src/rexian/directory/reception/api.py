"""The reception over HTTP: versions of the flow, and prompt files."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from litestar import Controller, Request, Response, delete, get, post, put
from litestar.params import HeaderParameter, Parameter

from rexian.directory.act import acting, acting_everywhere, tenant_for
from rexian.directory.api import TenantFilter
from rexian.directory.principal import Principal
from rexian.directory.reception import files, service
from rexian.directory.reception.checks import check
from rexian.directory.reception.contract import usual_flow
from rexian.directory.reception.forms import (
    FlowCheck,
    FlowPublished,
    FlowSave,
    FlowSaved,
    Locale,
    PromptFile,
    Reception,
)
from rexian.directory.reception.service import version_of
from rexian.directory.reception.tables import FLOWS
from rexian.directory.versions import drafts
from rexian.directory.versions.api import IfMatch, Version, tagged
from rexian.directory.versions.model import Findings, Publication
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem

FileKey = Annotated[
    str,
    Parameter(
        max_length=60, pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)?$(?!\n)", description="The prompt's key."
    ),
]


class ReceptionController(Controller):
    """How a tenant receives callers: versions, the draft, prompt files."""

    path = "/api/reception"
    tags = ("reception",)

    @get("/", opt={"scope": "settings.read"}, operation_id="getReception", summary="The reception")
    async def read(
        self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> Response[Reception]:
        """Return the flow in force, the draft, the versions, and the prompt files."""
        owner = await tenant_for(db, clock, who, "settings.read", tenant_id)
        async with db.system() as tx:
            shelf = await FLOWS.shelf(tx, owner)
            usual, own = await usual_flow(tx, owner), await files.files_of(tx, owner)
        present, draft = shelf.in_state("published"), shelf.in_state("draft")
        view = Reception(
            tenant_id=owner,
            etag=shelf.etag,
            present=version_of(shelf, present) if present else None,
            draft=version_of(shelf, draft) if draft else None,
            versions=shelf.editions,
            usual=usual,
            files=own,
        )
        return tagged(view, shelf.etag)

    @put("/draft", opt={"scope": "settings.write"}, operation_id="saveReceptionDraft", summary="Save the draft")
    async def save(
        self, data: FlowSave, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None,
        if_match: IfMatch = None,
    ) -> Response[FlowSaved]:  # fmt: skip
        """Save the draft, finished or not, and say what is to be said about it."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.save(act, FLOWS, data.flow, data.note, if_match)
        return await _draft(db, who, owner)

    @delete("/draft", opt={"scope": "settings.write"}, operation_id="dropReceptionDraft",
            summary="Throw the draft away")  # fmt: skip
    async def drop(
        self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None, if_match: IfMatch = None
    ) -> None:
        """Throw the draft away; what is published stays."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.drop(act, FLOWS, if_match)

    @post("/draft/check", opt={"scope": "settings.read"}, status_code=200, operation_id="checkReception",
          summary="Say what is wrong")  # fmt: skip
    async def check(
        self, data: FlowCheck, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> Findings:
        """Say what is wrong with a flow, or looks it, without saving anything."""
        owner = await tenant_for(db, clock, who, "settings.read", tenant_id)
        async with db.system() as tx:
            known = await service.known_of(tx, owner)
        return check(data.flow, known, who.locale)

    @post("/draft/publish", opt={"scope": "settings.write"}, status_code=200, operation_id="publishReception",
          summary="Put the draft in force")  # fmt: skip
    async def publish(
        self, data: Publication, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> FlowPublished:
        """Put the draft in force: the next caller is received by it."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            found = await service.publish(act, data, who.locale)
            shelf = await FLOWS.shelf(act.tx, owner)
        return FlowPublished(present=version_of(shelf, shelf.present()), warnings=found.warnings)

    @post("/versions/{version:int}/restore", opt={"scope": "settings.write"}, status_code=200,
          operation_id="restoreReceptionVersion", summary="Make an old version the draft")  # fmt: skip
    async def restore(
        self, version: Version, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None,
        if_match: IfMatch = None,
    ) -> Response[FlowSaved]:  # fmt: skip
        """Make what an old version says the draft; nothing is published by that."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.restore(act, FLOWS, version, if_match)
        return await _draft(db, who, owner)

    @put("/files/{language:str}/{key:str}", opt={"scope": "settings.write"}, operation_id="putPromptFile",
         summary="Store a prompt file")  # fmt: skip
    async def put_file(
        self, request: Request[Any, Any, Any], language: Locale, key: FileKey, who: Principal, db: Database,
        clock: Clock, tenant_id: TenantFilter = None,
        file_name: Annotated[str, HeaderParameter(name="X-File-Name", max_length=600, required=False)] = "",
    ) -> PromptFile:  # fmt: skip
        """Store a WAV file (PCM or G.711, at most 5 MB and 120 s) as the raw body, its name percent-encoded."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        sound = await files.sound_of(await _body(request))
        name = unquote(file_name).replace("\x00", "").replace("\\", "/").rsplit("/", 1)[-1][-200:]
        async with acting(db, clock, who, owner) as act:
            return await files.put(act, language, key, name, sound)

    @delete("/files/{language:str}/{key:str}", opt={"scope": "settings.write"}, operation_id="dropPromptFile",
            summary="Delete a prompt file")  # fmt: skip
    async def drop_file(
        self, language: Locale, key: FileKey, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> None:
        """Delete a prompt file; text-to-speech or the shipped sound takes its place."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await files.drop(act, language, key)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > files.MOST_BYTES:
            raise Problem("prompt_too_large", 413, most_mb=files.MOST_BYTES // 1_000_000)
    return bytes(held)


async def _draft(db: Database, who: Principal, owner: str) -> Response[FlowSaved]:
    async with db.system() as tx:
        shelf, known = await FLOWS.shelf(tx, owner), await service.known_of(tx, owner)
    row = shelf.draft()
    found = check(FLOWS.content_of(row), known, who.locale)
    saved = FlowSaved(draft=version_of(shelf, row), etag=shelf.etag, errors=found.errors, warnings=found.warnings)
    return tagged(saved, shelf.etag)


routes = [ReceptionController]
