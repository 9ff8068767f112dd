"""What simulated people say: whole, natural, in both languages, and sensible to a visitor."""

from __future__ import annotations

import random

import pytest

from rexian.directory.demo.city import COMPANIES
from rexian.drill.texts import (
    ASKING,
    CLOSING,
    books,
    customer_name,
    filled,
    is_goodbye,
    language_of,
    reply,
    score,
)  # fmt: skip

DIALOGUES = [(book.tenant, dialogue) for book in books().values() for dialogue in book.dialogue]


def test_four_tenants_have_dialogues_in_chinese_and_in_english() -> None:
    assert set(books()) == {"yunshan", "jianglan", "xingqiao", "anhe"}
    for book in books().values():
        assert {dialogue.lang for dialogue in book.dialogue} == {"zh", "en"}
        assert len(book.dialogue) >= 8


@pytest.mark.parametrize(("tenant", "dialogue"), DIALOGUES, ids=lambda value: getattr(value, "disposition", value))
def test_every_dialogue_takes_turns_and_has_no_holes(tenant: str, dialogue: object) -> None:
    from rexian.drill.texts import Dialogue

    assert isinstance(dialogue, Dialogue)
    assert 0 <= len(dialogue.customer) - len(dialogue.agent) <= 1 or len(dialogue.agent) == len(dialogue.customer)
    spoken = filled(dialogue, random.Random(1))
    for line in (*spoken.customer, *spoken.agent):
        assert "{" not in line
        assert len(line) <= 4000
        assert language_of(line) == dialogue.lang, line


def test_every_topic_of_the_city_has_something_to_talk_about() -> None:
    for company in COMPANIES:
        assert {d.topic for d in books()[company.key].dialogue} == {line.key for line in company.lines}


def test_the_same_hole_has_the_same_value_on_both_sides() -> None:
    outage = next(d for d in books()["jianglan"].dialogue if "{street}" in d.agent[1])
    spoken = filled(outage, random.Random(5))
    street = spoken.agent[1].split("核对一下地址：")[1].split("，")[0]
    assert street in spoken.customer[0]


@pytest.mark.parametrize(
    ("tenant", "text", "expected"),
    [
        ("yunshan", "我手机屏幕碎了", "换屏"),
        ("yunshan", "my screen is cracked", "original one"),
        ("jianglan", "家里停电了！", "整栋楼"),
        ("xingqiao", "宽带断网了", "光猫"),
        ("anhe", "I had an accident", "safe"),
    ],
)
def test_a_visitor_gets_an_answer_to_the_matter_in_the_same_language(tenant: str, text: str, expected: str) -> None:
    answer = reply(tenant, text, 0, "李晓雯", random.Random(1))
    assert expected in answer
    assert language_of(answer.replace("李晓雯", "")) == language_of(text)


def test_a_visitor_who_says_something_unforeseen_is_asked_on_and_not_in_circles() -> None:
    rng = random.Random(2)
    said = [reply("yunshan", "嗯，就是那样", turn, "李晓雯", rng) for turn in range(4)]
    assert len(set(said)) == 4
    assert said[3] == ASKING["zh"][3]
    assert reply("yunshan", "谢谢，没有了", 3, "李晓雯", rng) == CLOSING["zh"]


def test_goodbyes() -> None:
    assert is_goodbye("好的谢谢")
    assert is_goodbye("Thanks, bye")
    assert not is_goodbye("我的手机充不进电")


def test_names_are_invented_and_ratings_follow_mood_and_waiting() -> None:
    rng = random.Random(3)
    assert customer_name("zh", rng)[1:] in {"先生", "女士", "小姐", "阿姨", "师傅", "老师"}
    calm = [score("calm", 5, rng) for _ in range(300)]
    upset = [score("upset", 200, rng) for _ in range(300)]
    assert sum(calm) / 300 > 4.3
    assert sum(upset) / 300 < 2.5
    assert {1, 5} <= set(calm + upset) <= {1, 2, 3, 4, 5}
