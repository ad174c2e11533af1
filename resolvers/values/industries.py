"""Industry codes (GB/T 4754-2017). DOMAIN §3.5.

Section letter A-T, then none, two, three or four digits. Digits alone are accepted, because the
section follows from the division.
"""

from __future__ import annotations

import re

from resolvers.values.lists import Industry, ReferenceLists, shipped_lists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

_SHAPE = re.compile(r"([A-T])?([0-9]{2,4})|[A-T]")

_FORMAT_ISSUE = Issue(
    "INDUSTRY_FORMAT",
    "国民经济行业代码应为门类字母 A—T 加 0、2、3 或 4 位数字（如 C3911）。",
    "An industry code is a letter A-T and 0, 2, 3 or 4 digits (C3911).",
)
_UNKNOWN_ISSUE = Issue(
    "INDUSTRY_UNKNOWN",
    "GB/T 4754-2017 中没有该行业代码，请核对。",
    "GB/T 4754-2017 has no such industry; check the code.",
)
_SECTION_ADDED = Issue(
    "W_INDUSTRY_SECTION_ADDED",
    "行业代码缺门类字母，已补上。",
    "The section letter was missing and has been added.",
)


def parse_industry(text: str, *, lists: ReferenceLists | None = None) -> Checked[Industry]:
    """Check an industry code; an unknown class of a known group becomes the group."""
    known = lists or shipped_lists()
    industry = known.industries.get(text)
    if industry is not None:
        return Checked(industry, industry.code, industry.code, ())
    code = identifier_text(text)
    match = _SHAPE.fullmatch(code)
    if match is None:
        return Checked(None, None, None, (_FORMAT_ISSUE,))
    issues: tuple[Issue, ...] = ()
    letter, digits = match.groups()
    if digits:
        section = known.sections.get(digits[:2])
        if section is None:
            return Checked(None, None, None, (_UNKNOWN_ISSUE,))
        code = section + digits
        if letter is None:
            issues = (_SECTION_ADDED,)
        elif letter != section:
            return Checked(None, None, None, (_mismatch(code),))
    return _look_up(code, issues, known)


def _look_up(code: str, issues: tuple[Issue, ...], known: ReferenceLists) -> Checked[Industry]:
    industry = known.industries.get(code)
    if industry is None and len(code) == 5:
        industry = known.industries.get(code[:4])
        issues = (*issues, _fallen_back(code))
    if industry is None:
        return Checked(None, None, None, (_UNKNOWN_ISSUE,))
    return Checked(industry, industry.code, industry.code, issues)


def _mismatch(expected: str) -> Issue:
    return Issue(
        "INDUSTRY_SECTION_MISMATCH",
        f"门类字母与大类不符，应为 {expected}。",
        f"The section letter does not fit the division; expected {expected}.",
        expected,
    )


def _fallen_back(code: str) -> Issue:
    return Issue(
        "W_INDUSTRY_CLASS_UNKNOWN",
        f"没有小类 {code}，按中类 {code[:4]} 处理。",
        f"Class {code} is unknown; taken as its group {code[:4]}.",
        code[:4],
    )
