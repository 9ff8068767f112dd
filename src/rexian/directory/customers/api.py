"""Customers over HTTP. Their contacts are the desk's (`/api/customers/{id}/contacts`)."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, delete, get, patch, post

from rexian.directory.act import acting, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Search, TenantFilter
from rexian.directory.customers.model import (
    Customer,
    CustomerChange,
    CustomerDetail,
    GivenIdentity,
    Merge,
    NewCustomer,
)
from rexian.directory.customers.service import (
    add_identity,
    change_customer,
    create_customer,
    customers_of,
    get_detail,
    merge_customers,
    remove_identity,
    search,
    unmerge,
)
from rexian.directory.customers.tables import customer
from rexian.directory.page import LIMIT, Page, page_by_id
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database


class CustomerController(Controller):
    """Customers, the identities that find them, and merging."""

    path = "/api/customers"
    tags = ("directory",)

    @get("/", opt={"scope": "customer.read"}, operation_id="searchCustomers", summary="Search customers")
    async def search(
        self,
        who: Principal,
        db: Database,
        q: Search = None,
        tenant_id: TenantFilter = None,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Customer]:
        """Find customers by name, phone (whole or part, however written), e-mail or web id; newest first."""
        reach = within(who, "customer.read", tenant_id)
        async with db.tenants(reach) as tx:
            rows, following = await page_by_id(
                tx, search(reach, (q or "").strip()), customer.c.id, cursor=cursor, limit=limit, newest_first=True
            )
            return Page(await customers_of(tx, rows), following)

    @post("/", opt={"scope": "customer.write"}, operation_id="createCustomer", summary="Make a customer")
    async def create(self, data: NewCustomer, who: Principal, db: Database, clock: Clock) -> Customer:
        """Make a customer with the identities by which they are found."""
        owner = await tenant_for(db, clock, who, "customer.write", data.tenant_id)
        async with acting(db, clock, who, owner) as act:
            return await create_customer(act, data)

    @get("/{customer_id:uuid}", opt={"scope": "customer.read"}, operation_id="getCustomer", summary="One customer")
    async def read(self, customer_id: UUID, who: Principal, db: Database, clock: Clock) -> CustomerDetail:
        """Return a customer and the records that were merged into theirs."""
        owner = await locate(db, clock, who, "customer.read", customer, str(customer_id))
        async with db.tenant(owner) as tx:
            return await get_detail(tx, str(customer_id))

    @patch("/{customer_id:uuid}", opt={"scope": "customer.write"}, operation_id="changeCustomer",
           summary="Change a customer")  # fmt: skip
    async def change(
        self, customer_id: UUID, data: CustomerChange, who: Principal, db: Database, clock: Clock
    ) -> Customer:
        """Change a customer's name, language or note."""
        owner = await locate(db, clock, who, "customer.write", customer, str(customer_id))
        async with acting(db, clock, who, owner) as act:
            return await change_customer(act, str(customer_id), data)

    @post("/{customer_id:uuid}/identities", opt={"scope": "customer.write"}, operation_id="addIdentity",
          summary="Add an identity")  # fmt: skip
    async def add_identity(
        self, customer_id: UUID, data: GivenIdentity, who: Principal, db: Database, clock: Clock
    ) -> Customer:
        """Let a customer be found by one more phone number, e-mail address or web id."""
        owner = await locate(db, clock, who, "customer.write", customer, str(customer_id))
        async with acting(db, clock, who, owner) as act:
            return await add_identity(act, str(customer_id), data)

    @delete("/{customer_id:uuid}/identities/{identity_id:uuid}", opt={"scope": "customer.write"},
            operation_id="removeIdentity", summary="Remove an identity")  # fmt: skip
    async def remove_identity(
        self, customer_id: UUID, identity_id: UUID, who: Principal, db: Database, clock: Clock
    ) -> None:
        """Take an identity away from a customer."""
        owner = await locate(db, clock, who, "customer.write", customer, str(customer_id))
        async with acting(db, clock, who, owner) as act:
            await remove_identity(act, str(customer_id), str(identity_id))

    @post("/{customer_id:uuid}/merge", opt={"scope": "customer.write"}, status_code=200,
          operation_id="mergeCustomer", summary="Merge into another customer")  # fmt: skip
    async def merge(self, customer_id: UUID, data: Merge, who: Principal, db: Database, clock: Clock) -> Customer:
        """Make one person of two records; the other one speaks for both. It can be taken apart again."""
        owner = await locate(db, clock, who, "customer.write", customer, str(customer_id))
        await locate(db, clock, who, "customer.write", customer, data.into)
        async with acting(db, clock, who, owner) as act:
            return await merge_customers(act, str(customer_id), data.into)

    @post("/{customer_id:uuid}/unmerge", opt={"scope": "customer.write"}, status_code=200,
          operation_id="unmergeCustomer", summary="Take a merge apart")  # fmt: skip
    async def unmerge(self, customer_id: UUID, who: Principal, db: Database, clock: Clock) -> Customer:
        """Let a merged record speak for itself again."""
        owner = await locate(db, clock, who, "customer.write", customer, str(customer_id))
        async with acting(db, clock, who, owner) as act:
            return await unmerge(act, str(customer_id))


routes = [CustomerController]
