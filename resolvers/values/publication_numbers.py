"""Chinese publication numbers (ZC 0007) and kind codes (ZC 0008, WIPO ST.16). DOMAIN §3.2.

``CN`` + kind digit + serial (6 digits until about 2007, 8 since) + kind code; from 1985 to 1988
``CN`` + the eight-digit application number + kind code.
"""

from __future__ import annotations

import re

from msgspec import Struct

from resolvers.values.application_numbers import PatentKind
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

_KIND_OF_DIGIT: dict[str, PatentKind] = {"1": "INVENTION", "2": "UTILITY_MODEL", "3": "DESIGN"}
_KIND_OF_LETTER: dict[str, PatentKind] = {
    "A": "INVENTION",
    "B": "INVENTION",
    "C": "INVENTION",
    "U": "UTILITY_MODEL",
    "Y": "UTILITY_MODEL",
    "S": "DESIGN",
    "D": "DESIGN",
}
_ONE_TO_NINE = "123456789"
KIND_CODES: dict[str, frozenset[str]] = {
    "1": frozenset(
        ["A", "A8", "A9", "B", "B8", "B9", "C", *(f"C{digit}" for digit in _ONE_TO_NINE)]
    ),
    "2": frozenset(["U", "U8", "U9", "Y", *(f"Y{digit}" for digit in _ONE_TO_NINE)]),
    "3": frozenset(["S", "D", *(f"S{digit}" for digit in _ONE_TO_NINE)]),
}

_CURRENT = re.compile(r"CN([123])([0-9]{8}|[0-9]{6})([A-Z][0-9]?)")
_LEGACY = re.compile(r"CN8[5-8][123]([0-9]{5})([A-Z][0-9]?)")
_WITH_YEAR = re.compile(r"CN((?:19|20)[0-9]{2})([123][0-9]{6,8}[A-Z][0-9]?)")

_FORMAT_ISSUE = Issue(
    "PUBNO_FORMAT",
    "不是中国专利文献号；应为 CN + 7 或 9 位数字 + 文献种类代码（如 CN102965311B）。",
    "Not a Chinese publication number; expected CN, 7 or 9 digits and a kind code (CN102965311B).",
)
_KIND_ISSUE = Issue(
    "PUBNO_KIND",
    "文献种类代码与专利种类不符；发明用 A、B、C，实用新型用 U、Y，外观设计用 S、D。",
    "The kind code does not belong to this kind of patent; "
    "A, B, C for inventions, U, Y for utility models, S, D for designs.",
)
_LEGACY_ISSUE = Issue(
    "W_PUBNO_LEGACY",
    "1985—1988 年的旧文献号，与申请号相同。",
    "A number of 1985 to 1988, equal to the application number.",
)
KIND_MISMATCH = Issue(
    "KIND_MISMATCH",
    "专利种类与文献种类代码不一致；请核对申请号与公开（公告）号是否属于同一专利。",
    "The kind of patent and the kind code disagree; "
    "check that both numbers belong to the same patent.",
)


class PublicationNumber(Struct, frozen=True):
    """A publication number taken apart. `serial_length` is 8, 6, or 5 for 1985 to 1988."""

    canonical: str
    kind_code: str
    kind: PatentKind
    serial_length: int


def parse_publication_number(text: str) -> Checked[PublicationNumber]:
    """Check a publication number; dots and spaces are dropped."""
    match = _CURRENT.fullmatch(text)
    if match is None:
        cleaned = identifier_text(text).replace(".", "")
        match = _CURRENT.fullmatch(cleaned)
        if match is None:
            return _legacy(cleaned)
    digit, serial, kind_code = match.groups()
    if kind_code not in KIND_CODES[digit]:
        return Checked(None, None, None, (_KIND_ISSUE,))
    canonical = match[0]
    value = PublicationNumber(canonical, kind_code, _KIND_OF_DIGIT[digit], len(serial))
    return Checked(value, canonical, canonical, ())


def _legacy(cleaned: str) -> Checked[PublicationNumber]:
    match = _LEGACY.fullmatch(cleaned)
    if match is None:
        return Checked(None, None, None, (_FORMAT_ISSUE,))
    value = PublicationNumber(cleaned, match[2], _KIND_OF_DIGIT[cleaned[4]], len(match[1]))
    return Checked(value, cleaned, cleaned, (_LEGACY_ISSUE,))


def kind_code_agrees(kind: PatentKind, kind_code: str) -> bool:
    """Return whether a kind code can belong to a patent of this kind (`KIND_MISMATCH` if not).

    >>> kind_code_agrees("INVENTION", "B"), kind_code_agrees("UTILITY_MODEL", "A")
    (True, False)
    """
    return _KIND_OF_LETTER.get(kind_code[:1]) == kind


def without_year(text: str) -> str:
    """Return the number without the year of the "standard" spelling of data packages.

    >>> without_year("CN2013102965311A")
    'CN102965311A'
    """
    cleaned = identifier_text(text)
    match = _WITH_YEAR.fullmatch(cleaned)
    return f"CN{match[2]}" if match else text
