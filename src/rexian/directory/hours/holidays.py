"""China's public holidays and the weekend days worked instead, as the State Council announces them each year."""

from __future__ import annotations

from datetime import date

from chinese_calendar import constants

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
# After this day nothing has been announced yet in the installed `chinese_calendar`: weekdays count as weekdays.
KNOWN_UNTIL = date(max(constants.holidays).year, 12, 31)


def holiday(day: date) -> tuple[str, str] | None:
    """Return the holiday's name in Chinese and English, None if the day is none."""
    name = constants.holidays.get(day)
    return None if name is None else (_NAMES.get(name, name), name)


def makeup(day: date) -> tuple[str, str] | None:
    """Return what the worked weekend day makes up for, None if it is an ordinary day."""
    name = constants.workdays.get(day)
    return None if name is None else (f"{_NAMES.get(name, name)}调休上班", f"Make-up workday ({name})")
