"""What other slices may use of the desk: who may see a contact, what it is called, what its codes are called."""

from __future__ import annotations

from rexian.kit.problem import not_found
from rexian.work.desk.access import Known, sees_one_of, visible_contact
from rexian.work.desk.detail import shelf_of, view_of
from rexian.work.desk.listing import disposition_names
from rexian.work.desk.views import ContactView
from rexian.work.names import NameBook
from rexian.work.reading import Row

__all__ = ["ContactView", "Known", "contact_view", "disposition_names", "sees_one_of", "visible_contact"]


def contact_view(rows: list[Row], book: NameBook, contact_id: str) -> ContactView:
    """The contact that these journal rows tell of. Raises `Problem` (404) if they tell of none."""
    found = shelf_of(rows).contacts.get(contact_id)
    if found is None:
        raise not_found("contact")
    return view_of(found, rows, book)
