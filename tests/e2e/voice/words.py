"""What callers and staff with phones read and press, in both languages."""

from __future__ import annotations

ZH = {
    "call": "呼叫客服",
    "with": "{name} 正在为您服务",
    "hang_up": "挂断",
    "keypad": "拨号键盘",
    "key": "按键 {key}",
    "star": "{n} 星",
    "comment": "还想说点什么？（可选）",
    "send": "提交评价",
    "thanks": "感谢您的评价！",
    "call_back": "不想等？保留位置，稍后回电",
    "call_back_here": "呼叫本页面",
    "answer": "接听",
    "resume_call": "点按继续通话",
    "mute": "静音",
    "unmute": "取消静音",
    "hold": "保持",
    "resume": "恢复通话",
    "end_call": "挂断",
    "together": "三方通话",
    "private": "请客户等候",
    "hand_over": "交给",
    "take_here": "接到这里",
}
EN = {
    "call": "Call us",
    "with": "{name} is helping you",
    "hang_up": "Hang up",
    "keypad": "Keypad",
    "key": "Key {key}",
    "star": "{n} stars",
    "comment": "Anything else? (optional)",
    "send": "Send",
    "thanks": "Thank you for your rating!",
    "mute": "Mute",
    "unmute": "Unmute",
    "hold": "Hold",
    "resume": "Resume",
    "end_call": "Hang up",
    "together": "Three-way call",
}
WORDS = {"zh-CN": ZH, "en": EN}
