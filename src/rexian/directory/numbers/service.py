"""Telephone numbers of the house: who is meant when one of them is dialled."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.numbers.tables import line_number
from rexian.directory.tenants.tables import tenant
from rexian.kit.problem import FieldError, Problem, not_found

_FOREIGN = re.compile(r"[^0-9+ ().\-]")  # what nobody writes in a number: a slip of the keyboard, not to be guessed at

Entry = Annotated[
    str, Meta(max_length=40, pattern=r"^[a-z0-9_.:-]*$(?!\n)", description="The entry that the reception is told.")
]


class LineNumber(Struct, frozen=True, kw_only=True):
    """A number and whose it is. `number`: digits only, with the country's code where the carrier says it."""

    number: str
    tenant_id: str
    entry: str


class NumberTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose a number is to be; without a tenant, the employer's of who asks."""

    tenant_id: str | None = None
    entry: Entry = ""


def plain(number: str) -> str:
    """The digits by which numbers are compared: +86 10 8888, 0086108888 and 86108888 are one. '' when there are none.

    A number is known to the carrier in one form; which one, national or international, is to be entered as it comes.
    """
    digits = re.sub(r"[^0-9]", "", number)
    return digits.removeprefix("00") if number.lstrip().startswith("00") else digits


async def put(act: Act, number: str, entry: str) -> LineNumber:
    """Give a number to `act.tenant_id`. `act.tx` sees all tenants. Raises `Problem`: 400 `number_invalid`, 409."""
    digits = plain(number)
    if not 3 <= len(digits) <= 20 or _FOREIGN.search(number):
        raise Problem("number_invalid", 400, errors=[{"field": "number", "code": "number_invalid"}], number=number[:40])
    row = {"number": digits, "tenant_id": act.tenant_id, "entry": entry, "created_at": act.now_ms}
    # In one statement: of two companies that add it at the same moment, the second finds it taken.
    given = insert(line_number).values(row).on_conflict_do_update(
        index_elements=["number"], set_={"entry": entry}, where=line_number.c.tenant_id == act.tenant_id
    )  # fmt: skip
    if (await act.tx.execute(given.returning(line_number.c.number))).one_or_none() is None:
        errors: list[FieldError] = [{"field": "number", "code": "number_taken"}]
        raise Problem("number_taken", 409, errors=errors, number=digits)
    await act.note("reception.number_given", "line_number", digits, entry=entry)
    return LineNumber(number=digits, tenant_id=act.tenant_id, entry=entry)


async def drop(act: Act, number: str) -> None:
    """The number is nobody's any more. Raises `Problem` (404)."""
    mine = (line_number.c.tenant_id == act.tenant_id, line_number.c.number == plain(number))
    if not (await act.tx.execute(delete(line_number).where(*mine))).rowcount:
        raise not_found("number")
    await act.note("reception.number_taken_back", "line_number", plain(number))


async def numbers_of(tx: AsyncConnection, reach: Collection[str]) -> list[LineNumber]:
    """The numbers of these tenants, in order."""
    mine = select(line_number).where(line_number.c.tenant_id.in_(list(reach))).order_by(line_number.c.number)
    return [LineNumber(number=row.number, tenant_id=row.tenant_id, entry=row.entry) for row in await tx.execute(mine)]


async def number_of(tx: AsyncConnection, dialled: str) -> tuple[str, str] | None:
    """(tenant, entry) of a number that was dialled; `tx` is a system transaction. None: nobody's.

    With one company in the house every number is its own, until the first one is entered.
    """
    rows = await numbers_of_all(tx)
    if rows:
        return rows.get(plain(dialled))
    companies = select(tenant.c.tenant_id).where(tenant.c.active, ~tenant.c.operator, tenant.c.shadow_of.is_(None))
    found = [row.tenant_id for row in await tx.execute(companies.limit(2))]
    return (found[0], "") if len(found) == 1 else None


async def numbers_of_all(tx: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Every number of the house."""
    live = select(line_number).join(tenant, tenant.c.tenant_id == line_number.c.tenant_id).where(tenant.c.active)
    return {row.number: (row.tenant_id, row.entry) for row in await tx.execute(live)}
