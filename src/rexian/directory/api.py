"""What the HTTP sides of the directory's slices share."""

from __future__ import annotations

from typing import Annotated

from litestar.params import Parameter

from rexian.directory.page import MOST

Limit = Annotated[int, Parameter(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[
    str | None,
    Parameter(max_length=200, pattern=r"^[A-Za-z0-9_\-]*$", description="`next_cursor` of the page before."),
]
Search = Annotated[
    str | None,
    Parameter(max_length=80, pattern=r"^[^\x00]*$", description="Text to look for, taken literally."),
]
TenantFilter = Annotated[
    str | None,
    Parameter(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)",
        description="Only this tenant's; else those of all tenants within reach.",
    ),
]
Retired = Annotated[bool, Parameter(description="Retired ones too.")]
