"""What goes into the reception's machine and what comes out of it.

Inputs carry `at`, ms since 1970 UTC. What callers press is in `Digits` only: no act repeats it but as the choice it is.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Stage = Literal[
    "new", "consent", "menu", "queueing", "queued", "refused", "closed", "calling_back", "voicemail", "recording",
    "talking", "rating", "leaving", "over",
]  # fmt: skip
RecordingRule = Literal["always", "prompt", "never"]
NoteKind = Literal["prompt", "choice", "note"]


class _Input(Struct, frozen=True, kw_only=True, tag=True):
    at: int = 0


# -- in ----------------------------------------------------------------------------------------------------------------
class Started(_Input, frozen=True, kw_only=True):
    """The caller is there. `queue_id`: what they want is known already (a topic of the page): no menu is asked.

    `number`: on which they can be rung, empty: only in their page. `recording`: the tenant's rule.
    """

    locale: str = "zh-CN"
    open: bool = True
    queue_id: str = ""
    attributes: dict[str, str] = {}
    number: str = ""
    recording: RecordingRule


class Resumed(Started, frozen=True, kw_only=True):
    """As `Started`, after our own restart or a cut line. `stage` as the floor knows it."""

    stage: Literal["reception", "queued", "talking", "ended"] = "reception"


class Consented(_Input, frozen=True, kw_only=True):
    """The caller has answered in the page whether the recording may run."""

    on: bool


class Digits(_Input, frozen=True, kw_only=True):
    """Keys, or none in time. `collect_id` empty: a key pressed while nothing was asked (`Dtmf`)."""

    keys: str = ""
    collect_id: str = ""


class PlaybackEnded(_Input, frozen=True, kw_only=True):
    """The sentence with this id has been said, stopped or failed. Told for every `Say`, or for the last of a step."""

    say_id: str


class Queued(_Input, frozen=True, kw_only=True):
    """The floor has taken the contact into the line, for the first time or again (the agent was lost)."""


class Refused(_Input, frozen=True, kw_only=True):
    """The floor has refused the queue or the call-back. `alternatives`: what may be offered instead."""

    code: str
    alternatives: tuple[str, ...] = ()


class Position(_Input, frozen=True, kw_only=True):
    """Where they stand (1: next) and how long it takes from now, ms; `high_ms` 0: nobody knows."""

    position: int
    of: int = 0
    low_ms: int = 0
    high_ms: int = 0


class Kept(_Input, frozen=True, kw_only=True):
    """The floor has taken the call-back: the place is kept, or the time is booked."""


class Recorded(_Input, frozen=True, kw_only=True):
    """The voicemail is stored; 0: nothing was said. `taken`: an agent has taken the caller meanwhile."""

    ms: int = 0
    taken: bool = False


class Answered(_Input, frozen=True, kw_only=True):
    """An agent has taken the contact."""


class Ended(_Input, frozen=True, kw_only=True):
    """The contact is over. `by` customer: their leg is gone."""

    by: Literal["customer", "agent", "system"] = "agent"


class Tick(_Input, frozen=True, kw_only=True):
    """A second or so has passed."""


class Down(_Input, frozen=True, kw_only=True):
    """The leg is gone with the engine: nothing can be said any more."""


Input = (
    Started | Resumed | Consented | Digits | PlaybackEnded | Queued | Refused | Position | Kept | Recorded | Answered
    | Ended | Tick | Down
)  # fmt: skip


# -- out ---------------------------------------------------------------------------------------------------------------
class _Act(Struct, frozen=True, kw_only=True, tag=True):
    pass


class KeyLabel(Struct, frozen=True):
    """A key that the caller may press now, as the page shows it."""

    digit: str
    label: str


class Say(_Act, frozen=True, kw_only=True):
    """Say something: `prompts.say(tenant_id, locale, key, text=text, **values)`.

    All of one step are said in their order, in place of whatever played before. `text`: the tenant's own words.
    `keys`: what may be pressed from now on.
    """

    id: str
    key: str
    locale: str = "zh-CN"
    text: str = ""
    values: dict[str, int | str] = {}
    keys: tuple[KeyLabel, ...] = ()


class Collect(_Act, frozen=True, kw_only=True):
    """Take keys at once, also into the sentences of this step (a key stops them). `first_ms` counts from their end:
    add their length. Answered by one `Digits` with this id."""

    id: str
    most: int = 1
    first_ms: int = 6_000
    between_ms: int = 3_000


class Queue(_Act, frozen=True, kw_only=True):
    """Put the contact into the line. Answered by `Queued` or `Refused`."""

    queue_id: str
    needs: dict[str, int] = {}
    attributes: dict[str, str] = {}


class CallBack(_Act, frozen=True, kw_only=True):
    """Keep the place (`queued`), or put it into this queue as a call-back; `booked`: for later, not at once.

    Answered by `Kept` or `Refused`.
    """

    queue_id: str
    queued: bool = False
    booked: bool = False
    attributes: dict[str, str] = {}


class Voicemail(_Act, frozen=True, kw_only=True):
    """Record what the caller says after a beep, until silence, `#` or `most_s`. Answered by `Recorded`."""

    queue_id: str
    most_s: int = 120
    queued: bool = False


class Music(_Act, frozen=True, kw_only=True):
    """Play music until something is said. `prompt`: a file of the tenant's own (`Prompts.own`), empty: the house's."""

    prompt: str = ""


class Quiet(_Act, frozen=True, kw_only=True):
    """Stop what plays and what is collected."""


class Recording(_Act, frozen=True, kw_only=True):
    """Whether the talk may be recorded, as far as the caller has a say. Comes once."""

    allowed: bool


class Rate(_Act, frozen=True, kw_only=True):
    score: int


class HangUp(_Act, frozen=True, kw_only=True):
    """Let the caller go; `why`: over, rated, given_up, call_back, voicemail, closed."""

    why: str = "over"


class Note(_Act, frozen=True, kw_only=True):
    """For the journal (`NoteReception`): codes only, at most 64 characters, never what was typed."""

    kind: NoteKind
    node: str
    value: str


Act = Say | Collect | Queue | CallBack | Voicemail | Music | Quiet | Recording | Rate | HangUp | Note


class State(Struct, kw_only=True):
    """Where a caller stands. Opaque to others but for `stage`, `menu`, `locale` and `collect`."""

    stage: Stage = "new"
    locale: str = "zh-CN"
    number: str = ""
    recording: RecordingRule = "never"  # until the caller is there
    open: bool = True
    menu: str = ""
    misses: int = 0
    repeats: int = 0
    playing: str = ""  # id of the last sentence that is being said
    collect: str = ""  # id of what is being collected
    since: int = 0  # when it was asked last to say or to collect
    count: int = 0
    queue_id: str = ""
    needs: dict[str, int] = {}
    attributes: dict[str, str] = {}
    queued_at: int = 0
    announced_at: int = 0  # 0: not yet
    greeted: bool = False  # has been told that they wait
    retried: bool = False
    was_queued: bool = False  # when the call-back was asked for
    position: Position | None = None
    offers: tuple[str, ...] = ()
    leaving: str = ""
