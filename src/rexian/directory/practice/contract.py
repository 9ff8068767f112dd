"""What a live drill needs of the directory: a shadow of a tenant, who practises there, and its end."""

from __future__ import annotations

from rexian.directory.practice.service import (
    MARK,
    Shadow,
    Trainee,
    copy_tenant,
    dismiss,
    find_trainees,
    retire_shadow,
    take_on,
)

__all__ = ["MARK", "Shadow", "Trainee", "copy_tenant", "dismiss", "find_trainees", "retire_shadow", "take_on"]
