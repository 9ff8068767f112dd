"""Invented names for the demo city. They are put together from common syllables; any likeness is chance."""

from __future__ import annotations

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = (
    "子涵 雨桐 浩然 思远 佳怡 俊杰 梓轩 欣怡 天佑 若曦 明哲 静怡 文博 诗琪 志强 美玲 建国 秀兰 海燕 永强 "
    "晓峰 丽华 国栋 春梅 志远 玉珍 立新 淑芬 少华 桂英 宇航 可欣 泽宇 梦瑶 嘉懿 煜城 语嫣 奕辰 锦程 芷若"
)
GIVEN = _GIVEN.split()
FOREIGN = ("Alex Morgan", "Priya Nair", "Tom Becker", "Sofia Lindqvist", "Daniel Okafor", "Emma Laurent")


def chinese_name(number: int) -> str:
    """Return the invented name with this number; the first two thousand differ."""
    surname = SURNAMES[number % len(SURNAMES)]
    return surname + GIVEN[(number * 7 + number // len(SURNAMES)) % len(GIVEN)]


def phone(number: int) -> str:
    """Return a mobile number in 154 0000 xxxx: the prefix 154 is allotted to no operator, so nobody answers there."""
    return f"+86154{number:08d}"


def foreign_phone(number: int) -> str:
    """Return a North American number in 555-0100 … 0199, which is kept free for fiction."""
    return f"+1202555{100 + number % 100:04d}"
