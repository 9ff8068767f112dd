"""What the HTTP sides of things kept in versions share."""

from __future__ import annotations

from typing import Annotated, TypeVar

from litestar import Response
from litestar.params import HeaderParameter

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=60, description="`etag` of the draft as it was read."),
]
Version = Annotated[int, "The version's number."]
View = TypeVar("View")


def tagged(view: View, etag: str) -> Response[View]:
    """Answer with the etag that the next change names."""
    return Response(view, headers={"etag": etag})
