"""The flow, as the voice channel knows it. It lives in the directory, where it is edited, checked and kept."""

from rexian.directory.reception.checks import Known, check
from rexian.directory.reception.model import (
    KEYS,
    PERSON_KEY,
    Closed,
    Code,
    Consent,
    Flow,
    Menu,
    Option,
    Queueing,
    Rating,
    Speech,
    Target,
)
from rexian.directory.versions.model import Finding, Findings

__all__ = [
    "KEYS",
    "PERSON_KEY",
    "Closed",
    "Code",
    "Consent",
    "Finding",
    "Findings",
    "Flow",
    "Known",
    "Menu",
    "Option",
    "Queueing",
    "Rating",
    "Speech",
    "Target",
    "check",
]
