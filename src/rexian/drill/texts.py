"""What simulated people say: dialogues written out per tenant, with small things varied, and answers to real visitors.

The dialogues lie in `dialogues/*.toml`. A dialogue is played by a simulated customer and a simulated agent line by
line; when a real person sits at one end, the other end goes on with its own lines as long as they fit.
"""

from __future__ import annotations

import random
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

Lang = Literal["zh", "en"]
Mood = Literal["calm", "worried", "upset", "hurry"]


class Dialogue(Struct, frozen=True, kw_only=True):
    """One matter from the first word to the last; the two sides take turns, the customer begins."""

    topic: str
    disposition: str
    customer: tuple[str, ...]
    agent: tuple[str, ...]
    mood: Mood = "calm"
    lang: Lang = "zh"


class Answer(Struct, frozen=True, kw_only=True):
    """What a simulated agent says to a visitor who used one of the keywords."""

    keywords: tuple[str, ...]
    zh: str
    en: str


class Book(Struct, frozen=True, kw_only=True):
    """All texts of one tenant."""

    tenant: str
    dialogue: tuple[Dialogue, ...]
    answer: tuple[Answer, ...] = ()


FAMILIES = "陈林何郭罗梁宋韩唐冯邓彭曾吕苏蒋蔡贾魏薛叶阎余潘杜戴夏钟汪田"
HONORIFICS = ("先生", "女士", "小姐", "阿姨", "师傅", "老师")
ENGLISH_NAMES = ("Emma", "Lucas", "Priya", "Tom", "Mei", "Hannah", "Diego", "Sofia", "Noah", "Amara")
SLOTS: dict[str, tuple[str, ...]] = {
    "district": ("云台区", "滨江区", "青石区", "望湖区", "南浦区", "东陵区"),
    "district_en": ("Yuntai", "Binjiang", "Qingshi", "Wanghu"),
    "street": ("梧桐路 18 号 3 栋", "望江街 62 号 1 单元", "学院路 205 号", "桂花巷 9 号 2 栋"),
    "street_en": ("18 Wutong Road", "62 Wangjiang Street", "205 Xueyuan Road"),
    "estate": ("江景花园", "翠湖苑", "锦绣里", "桂语小区", "望山府"),
    "outlet": ("云台广场服务中心", "滨江万象店", "青石路服务点"),
    "price": ("459", "529", "386", "612", "288"),
    "small": ("19.9", "36", "58", "72", "118"),
    "big": ("412", "386", "527"),
    "digits": ("2210", "7745", "0093", "5182", "6637"),
}
NODS: dict[Lang, tuple[str, ...]] = {
    "zh": ("嗯嗯", "好的", "好，我看一下", "稍等我找找", "明白"),
    "en": ("OK", "I see", "One moment", "Let me look"),
}
THANKS: dict[Lang, tuple[str, ...]] = {
    "zh": ("好的，谢谢你，没有别的了", "谢谢，解决了", "辛苦了，再见", "行，麻烦你了"),
    "en": ("That's all, thank you!", "Great, thanks a lot", "Perfect, bye"),
}
STILL_THERE: dict[Lang, tuple[str, ...]] = {
    "zh": ("在吗？", "你好，还在吗", "麻烦看一下我的问题"),
    "en": ("Are you there?", "Hello?", "Any news?"),
}
COMMENTS: dict[int, dict[Lang, tuple[str, ...]]] = {
    5: {"zh": ("", "", "很有耐心，点赞", "回复很快", "一次就解决了"), "en": ("", "Very helpful", "Quick and kind")},
    4: {"zh": ("", "", "还不错"), "en": ("", "Good")},
    3: {"zh": ("", "等得有点久"), "en": ("", "Had to wait a while")},
    2: {"zh": ("问题还没完全解决", "解释得不太清楚"), "en": ("Not quite solved",)},
    1: {"zh": ("问了半天也没解决", "等太久了"), "en": ("Still not solved",)},
}
GREETINGS: dict[Lang, tuple[str, ...]] = {
    "zh": ("您好，我是{me}，很高兴为您服务。您的问题我看到了。", "您好，这里是{me}，让您久等了，我来帮您看看。"),
    "en": ("Hello, this is {me}. I've read your message, let me help.", "Hi, {me} here. Thanks for waiting."),
}
ASKING: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "明白了。方便再说得具体一点吗？比如是什么时候开始的、之前试过什么办法。",
        "好的，我记下来了。请问还有没有截图或者订单号可以发给我看看？",
        "谢谢您说得这么清楚。我这边核实一下，请稍等片刻。",
        "核实好了：您的情况我已经登记，会有专人跟进，最晚明天给您回复。请问还有其他可以帮您的吗？",
    ),
    "en": (
        "I see. Could you tell me a little more: since when, and what have you tried so far?",
        "Thank you, noted. Do you have a picture or an order number that I could look at?",
        "Thanks, that is clear. Let me check, one moment please.",
        "I have registered it; a colleague will follow up by tomorrow at the latest. Anything else I can do for you?",
    ),
}
STAFF_NOTES: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "客户语气较急，先安抚再处理。",
        "同一问题近期第二次咨询，注意前后口径一致。",
        "客户年长，说慢一点，必要时发图文指引。",
        "已核对身份信息，可以直接办理。",
    ),
    "en": ("Prefers English, keep sentences short.", "Second contact about the same matter; see the earlier one."),
}
CLOSING: dict[Lang, str] = {
    "zh": "不客气，祝您生活愉快！之后有问题随时来找我们。",
    "en": "You're welcome, have a nice day! Come back any time.",
}
_GOODBYES = ("谢谢", "没有了", "没了", "再见", "拜拜", "thank", "bye", "that's all")


