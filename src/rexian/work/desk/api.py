"""The desk over HTTP: contacts, drafts, transfer targets, canned answers, dispositions."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import Provide
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from rexian.directory.act import Act, acting, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Retired, Search, TenantFilter
from rexian.directory.audit.service import actor_of
from rexian.directory.page import LIMIT, Page, page_by_id
from rexian.directory.principal import Principal
from rexian.directory.tenants.contract import tenant_cards
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import not_found
from rexian.kit.settings import Settings
from rexian.runtime.host import FloorHost
from rexian.work.desk import canned as answers
from rexian.work.desk import dispositions as codes
from rexian.work.desk.access import visible_contact
from rexian.work.desk.canned import Canned, CannedChange, NewCanned
from rexian.work.desk.detail import contact_detail
from rexian.work.desk.dispositions import Disposition, DispositionChange, NewDisposition
from rexian.work.desk.drafts import Draft, DraftChange, DraftSaved, get_draft, put_draft
from rexian.work.desk.export import MOST, as_csv
from rexian.work.desk.listing import Filters, contacts_page, every_contact
from rexian.work.desk.tables import canned, disposition
from rexian.work.desk.targets import Targets, transfer_targets
from rexian.work.desk.timeline import customer_timeline
from rexian.work.desk.views import ContactDetail, ContactItem, TimelineItem
from rexian.work.floors import floor_of

_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)"
Ident = Annotated[str | None, Parameter(pattern=_ID)]
Many = Annotated[int, Parameter(ge=1, le=500, description="How many items at most.")]
Outcome = Literal["handled", "abandoned"]


def contact_filters(
    tenant_id: TenantFilter = None,
    queue: Annotated[str | None, Parameter(pattern=_ID, description="Last queue.")] = None,
    agent: Annotated[str | None, Parameter(pattern=_ID, description="Somebody who handled it.")] = None,
    customer: Ident = None,
    from_: Annotated[
        int | None, QueryParameter(name="from", ge=0, le=2**53, description="Started at or after, ms.")
    ] = None,
    to: Annotated[int | None, Parameter(ge=0, le=2**53, description="Started before, ms.")] = None,
    open_: Annotated[bool | None, QueryParameter(name="open", description="Only open, or only closed ones.")] = None,
    outcome: Outcome | None = None,
    code: Annotated[str | None, QueryParameter(name="disposition", max_length=80, pattern=r"^[^\x00]*$")] = None,
    rating_max: Annotated[int | None, Parameter(ge=1, le=5, description="Rated so or worse.")] = None,
    simulated: Annotated[bool | None, Parameter(description="Only simulated, or only real ones.")] = None,
) -> Filters:
    """The dependency `filters` of the lists."""
    return Filters(
        tenant_id=tenant_id, queue_id=queue, agent_id=agent, customer_ids=[customer] if customer else None,
        from_at=from_, to_at=to, open=open_, outcome=outcome, disposition=code, rating_max=rating_max,
        simulated=simulated,
    )  # fmt: skip


class ContactController(Controller):
    """Contacts: what was said and how it went."""

    path = "/api/contacts"
    tags = ("desk",)

    @get("/", opt={"scope": "contact.read"}, operation_id="listContacts", summary="Contacts",
         dependencies={"filters": Provide(contact_filters, sync_to_thread=False)})  # fmt: skip
    async def list_contacts(
        self, who: Principal, db: Database, filters: Filters, cursor: Cursor = None, limit: Limit = LIMIT
    ) -> Page[ContactItem]:
        """List contacts, newest first: those that you handled, or all of a tenant with `contact.read_all`."""
        return await contacts_page(db, who, filters, cursor=cursor, limit=limit)

    @get("/export", opt={"scope": "contact.read_all"}, operation_id="exportContacts", summary="Contacts as CSV",
         dependencies={"filters": Provide(contact_filters, sync_to_thread=False)}, media_type="text/csv")  # fmt: skip
    async def export(
        self, who: Principal, db: Database, clock: Clock, settings: Settings, locale: str, filters: Filters
    ) -> Stream:
        """The same list as UTF-8 CSV, up to 50,000 rows; formulas are neutralised."""
        async with db.system() as tx:
            own = (await tenant_cards(tx)).get(who.tenant_id)
        async with db.tenant(who.tenant_id) as tx:
            chosen_ = {
                name: value for name in filters.__struct_fields__ if (value := getattr(filters, name)) is not None
            }
            act = Act(tx, who.tenant_id, clock.now_ms(), actor_of(who))
            await act.record("contacts.exported", "contact", "", **chosen_)
        lines = as_csv(every_contact(db, who, filters, MOST), locale, own.zone if own else settings.time_zone)
        return Stream(
            lines, media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="contacts.csv"'},
        )  # fmt: skip

    @get("/{contact_id:uuid}", opt={"scope": "contact.read"}, operation_id="getContact", summary="One contact")
    async def read(
        self, contact_id: UUID, who: Principal, db: Database, clock: Clock, floors: FloorHost
    ) -> ContactDetail:
        """Return a contact with its interactions, messages and notes."""
        known = await visible_contact(db, clock, floor_of(floors, who), who, str(contact_id))
        return await contact_detail(db, known.tenant_id, known.id)

    @get("/{contact_id:uuid}/draft", opt={"scope": "desk.use"}, operation_id="getDraft", summary="Your draft")
    async def read_draft(
        self, contact_id: UUID, who: Principal, db: Database, clock: Clock, floors: FloorHost
    ) -> Draft:
        """Return what you have typed in this contact and not sent."""
        known = await visible_contact(db, clock, floor_of(floors, who), who, str(contact_id), "desk.use")
        async with db.tenant(known.tenant_id) as tx:
            return await get_draft(tx, known.id, who.person_id)

    @put("/{contact_id:uuid}/draft", opt={"scope": "desk.use"}, operation_id="putDraft", summary="Save your draft")
    async def write_draft(
        self, contact_id: UUID, data: DraftChange, who: Principal, db: Database, clock: Clock, floors: FloorHost
    ) -> DraftSaved:
        """Save it, based on revision `rev`; 409 `draft_changed` when a newer one is stored."""
        known = await visible_contact(db, clock, floor_of(floors, who), who, str(contact_id), "desk.use")
        async with db.tenant(known.tenant_id) as tx:
            return await put_draft(tx, known.tenant_id, known.id, who.person_id, data, clock.now_ms())


@get("/api/customers/{customer_id:uuid}/contacts", opt={"scope": "customer.read"}, tags=["desk"],
     operation_id="listCustomerContacts", summary="A customer's contacts")  # fmt: skip
async def list_customer_contacts(
    customer_id: UUID,
    who: Principal,
    db: Database,
    clock: Clock,
    floors: FloorHost,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[TimelineItem]:
    """List a customer's contacts on all channels, newest first, merged records included."""
    floor = floor_of(floors, who)
    return await customer_timeline(db, clock, floor, who, str(customer_id), cursor=cursor, limit=limit)


