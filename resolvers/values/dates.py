"""Dates of patent data, in every spelling met (DOMAIN §3.8), and the clock of the rules.

Times in sources are Asia/Shanghai; a date cell keeps the day it prints.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Final

from resolvers.values.result import Checked, Issue
from resolvers.values.text import fold

CHINA_TIME: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without summer time since 1992; a fixed offset needs no zone database."""

LAST_PAST_YEAR: Final = 2025
"""A year known to be over: years up to here need no look at the clock."""

FIRST_DAY: Final = date(1985, 4, 1)
"""The first patent law of the People's Republic took effect."""

_YEARS_AHEAD = 30
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 20000, 80000

PLACEHOLDERS: Final = frozenset(
    [
        "-",
        "--",
        "/",
        "无",
        "暂无",
        "NULL",
        "NONE",
        "N/A",
        "0000-00-00",
        "1900-01-01",
        "1899-12-30",
        "9999-12-31",
    ]
)

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SEPARATED = re.compile(
    r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|\+08:?00)?"
)
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.0+)?")
_PARTIAL = re.compile(r"[0-9]{4}[-./][0-9]{1,2}|[0-9]{4}年[0-9]{1,2}月|[0-9]{4}年?")
_AMBIGUOUS = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4}")

_PLACEHOLDER_ISSUE = Issue(
    "W_DATE_PLACEHOLDER", "占位日期，按无日期处理。", "A placeholder; treated as no date."
)
_SERIAL_ISSUE = Issue(
    "W_DATE_EXCEL_SERIAL",
    "日期为 Excel 序列号，已换算；建议将该列设为日期或文本。",
    "An Excel serial number; converted. Format the column as date or text.",
)
_PARTIAL_ISSUE = Issue(
    "DATE_PARTIAL",
    "日期只有年或年月，请补全到日（YYYY-MM-DD）。",
    "Only a year or a month; give the full date (YYYY-MM-DD).",
)
_AMBIGUOUS_ISSUE = Issue(
    "DATE_AMBIGUOUS",
    "日、月先后不明确，请写成 YYYY-MM-DD。",
    "The order of day and month is unclear; write YYYY-MM-DD.",
)
_FORMAT_ISSUE = Issue(
    "DATE_FORMAT", "无法识别的日期，请写成 YYYY-MM-DD。", "Not a date; write YYYY-MM-DD."
)
_INVALID_ISSUE = Issue(
    "DATE_INVALID", "没有这一天，请核对年月日。", "No such day; check year, month and day."
)
_BEFORE_LAW_ISSUE = Issue(
    "DATE_BEFORE_PATENT_LAW",
    "日期早于 1985 年 4 月 1 日（专利法施行日），请核对。",
    "Before 1 April 1985, when the Patent Law took effect; check the date.",
)
_RANGE_ISSUE = Issue(
    "DATE_RANGE",
    "日期晚于今天 30 年以上，请核对。",
    "More than 30 years ahead; check the date.",
)
DATE_ORDER = Issue(
    "DATE_ORDER",
    "日期先后不合理（申请 ≤ 公开 ≤ 授权；起 ≤ 止；登记 ≤ 注销），请核对。",
    "Dates out of order (filing ≤ publication ≤ grant; from ≤ to; registered ≤ cancelled).",
)


def today_in_china() -> date:
    """Return the present day in China, which every rule about "today" means."""
    return datetime.now(CHINA_TIME).date()


def add_years(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 28 February.

    >>> add_years(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def parse_date(text: str, *, today: date | None = None) -> Checked[date]:
    """Check a date. An empty cell or a placeholder is accepted as no value."""
    match = _ISO.fullmatch(text)
    if match is not None and text not in PLACEHOLDERS:
        return _day(int(match[1]), int(match[2]), int(match[3]), today)
    cleaned = fold(text).strip()
    if not cleaned:
        return _NO_DATE
    if cleaned in PLACEHOLDERS:
        return _NO_DATE_PLACEHOLDER
    match = (
        _SEPARATED.fullmatch(cleaned) or _CHINESE.fullmatch(cleaned) or _COMPACT.fullmatch(cleaned)
    )
    if match is not None:
        return _day(int(match[1]), int(match[2]), int(match[3]), today)
    return _other_form(cleaned, today)


def _other_form(cleaned: str, today: date | None) -> Checked[date]:
    """Check an Excel serial, or say why the text is no date."""
    match = _SERIAL.fullmatch(cleaned)
    if match is not None and _EXCEL_FIRST <= int(match[1]) <= _EXCEL_LAST:
        day = _EXCEL_EPOCH + timedelta(days=int(match[1]))
        return _bounded(day, today, (_SERIAL_ISSUE,))
    if _PARTIAL.fullmatch(cleaned):
        return Checked(None, None, None, (_PARTIAL_ISSUE,))
    if _AMBIGUOUS.fullmatch(cleaned):
        return Checked(None, None, None, (_AMBIGUOUS_ISSUE,))
    return Checked(None, None, None, (_FORMAT_ISSUE,))


def _day(year: int, month: int, day_of_month: int, today: date | None) -> Checked[date]:
    try:
        day = date(year, month, day_of_month)
    except ValueError:
        return Checked(None, None, None, (_INVALID_ISSUE,))
    return _bounded(day, today, ())


def _bounded(day: date, today: date | None, issues: tuple[Issue, ...]) -> Checked[date]:
    if day < FIRST_DAY:
        return Checked(None, None, None, (*issues, _BEFORE_LAW_ISSUE))
    if day.year > LAST_PAST_YEAR and day > add_years(today or today_in_china(), _YEARS_AHEAD):
        return Checked(None, None, None, (*issues, _RANGE_ISSUE))
    text = day.isoformat()
    return Checked(day, text, text, issues)


_NO_DATE: Final[Checked[date]] = Checked()
_NO_DATE_PLACEHOLDER: Final[Checked[date]] = Checked(None, None, None, (_PLACEHOLDER_ISSUE,))
