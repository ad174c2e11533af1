"""Plain figures as sources write them: years, shares, scores, counts, measured figures.

Accepted everywhere: full-width characters, white space, thousands separators. A placeholder (`-`,
无) is no value.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from resolvers.values.dates import PLACEHOLDERS, today_in_china
from resolvers.values.result import Checked, Issue, refused
from resolvers.values.text import without_space

FIRST_YEAR: Final = 2000
"""Statistics of centres do not go further back [H]."""
LARGEST_COUNT: Final = 2**31 - 1

MEASURES: Final[dict[str, tuple[str, int]]] = {
    "元": ("CNY", 1),
    "人民币元": ("CNY", 1),
    "千元": ("CNY", 1_000),
    "万": ("CNY", 10_000),
    "万元": ("CNY", 10_000),
    "万元人民币": ("CNY", 10_000),
    "亿元": ("CNY", 100_000_000),
    "%": ("PERCENT", 1),
    "分": ("SCORE", 1),
    "天": ("DAY", 1),
    "日": ("DAY", 1),
    "人": ("PERSON", 1),
    "名": ("PERSON", 1),
    **dict.fromkeys(("个", "件", "项", "家", "次", "份", "笔", "条", "宗"), ("COUNT", 1)),
}
"""Units a figure may carry → what is measured (a unit of the indicators), how many of it."""

_NUMBER = r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,12})?"
_YEAR = re.compile(r"([0-9]{4})(?:\.0+)?年?度?")
_SHARE = re.compile(rf"({_NUMBER})(%)?")
_PLAIN = re.compile(_NUMBER)
_MEASURED = re.compile(
    rf"({_NUMBER})({'|'.join(sorted(map(re.escape, MEASURES), key=len, reverse=True))})?"
)
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")

_YEAR_FORMAT = Issue("YEAR_FORMAT", "年度应为四位数字。", "A year has four digits.")
_YEAR_RANGE = Issue(
    "YEAR_RANGE",
    f"年度应在 {FIRST_YEAR} 年与今年之间。",
    f"The year is from {FIRST_YEAR} to the present one.",
)
_NUMBER_FORMAT = Issue("NUMBER_FORMAT", "不是数字。", "Not a number.")
_SHARE_RANGE = Issue("SHARE_RANGE", "占比应在 0 至 100% 之间。", "A share is from 0 to 100 %.")
_SHARE_PERCENT = Issue(
    "W_SHARE_PERCENT",
    "占比大于 1 且没有写明 %，按百分数处理。",
    "A share above 1 without a percent sign; taken as a percentage.",
)
_SCORE_RANGE = Issue("SCORE_RANGE", "得分应在 0 至 100 之间。", "A score is from 0 to 100.")
_COUNT_FORMAT = Issue(
    "COUNT_FORMAT", "数量应为不小于 0 的整数。", "A count is a whole number, at least 0."
)


class Figure(Struct, frozen=True):
    """A figure as written: the number, and its unit when one is named (`MEASURES`; that of a column
    may be another)."""

    number: Decimal
    unit: str | None = None


def parse_year(text: str, *, today: date | None = None) -> Checked[int]:
    """Check a year of statistics: 2022, 2022年, 2022年度; not in the future."""
    cleaned = without_space(text)
    if _is_nothing(cleaned):
        return Checked()
    found = _YEAR.fullmatch(cleaned)
    if found is None:
        return refused(_YEAR_FORMAT)
    year = int(found[1])
    if not FIRST_YEAR <= year <= (today or today_in_china()).year:
        return refused(_YEAR_RANGE)
    return Checked(year, found[1], found[1])


def parse_share(text: str, *, percent: bool = False) -> Checked[Decimal]:
    """Check a share and return it as a fraction from 0 to 1.

    A percent sign in the cell decides, then the unit of the column (`percent`). Without either, a
    number up to 1 is a fraction, and a larger one can only be a percentage.

    >>> [parse_share(text).value for text in ("48%", "0.35", "35")]
    [Decimal('0.48'), Decimal('0.35'), Decimal('0.35')]
    >>> parse_share("12.5", percent=True).value
    Decimal('0.125')
    """
    cleaned = _THOUSANDS.sub("", without_space(text))
    if _is_nothing(cleaned):
        return Checked()
    found = _SHARE.fullmatch(cleaned)
    if found is None:
        return refused(_NUMBER_FORMAT)
    number = Decimal(found[1])
    guessed = not found[2] and not percent and number > 1
    share = number / 100 if found[2] or percent or guessed else number
    if not 0 <= share <= 1:
        return refused(_SHARE_RANGE)
    share = share.normalize()
    issues = (_SHARE_PERCENT,) if guessed else ()
    return Checked(share, f"{share:f}", f"{share * 100:f}%", issues)


def parse_score(text: str) -> Checked[Decimal]:
    """Check a score from 0 to 100; 分 behind it is tolerated.

    >>> parse_score("92.50分").value, parse_score("101").codes
    (Decimal('92.5'), ('SCORE_RANGE',))
    """
    cleaned = without_space(text)
    if _is_nothing(cleaned):
        return Checked()
    number = cleaned.removesuffix("分")
    if _PLAIN.fullmatch(number) is None:
        return refused(_NUMBER_FORMAT)
    score = Decimal(number)
    if not 0 <= score <= 100:
        return refused(_SCORE_RANGE)
    score = score.normalize()
    return Checked(score, f"{score:f}", f"{score:f}")


def parse_count(text: str) -> Checked[int]:
    """Check a number of things; a counting word behind it is tolerated.

    >>> parse_count("17,837件").value, parse_count("1.5").codes
    (17837, ('COUNT_FORMAT',))
    """
    cleaned = _THOUSANDS.sub("", without_space(text))
    if _is_nothing(cleaned):
        return Checked()
    found = _MEASURED.fullmatch(cleaned)
    if found is None:
        return refused(_NUMBER_FORMAT)
    number = Decimal(found[1])
    counted = found[2] is None or MEASURES[found[2]][0] == "COUNT"
    if not counted or number != number.to_integral_value() or not 0 <= number <= LARGEST_COUNT:
        return refused(_COUNT_FORMAT)
    count = int(number)
    return Checked(count, str(count), str(count))


def parse_figure(text: str, *, default_unit: str | None = None) -> Checked[Figure]:
    """Check a number that may carry its unit, else has that of its column; what it measures is for
    the caller to judge.

    >>> parse_figure("8,650 万元").value
    Figure(number=Decimal('8650'), unit='万元')
    """
    cleaned = _THOUSANDS.sub("", without_space(text))
    if _is_nothing(cleaned):
        return Checked()
    found = _MEASURED.fullmatch(cleaned)
    if found is None:
        return refused(_NUMBER_FORMAT)
    # One form for one number, so that equal figures are equal content.
    number = Decimal(f"{Decimal(found[1]).normalize():f}")
    figure = Figure(number, found[2] or default_unit)
    return Checked(figure, f"{number:f}{found[2] or ''}", None)


def _is_nothing(cleaned: str) -> bool:
    return not cleaned or cleaned.upper() in PLACEHOLDERS
