"""Codes of states, entities and organisations (WIPO ST.3). DOMAIN §3.7.

Provisional codes are accepted only as the country of a party, never as an office. UK is an alias
of GB; codes of states that no longer exist are accepted with a warning.
"""

from __future__ import annotations

import re

from resolvers.values.lists import Office, ReferenceLists, shipped_lists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

_SHAPE = re.compile(r"[A-Z]{2}")
_ALIASES = {"UK": "GB"}

_FORMAT_ISSUE = Issue(
    "OFFICE_FORMAT",
    "国家、地区或组织代码应为两个字母（WIPO ST.3，如 CN、EP）。",
    "An office code has two letters (WIPO ST.3: CN, EP).",
)
_UNKNOWN_ISSUE = Issue(
    "OFFICE_UNKNOWN",
    "WIPO ST.3 中没有该代码，请核对。",
    "WIPO ST.3 has no such code; check it.",
)
_PROVISIONAL_ISSUE = Issue(
    "OFFICE_PROVISIONAL",
    "临时代码只能用作当事人国别，不能用作专利局代码。",
    "A provisional code may stand for a party's country only, never for an office.",
)
_FORMER_ISSUE = Issue(
    "W_OFFICE_FORMER",
    "该代码已停用，仅用于历史数据。",
    "The code is no longer in use; right only for historic data.",
)
_ALIAS_ISSUE = Issue(
    "W_OFFICE_ALIAS", "非标准代码，已换成标准代码。", "An alias; replaced by the standard code."
)


def parse_office(
    text: str, *, party_country: bool = False, lists: ReferenceLists | None = None
) -> Checked[Office]:
    """Check a code as an office, or with `party_country` as the country of a party."""
    known = (lists or shipped_lists()).offices
    code = text
    office = known.get(code)
    issues: tuple[Issue, ...] = ()
    if office is None or office.kind == "FORMER_OR_ALIAS":
        code = identifier_text(text)
        if _SHAPE.fullmatch(code) is None:
            return Checked(None, None, None, (_FORMAT_ISSUE,))
        if code in _ALIASES:
            code = _ALIASES[code]
            issues = (_ALIAS_ISSUE,)
        office = known.get(code)
        if office is None:
            return Checked(None, None, None, (_UNKNOWN_ISSUE,))
    if office.kind == "FORMER_OR_ALIAS":
        issues = (_FORMER_ISSUE,)
    elif office.kind == "PROVISIONAL" and not party_country:
        return Checked(None, None, None, (_PROVISIONAL_ISSUE,))
    return Checked(office, code, office.name_zh or office.name_en, issues)