@cache
def books() -> dict[str, Book]:
    """All texts by tenant key."""
    folder = files("rexian.drill") / "dialogues"
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    found = [msgspec.convert(tree, Book) for tree in read]
    return {book.tenant: book for book in sorted(found, key=lambda book: book.tenant)}


def filled(dialogue: Dialogue, rng: random.Random) -> Dialogue:
    """The dialogue with its holes filled, the same value wherever the same hole is."""
    values = {name: rng.choice(choices) for name, choices in SLOTS.items()}
    values["family"] = rng.choice(FAMILIES)
    values["order"] = f"{rng.choice('ABKRST')}{rng.randrange(10**7, 10**8)}"
    return msgspec.structs.replace(
        dialogue,
        customer=tuple(line.format_map(values) for line in dialogue.customer),
        agent=tuple(line.format_map(values) for line in dialogue.agent),
    )


def customer_name(lang: Lang, rng: random.Random) -> str:
    """An invented name as people give it in a chat: a family name with a title, or a first name."""
    if lang == "en":
        return rng.choice(ENGLISH_NAMES)
    return rng.choice(FAMILIES) + rng.choice(HONORIFICS)


def score(mood: Mood, waited_s: float, rng: random.Random) -> int:
    """A rating from 1 to 5: upset people and long waits rate lower."""
    weights = {"calm": [1, 1, 4, 24, 70], "worried": [1, 2, 6, 30, 61], "hurry": [2, 3, 8, 32, 55]}
    chosen = rng.choices([1, 2, 3, 4, 5], weights.get(mood, [10, 14, 24, 30, 22]))[0]
    return max(1, chosen - (waited_s > 60) - (waited_s > 180))


def language_of(text: str) -> Lang:
    """Chinese if there is any Chinese character in it, or no letters at all."""
    chinese = any("\u4e00" <= ch <= "\u9fff" for ch in text)
    return "zh" if chinese or not any(ch.isascii() and ch.isalpha() for ch in text) else "en"


def is_goodbye(text: str) -> bool:
    """Say whether the customer seems to be done."""
    lowered = text.lower()
    return len(text) < 40 and any(word in lowered for word in _GOODBYES)


def reply(tenant: str, text: str, turn: int, me: str, rng: random.Random) -> str:
    """What a simulated agent named `me` answers to a visitor's `text` in the `turn`-th exchange (from 0)."""
    lang = language_of(text)
    if turn > 0 and is_goodbye(text):
        return CLOSING[lang]
    hit = _answer(tenant, text) if turn < 2 else None
    said = ASKING[lang][min(turn, len(ASKING[lang]) - 1)] if hit is None else hit.zh if lang == "zh" else hit.en
    if turn == 0:
        space = "" if lang == "zh" else " "
        return rng.choice(GREETINGS[lang]).format(me=me) + space + said
    return said


def summary(dialogue: Dialogue | None) -> str:
    """What a simulated agent writes when wrapping up."""
    if dialogue is None:
        return "已答复客户咨询。"
    opening = dialogue.customer[0]
    short = opening if len(opening) <= 40 else opening[:39] + "…"
    return f"客户来意：{short}。已按流程处理。" if dialogue.lang == "zh" else f"Matter: {short} Dealt with."


def _answer(tenant: str, text: str) -> Answer | None:
    book = books().get(tenant)
    lowered = text.lower()
    found = [a for a in (book.answer if book else ()) if any(word.lower() in lowered for word in a.keywords)]
    return found[0] if found else None