@get("/api/transfer-targets", opt={"scope": "desk.use"}, tags=["desk"], operation_id="listTransferTargets",
     summary="Where to transfer")  # fmt: skip
async def list_targets(
    who: Principal, db: Database, floors: FloorHost, interaction_id: Annotated[str, Parameter(pattern=_ID)]
) -> Targets:
    """List queues and colleagues to whom your interaction can be transferred, with their state at this moment."""
    floor = floor_of(floors, who)
    if floor is None:
        raise not_found("interaction")
    return await transfer_targets(db, floor, who, interaction_id)


class CannedController(Controller):
    """Canned answers."""

    path = "/api/canned"
    tags = ("desk",)

    @get("/", opt={"scope": "queue.read"}, operation_id="listCanned", summary="Canned answers")
    async def list_canned(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        q: Search = None,
        language: Annotated[Literal["zh-CN", "en"] | None, Parameter(description="Those in it, or in any.")] = None,
        cursor: Cursor = None,
        limit: Many = LIMIT,
    ) -> Page[Canned]:
        """Find canned answers by title, text, shortcut or pinyin initials."""
        reach = within(who, "queue.read", tenant_id)
        async with db.tenants(reach) as tx:
            found = answers.find_canned(reach, (q or "").strip(), language)
            rows, following = await page_by_id(tx, found, canned.c.id, cursor=cursor, limit=limit)
        return Page([answers.canned_of(row) for row in rows], following)

    @post("/", opt={"scope": "canned.write"}, operation_id="createCanned", summary="Make a canned answer")
    async def create(self, data: NewCanned, who: Principal, db: Database, clock: Clock) -> Canned:
        """Make a canned answer."""
        owner = await tenant_for(db, clock, who, "canned.write", data.tenant_id)
        async with acting(db, clock, who, owner) as act:
            return await answers.create_canned(act, data)

    @patch("/{canned_id:uuid}", opt={"scope": "canned.write"}, operation_id="changeCanned", summary="Change one")
    async def change(self, canned_id: UUID, data: CannedChange, who: Principal, db: Database, clock: Clock) -> Canned:
        """Change a canned answer."""
        owner = await locate(db, clock, who, "canned.write", canned, str(canned_id))
        async with acting(db, clock, who, owner) as act:
            return await answers.change_canned(act, str(canned_id), data)

    @delete("/{canned_id:uuid}", opt={"scope": "canned.write"}, operation_id="retireCanned", summary="Retire one")
    async def retire(self, canned_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Take a canned answer out of use."""
        owner = await locate(db, clock, who, "canned.write", canned, str(canned_id))
        async with acting(db, clock, who, owner) as act:
            await answers.retire_canned(act, str(canned_id))


class DispositionController(Controller):
    """Dispositions: the codes of a wrap-up."""

    path = "/api/dispositions"
    tags = ("desk",)

    @get("/", opt={"scope": "queue.read"}, operation_id="listDispositions", summary="Dispositions")
    async def list_dispositions(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        groups: Annotated[bool, Parameter(description="Headings too.")] = False,
        limit: Many = 500,
    ) -> Page[Disposition]:
        """List the codes in their order, with the heading of each."""
        reach = within(who, "queue.read", tenant_id)
        async with db.tenants(reach) as tx:
            rows = await tx.execute(codes.find_dispositions(reach, retired=retired, groups=groups).limit(limit))
            return Page([codes.disposition_of(row) for row in rows])

    @post("/", opt={"scope": "settings.write"}, operation_id="createDisposition", summary="Make a disposition")
    async def create(self, data: NewDisposition, who: Principal, db: Database, clock: Clock) -> Disposition:
        """Make a disposition, or a heading."""
        owner = await tenant_for(db, clock, who, "settings.write", data.tenant_id)
        async with acting(db, clock, who, owner) as act:
            return await codes.create_disposition(act, data)

    @patch("/{disposition_id:uuid}", opt={"scope": "settings.write"}, operation_id="changeDisposition",
           summary="Change a disposition")  # fmt: skip
    async def change(
        self, disposition_id: UUID, data: DispositionChange, who: Principal, db: Database, clock: Clock
    ) -> Disposition:
        """Rename it, move it, retire it or bring it back."""
        owner = await locate(db, clock, who, "settings.write", disposition, str(disposition_id))
        async with acting(db, clock, who, owner) as act:
            return await codes.change_disposition(act, str(disposition_id), data)

    @delete("/{disposition_id:uuid}", opt={"scope": "settings.write"}, operation_id="retireDisposition",
            summary="Retire a disposition")  # fmt: skip
    async def retire(self, disposition_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Take a disposition out of use; contacts keep it."""
        owner = await locate(db, clock, who, "settings.write", disposition, str(disposition_id))
        async with acting(db, clock, who, owner) as act:
            await codes.change_disposition(act, str(disposition_id), DispositionChange(retired=True))


routes = [ContactController, list_customer_contacts, list_targets, CannedController, DispositionController]
