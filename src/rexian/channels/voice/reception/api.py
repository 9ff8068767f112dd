"""Hearing and trying the reception over HTTP: what a prompt sounds like, and a flow step by step in text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import Parameter
from msgspec import Struct

from rexian.channels.voice.prompts.prompts import NUMBERED, Prompts
from rexian.channels.voice.reception.model import KEYS
from rexian.channels.voice.reception.tryout import Tried, TryOut, try_out
from rexian.directory.act import tenant_for
from rexian.directory.api import TenantFilter
from rexian.directory.principal import Principal
from rexian.directory.reception.forms import Locale
from rexian.kit import wav
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.i18n import LOCALES, t

Text = Annotated[
    str, Parameter(max_length=500, pattern=r"^[^\x00]*$", description="Words of one's own; else the usual.")
]
Prompt = Annotated[
    str,
    Parameter(
        max_length=60, pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)?$(?!\n)", description="The prompt's key."
    ),
]
SAMPLE: dict[str, int | str] = {"n": 3, "low": 2, "high": 5, "digit": "1", "number": "13800138000", "label": "…"}
"""What stands for the numbers when a prompt is listened to."""


class PromptCard(Struct, frozen=True, kw_only=True):
    """A prompt of the house. `fixed`: it says numbers, so that no file can take its place."""

    key: str
    text: str
    text_en: str
    fixed: bool


class MenuWords(Struct, frozen=True, kw_only=True):
    """The sentences of which a menu without words of its own is made."""

    option: str
    person: str
    repeat: str
    star: str
    hash: str


class PromptList(Struct, frozen=True, kw_only=True):
    """The prompts of the house, and whether text-to-speech is there for words of one's own."""

    items: list[PromptCard]
    menu: dict[Locale, MenuWords]
    tts: bool


class TryOutController(Controller):
    """Listening and trying."""

    path = "/api/reception"
    tags = ("reception",)

    @get("/prompts", opt={"scope": "settings.read"}, operation_id="listPrompts", summary="The house's prompts")
    async def prompts_of(self, prompts: Prompts) -> PromptList:
        """List the prompts with their usual words."""
        cards = [
            PromptCard(
                key=key,
                text=prompts.words("zh-CN", key, "", **SAMPLE),
                text_en=prompts.words("en", key, "", **SAMPLE),
                fixed=key in NUMBERED,
            )
            for key in KEYS
        ]
        menu: dict[Locale, MenuWords] = {
            locale: MenuWords(
                option=t(locale, "prompts.option", label="{label}", digit="{digit}"),
                **{name: t(locale, f"prompts.key.{name}") for name in ("person", "repeat", "star", "hash")},
            )
            for locale in LOCALES
        }
        return PromptList(items=cards, menu=menu, tts=prompts.has_voice)

    @get("/listen/{language:str}/{key:str}", opt={"scope": "settings.read"}, operation_id="listenToPrompt",
         summary="Listen to a prompt", media_type="audio/wav")  # fmt: skip
    async def listen(
        self, language: Locale, key: Prompt, who: Principal, db: Database, clock: Clock, prompts: Prompts,
        tenant_id: TenantFilter = None, text: Text = "",
    ) -> Response[bytes]:  # fmt: skip
        """Return a prompt as callers hear it (WAV, 16-bit, 8,000 Hz); `X-Prompt-Source` says where it comes from."""
        owner = await tenant_for(db, clock, who, "settings.read", tenant_id)
        prompts.forget(owner)  # callers may hear a change some seconds late, whoever has just made it may not
        spoken = await prompts.say(owner, language, key, text=text, **SAMPLE)
        sound = await asyncio.to_thread(lambda: wav.linear(Path(spoken.path).read_bytes()))
        headers = {"cache-control": "no-store", "x-prompt-source": spoken.source}
        return Response(sound, media_type="audio/wav", headers=headers)

    @post("/try", opt={"scope": "settings.read"}, status_code=200, operation_id="tryReception",
          summary="Try a flow")  # fmt: skip
    async def try_flow(
        self, data: TryOut, who: Principal, db: Database, clock: Clock, prompts: Prompts, consent_rule: Any,
        tenant_id: TenantFilter = None,
    ) -> Tried:  # fmt: skip
        """Make one move of a pretended caller of the tenant's; nothing is stored and nobody is rung."""
        owner = await tenant_for(db, clock, who, "settings.read", tenant_id)
        return try_out(data, prompts, await consent_rule(owner))


routes = [TryOutController]
