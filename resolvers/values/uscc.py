"""Unified Social Credit Codes (GB 32100-2015) with the organisation code inside (GB 11714-1997).

18 characters of 31: registering authority, entity type, region (6 digits), organisation code (9),
check. DOMAIN §3.3. The region may be retired since: never use it as the present region.
"""

from __future__ import annotations

import re

from msgspec import Struct

from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_LENGTH = 18
_AUTHORITIES = frozenset("123456789ANY")
# Value times weight, reduced, per position: the check is seventeen dictionary look-ups.
_WEIGHTED = tuple(
    {character: value * pow(3, position, 31) for value, character in enumerate(ALPHABET)}
    for position in range(_LENGTH - 1)
)
# GB 11714: digits count 0-9, letters A=10 … Z=35.
_ORGANIZATION_WEIGHTED = tuple(
    {character: int(character, 36) * weight for character in ALPHABET}
    for weight in (3, 7, 9, 10, 5, 8, 4, 2)
)
_ORGANIZATION_CHECK = "0X987654321"

_WELL_FORMED = re.compile(rf"[1-9ANY][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}")

_LENGTH_ISSUE = Issue(
    "USCC_LENGTH",
    "统一社会信用代码应为 18 位，请补全。",
    "A unified social credit code has 18 characters; complete it.",
)
_AUTHORITY_ISSUE = Issue(
    "USCC_AUTHORITY",
    "统一社会信用代码首位（登记管理部门）无效；应为 1—9、A、N 或 Y。",
    "Unknown registering authority in position 1; expected 1-9, A, N or Y.",
)
_REGION_ISSUE = Issue(
    "USCC_REGION",
    "统一社会信用代码第 3—8 位应为 6 位行政区划数字。",
    "Positions 3 to 8 must be the six digits of a region.",
)
_ORGANIZATION_ISSUE = Issue(
    "W_USCC_ORGCODE_CHECK",
    "主体标识码（第 9—17 位）的校验位不符，请核对。",
    "The organisation code (positions 9 to 17) has a wrong check character; compare it.",
)


class Uscc(Struct, frozen=True):
    """A code taken apart. `organization_code` is written with its hyphen: ``60003734-1``."""

    canonical: str
    registration_authority: str
    entity_type: str
    region_code: str
    organization_code: str


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters.

    >>> check_character("91110000600037341")
    'L'
    """
    total = sum(map(dict.__getitem__, _WEIGHTED, body))
    return ALPHABET[-total % 31]


def organization_check_character(body: str) -> str:
    """Return the check character of an organisation code's first eight (GB 11714).

    >>> organization_check_character("60003734")
    '1'
    """
    total = sum(map(dict.__getitem__, _ORGANIZATION_WEIGHTED, body))
    return _ORGANIZATION_CHECK[total % 11]


def parse_uscc(text: str) -> Checked[Uscc]:
    """Check a code in any spelling: spaces, hyphens, full-width and lower-case letters."""
    code = text
    if _WELL_FORMED.fullmatch(code) is None:
        code = identifier_text(text).replace("-", "")
        problem = _find_malformation(code)
        if problem is not None:
            return Checked(None, None, None, (problem,))
    expected = check_character(code)
    if code[17] != expected:
        return Checked(None, None, None, (_check_issue(expected),))
    issues = () if organization_check_character(code[8:16]) == code[16] else _ORGANIZATION_ISSUES
    value = Uscc(code, code[0], code[1], code[2:8], f"{code[8:16]}-{code[16]}")
    return Checked(value, code, code, issues)


def _find_malformation(code: str) -> Issue | None:
    if len(code) != _LENGTH:
        return _LENGTH_ISSUE
    strange = sorted(set(code).difference(ALPHABET))
    if strange:
        listed = "".join(strange)
        return Issue(
            "USCC_CHARSET",
            f"统一社会信用代码含无效字符 {listed}；不用字母 I、O、S、V、Z，常与 1、0、5、2 混淆。",
            f"Characters not allowed: {listed}; I, O, S, V, Z are never used (use 1, 0, 5, 2).",
        )
    if code[0] not in _AUTHORITIES:
        return _AUTHORITY_ISSUE
    if not code[2:8].isdigit():
        return _REGION_ISSUE
    return None


def _check_issue(expected: str) -> Issue:
    return Issue(
        "USCC_CHECK",
        f"统一社会信用代码校验位错误，按前 17 位计算应为 {expected}；请核对全部字符。",
        f"Wrong check character, computed {expected}; compare every character.",
        expected,
    )


_ORGANIZATION_ISSUES: tuple[Issue, ...] = (_ORGANIZATION_ISSUE,)
