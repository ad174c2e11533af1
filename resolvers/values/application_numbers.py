"""Chinese patent application numbers (ZC 0006-2003) and the keys of other offices.

Since 1 October 2003: year (4), type (1), serial (7), check. From 1989 to September 2003: year (2),
type (1), serial (5), check. From 1985 to 1988: eight digits without check. A patent number (ZL…)
is the application number. Canonical: ``CN`` + digits + check, no dot. DOMAIN §3.1, §2.3.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from msgspec import Struct

from resolvers.values.dates import LAST_PAST_YEAR, today_in_china
from resolvers.values.lists import ReferenceLists, shipped_lists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

PatentKind = Literal["INVENTION", "UTILITY_MODEL", "DESIGN"]

_KINDS: dict[str, PatentKind] = {
    "1": "INVENTION",
    "2": "UTILITY_MODEL",
    "3": "DESIGN",
    "8": "INVENTION",  # PCT application entering as invention
    "9": "UTILITY_MODEL",  # PCT application entering as utility model
}
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CHECK_CHARACTERS = "0123456789X"
# Weighted digit per position, so that the check costs twelve dictionary look-ups.
_WEIGHTED = tuple({str(digit): digit * weight for digit in range(10)} for weight in _WEIGHTS)

_FIRST_MODERN_YEAR = 2003
_LAST_SHORT_YEAR = 2003
_FIRST_YEAR = 1985

_PREFIX = re.compile(r"(?:CN|ZL)")
_MODERN = re.compile(r"(?:CN|ZL)?([0-9]{12})\.?([0-9X])")
_SHORT = re.compile(r"(?:CN|ZL)?([0-9]{8})\.?([0-9X])")
_FLOAT = re.compile(r"([0-9]{13})\.0")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+")
_STANDARD = re.compile(r"([0-9]{4})000([12389][0-9]{7})")
_THIRTEEN = re.compile(r"([0-9]{12})([0-9X])")
_TWELVE = re.compile(r"[0-9]{12}")
_NINE = re.compile(r"([0-9]{8})([0-9X])")
_EIGHT = re.compile(r"8[5-8][0-9]{6}")
_FOREIGN = re.compile(r"([A-Z]{2})([A-Z0-9]{2,20})")
_FOREIGN_PUNCTUATION = re.compile(r"[./,\-]+")

_SCIENTIFIC_ISSUE = Issue(
    "APPNO_EXCEL_SCIENTIFIC",
    "申请号被 Excel 转成科学计数法，数字已丢失；请将该列设为文本后重新导出。",
    "Excel turned the number into scientific notation and lost digits; "
    "format the column as text and export again.",
)
_FORMAT_ISSUE = Issue(
    "APPNO_FORMAT",
    "不是中国专利申请号；应为 12 位数字加校验位（如 201210464170.6），"
    "2003 年 10 月前为 8 位数字加校验位。",
    "Not a Chinese application number; expected 12 digits and a check character "
    "(201210464170.6), before October 2003 8 digits and a check character.",
)
_TYPE_ISSUE = Issue(
    "APPNO_TYPE",
    "申请种类号无效；应为 1（发明）、2（实用新型）、3（外观设计）、8 或 9（PCT）。",
    "Unknown type digit; expected 1 (invention), 2 (utility model), 3 (design), 8 or 9 (PCT).",
)
_YEAR_ISSUE = Issue(
    "APPNO_YEAR",
    "申请年份不在范围内；13 位号码应为 2003 年至今年，9 位号码应为 1985 至 2003 年。",
    "Year out of range; 13 characters: 2003 to this year, 9 characters: 1985 to 2003.",
)
_CHECK_MISSING = Issue(
    "W_APPNO_CHECK_MISSING",
    "申请号缺校验位，已自动补上。",
    "The check character was missing and has been computed.",
)
_STANDARD_FORMAT = Issue(
    "W_APPNO_STANDARD_FORMAT",
    "申请号为 15 位标准格式，已转换。",
    "The number is in the 15-digit standard form and has been converted.",
)
_FLOAT_SUFFIX = Issue(
    "W_APPNO_FLOAT_SUFFIX",
    "申请号被当作数值读取（带 .0），已修正；请将该列设为文本。",
    "The number was read as a numeric cell (.0); corrected. Format the column as text.",
)
YEAR_FILING = Issue(
    "W_APPNO_YEAR_FILING",
    "申请号年份与申请日年份不同（分案申请属正常）。",
    "The year of the number differs from the filing date (normal for divisional applications).",
)


class ApplicationNumber(Struct, frozen=True):
    """An application number taken apart.

    `kind` and `filing_year` are None for other offices, whose national numbers are not parsed.
    """

    canonical: str
    display: str
    office: str
    kind: PatentKind | None
    filing_year: int | None
    pct_national_phase: bool


def check_character(body: str) -> str:
    """Return the check character of 12 digits (since October 2003) or 8 digits (before).

    >>> check_character("201210464170"), check_character("95115608")
    ('6', 'X')
    """
    return _CHECK_CHARACTERS[sum(map(dict.__getitem__, _WEIGHTED, body)) % 11]


def parse_application_number(
    text: str,
    *,
    foreign: bool = False,
    today: date | None = None,
    lists: ReferenceLists | None = None,
) -> Checked[ApplicationNumber]:
    """Check an application number in any accepted spelling.

    `foreign` also accepts the keys of other offices: ST.3 code and national number (DOMAIN §2.3).
    `today` bounds the year; by default the present day in China.
    """
    match = _MODERN.fullmatch(text)
    if match is not None:  # the common case, without any cleaning
        return _modern(match[1], match[2], (), today)
    match = _SHORT.fullmatch(text)
    if match is not None:
        return _short(match[1], match[2], ())
    cleaned = identifier_text(text)
    if _SCIENTIFIC.fullmatch(cleaned):
        return Checked(None, None, None, (_SCIENTIFIC_ISSUE,))
    if foreign and (found := _foreign(cleaned, lists or shipped_lists())) is not None:
        return found
    issues: tuple[Issue, ...] = ()
    if match := _FLOAT.fullmatch(cleaned):
        cleaned = match[1]
        issues = (_FLOAT_SUFFIX,)
    if _PREFIX.match(cleaned):
        cleaned = cleaned[2:]
    return _bare(cleaned, issues, today)


def _bare(number: str, issues: tuple[Issue, ...], today: date | None) -> Checked[ApplicationNumber]:
    """Check a number without prefix, trying the forms from the newest to the oldest."""
    if match := _STANDARD.fullmatch(number):
        body = match[1] + match[2]
        return _modern(body, check_character(body), (*issues, _STANDARD_FORMAT), today)
    number = number.replace(".", "")
    if _TWELVE.fullmatch(number) and number[4] in _KINDS and _is_modern_year(number, today):
        return _modern(number, check_character(number), (*issues, _CHECK_MISSING), today)
    if match := _THIRTEEN.fullmatch(number):
        return _modern(match[1], match[2], issues, today)
    if match := _NINE.fullmatch(number):
        return _short(match[1], match[2], issues)
    if _EIGHT.fullmatch(number):
        return _oldest(number, issues)
    return Checked(None, None, None, (*issues, _FORMAT_ISSUE))


def _is_modern_year(number: str, today: date | None) -> bool:
    year = int(number[:4])
    if today is None:
        # The clock is asked only for years that might lie ahead: it costs as much as the check.
        return year >= _FIRST_MODERN_YEAR and (
            year <= LAST_PAST_YEAR or year <= today_in_china().year
        )
    return _FIRST_MODERN_YEAR <= year <= today.year


def _modern(
    body: str, check: str, issues: tuple[Issue, ...], today: date | None
) -> Checked[ApplicationNumber]:
    if not _is_modern_year(body, today):
        return Checked(None, None, None, (*issues, _YEAR_ISSUE))
    return _checked(body, check, int(body[:4]), body[4], issues)


def _short(body: str, check: str, issues: tuple[Issue, ...]) -> Checked[ApplicationNumber]:
    two_digits = int(body[:2])
    year = two_digits + (1900 if two_digits >= _FIRST_YEAR % 100 else 2000)
    if not _FIRST_YEAR <= year <= _LAST_SHORT_YEAR:
        return Checked(None, None, None, (*issues, _YEAR_ISSUE))
    return _checked(body, check, year, body[2], issues)


def _checked(
    body: str, check: str, year: int, type_digit: str, issues: tuple[Issue, ...]
) -> Checked[ApplicationNumber]:
    kind = _KINDS.get(type_digit)
    if kind is None:
        return Checked(None, None, None, (*issues, _TYPE_ISSUE))
    expected = check_character(body)
    if expected != check:
        return Checked(None, None, None, (*issues, _check_issue(expected)))
    canonical = f"CN{body}{check}"
    display = f"{body}.{check}"
    value = ApplicationNumber(canonical, display, "CN", kind, year, type_digit in "89")
    return Checked(value, canonical, display, issues)


def _check_issue(expected: str) -> Issue:
    return Issue(
        "APPNO_CHECK",
        f"申请号校验位错误，按号码计算应为 {expected}；请核对全部数字。",
        f"Wrong check character, computed {expected}; compare every digit with the document.",
        expected,
    )


def _oldest(number: str, issues: tuple[Issue, ...]) -> Checked[ApplicationNumber]:
    """Check a number of 1985 to 1988; PCT types did not exist then."""
    if number[2] not in "123":
        return Checked(None, None, None, (*issues, _TYPE_ISSUE))
    canonical = f"CN{number}"
    year = 1900 + int(number[:2])
    value = ApplicationNumber(canonical, number, "CN", _KINDS[number[2]], year, False)
    return Checked(value, canonical, number, issues)


def _foreign(cleaned: str, lists: ReferenceLists) -> Checked[ApplicationNumber] | None:
    """Return the key of another office, or None when the text does not begin with one."""
    match = _FOREIGN.fullmatch(_FOREIGN_PUNCTUATION.sub("", cleaned))
    if match is None or match[1] == "CN" or match[1] not in lists.offices:
        return None
    if not any(character.isdigit() for character in match[2]):
        return None
    canonical = match[0]
    value = ApplicationNumber(canonical, canonical, match[1], None, None, False)
    return Checked(value, canonical, canonical, ())


def standard_format(canonical: str) -> str | None:
    """Return the 15-digit form of CNIPA's data packages, or None for numbers before October 2003.

    >>> standard_format("CN2012104641706")
    'CN201200010464170'
    """
    digits = canonical[2:]
    if len(digits) != 13 or not canonical.startswith("CN"):
        return None
    return f"CN{digits[:4]}000{digits[4:12]}"


def st13(canonical: str) -> str | None:
    """Return the WIPO ST.13 form: office, type (10, 20, 30), year, nine-digit serial.

    None for types 8 and 9 and for other offices, which are not mapped.

    >>> st13("CN2009101904290")
    'CN102009000190429'
    """
    if not canonical.startswith("CN"):
        return None
    digits = canonical[2:]
    if len(digits) == 13:
        year, type_digit, serial = digits[:4], digits[4], digits[5:12]
    else:
        century = "19" if digits[:2] >= "85" else "20"
        year, type_digit, serial = century + digits[:2], digits[2], digits[3:8]
    if type_digit not in "123":
        return None
    return f"CN{type_digit}0{year}{int(serial):09d}"
