"""`python -m rexian.cli` is the `rexian` command."""

from __future__ import annotations

from rexian.cli.commands import main

main(prog_name="rexian")
