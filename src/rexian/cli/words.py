"""The command line speaks the terminal's language."""

from __future__ import annotations

import os
from typing import Any

from rexian.kit.i18n import Locale, t


def terminal_locale() -> Locale:
    """Chinese for a Chinese terminal (POSIX: LC_ALL before LC_MESSAGES before LANG), else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh-CN" if value.lower().startswith("zh") else "en"
    return "en"


def say(key: str, **params: Any) -> str:
    """Return a text of the catalogue `cli.toml` in the terminal's language."""
    return t(terminal_locale(), key, **params)
