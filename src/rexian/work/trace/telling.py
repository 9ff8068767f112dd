"""The book of sentences, one per kind of event, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rexian.engine import events as e
from rexian.engine.specs import Party
from rexian.work.trace.model import Names, Tone, Words

Said = tuple[str, Tone]
E = TypeVar("E", bound=e.Event)
SENTENCES: dict[type[e.Event], Callable[[Any, Names, Words | None], Said]] = {}


def tells(
    kind: type[E],
) -> Callable[[Callable[[E, Names, Words | None], Said]], Callable[[E, Names, Words | None], Said]]:
    """Put a sentence into the book."""

    def register(tell: Callable[[E, Names, Words | None], Said]) -> Callable[[E, Names, Words | None], Said]:
        SENTENCES[kind] = tell
        return tell

    return register


def by_name(party: Party, names: Names) -> str:
    if party.kind == "agent":
        return names.agent(party.id)
    return names.customer(party.id) if party.kind == "customer" else names.say("system")


def coded(names: Names, group: str, code: str, other: str, **params: Any) -> str:
    """The sentence for `group.code`, or the group's `other` sentence for a code that the catalogue doesn't know."""
    if code.isidentifier() and names.has(f"{group}.{code}"):
        return names.say(f"{group}.{code}", **params)
    return names.say(f"{group}.{other}", **params)


def with_words(text: str, words: Words | None, names: Names) -> str:
    """The sentence with what was written along with it, if anything was."""
    return names.say("with_words", sentence=text, text=names.quote(words)) if words and words.text else text
