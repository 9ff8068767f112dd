"""What a customer is, and by what they are known."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rexian.directory.customers.phone import normal_phone, shown_phone
from rexian.directory.text import Name, ObjectId, Words, checked_email
from rexian.kit.problem import Problem

CustomerKind = Literal["", "elder", "student", "traveller", "accessible", "vip"]
IdentityKind = Literal["phone", "email", "web"]
IdentityValue = Annotated[
    str, Meta(min_length=1, max_length=254, pattern=r"^[^\x00]*$", description="A phone number, an e-mail or a web id.")
]


class GivenIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identity as somebody wrote it."""

    kind: IdentityKind
    value: IdentityValue


class Identity(Struct, frozen=True, kw_only=True):
    """By what a customer is found. `shown` is the value as people read it; `customer_id` whose record it came with."""

    id: str
    customer_id: str
    kind: IdentityKind
    value: str
    shown: str


class Customer(Struct, frozen=True, kw_only=True):
    """A customer of one tenant. `merged_into` names the record that speaks for this one.

    `kind` is what routing rules may look at; empty: nothing special is known.
    """

    id: str
    tenant_id: str
    name: str
    locale: str
    note: str
    kind: CustomerKind
    merged_into: str | None
    created_at: int
    identities: list[Identity]


class MergedRecord(Struct, frozen=True, kw_only=True):
    """A record that was merged into another, and when; enough to take it apart again."""

    merge_id: str
    customer_id: str
    name: str
    into_id: str
    by_id: str
    at: int


class CustomerDetail(Customer, frozen=True, kw_only=True):
    """A customer with the records that were merged into theirs."""

    merged: list[MergedRecord]


class NewCustomer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a customer."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    name: Name
    locale: Literal["zh-CN", "en"] = "zh-CN"
    note: Words = ""
    kind: CustomerKind = ""
    identities: Annotated[list[GivenIdentity], Meta(max_length=20)] = field(default_factory=list)


class CustomerChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays."""

    name: Name | None = None
    locale: Literal["zh-CN", "en"] | None = None
    note: Words | None = None
    kind: CustomerKind | None = None


class Merge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record that is to speak for both."""

    into: ObjectId


def normal_identity(kind: IdentityKind, value: str, field_name: str = "value") -> str:
    """Return the form in which the identity is stored and compared. Raises `Problem` (400 `bad_phone`, `bad_email`)."""
    if kind == "email":
        return checked_email(value, field_name)
    if kind == "phone":
        number = normal_phone(value)
        if number is None:
            raise Problem("bad_phone", 400, errors=[{"field": field_name, "code": "bad_phone"}], phone=value[:40])
        return number
    return value


def shown_identity(kind: str, value: str) -> str:
    return shown_phone(value) if kind == "phone" else value
