"""The `rexian` command."""

from __future__ import annotations

from rexian.cli.commands import main

__all__ = ["main"]
