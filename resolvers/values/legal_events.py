"""Codes of gazetted legal events and their WIPO ST.27 key event categories. DOMAIN §3.11.

A code the list does not know is kept with a warning and ST.27 category W ("other event"): an event
must never be dropped because a list is short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from msgspec import Struct

from resolvers.reference.shipped import read_shipped
from resolvers.values.dates import parse_date
from resolvers.values.event_text import EventDetail
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

Effect = Literal[
    "NONE",
    "SET_IN_FORCE",
    "SET_DEAD",
    "CHANGE_HOLDER",
    "CHANGE_HOLDER_NAME",
    "ADD_LICENCE",
    "CHANGE_LICENCE",
    "END_LICENCE",
    "ADD_OPEN_LICENCE",
    "END_OPEN_LICENCE",
    "ADD_PLEDGE",
    "CHANGE_PLEDGE",
    "END_PLEDGE",
    "SET_FROZEN",
    "CLEAR_FROZEN",
    "LIMIT_CLAIMS",
    "EXTEND_TERM",
]

OTHER_CATEGORY = "W"

_SHAPE = re.compile(r"[A-Z][A-Z0-9][0-9]{1,2}")
# Names of older gazettes and of exports, beside the names of the list.
_OTHER_NAMES = {"公开": "PB01", "实质审查": "SE01", "授权公告": "GR01", "专利权的终止": "CF01"}
# Labels whose value is the day the event takes effect, the most telling first.
_EFFECTIVE_LABELS = (
    "登记生效日",
    "生效日",
    "备案日期",
    "备案日",
    "解除日",
    "变更日",
    "终止日期",
    "终止日",
)

_FORMAT_ISSUE = Issue(
    "LEGAL_EVENT_FORMAT",
    "不是法律状态事务代码；应为两个字母加两位数字（如 TR01）。",
    "Not a legal event code; expected two letters and two digits (TR01).",
)
_UNKNOWN_ISSUE = Issue(
    "W_LEGAL_EVENT_UNKNOWN",
    "代码表中没有该法律状态事务，按“其他”保存，不影响法律状态。",
    "The list has no such legal event; kept as another event, without effect on the status.",
)


class LegalEventCode(Struct, frozen=True):
    """One code. `group` is the family of the event (GRANT, PLEDGE, CESSATION …)."""

    code: str
    name_zh: str
    name_en: str
    st27_category: str
    group: str
    effect: Effect


@cache
def event_codes() -> Mapping[str, LegalEventCode]:
    """Return the shipped codes by code."""
    return {
        row["code"]: LegalEventCode(
            row["code"],
            row["name_zh"],
            row["name_en"],
            row["st27_category"],
            row["group"],
            _EFFECTS[row["effect_on_projection"]],
        )
        for row in read_shipped("legal_event_codes.csv")
    }


@cache
def _codes_by_name() -> Mapping[str, LegalEventCode]:
    codes = event_codes()
    names = {event.name_zh: event for event in codes.values()}
    names.update((name, codes[code]) for name, code in _OTHER_NAMES.items())
    return names


def parse_event_code(text: str) -> Checked[LegalEventCode]:
    """Check an event code, or the Chinese name of an event."""
    known = event_codes().get(text)
    if known is None:
        code = identifier_text(text)
        known = event_codes().get(code) or _codes_by_name().get(code)
        if known is None:
            return _unknown(code)
    return Checked(known, known.code, known.name_zh, ())


def _unknown(code: str) -> Checked[LegalEventCode]:
    if _SHAPE.fullmatch(code) is None:
        return Checked(None, None, None, (_FORMAT_ISSUE,))
    event = LegalEventCode(code, code, code, OTHER_CATEGORY, "OTHER", "NONE")
    return Checked(event, code, code, (_UNKNOWN_ISSUE,))


def effective_date(details: tuple[EventDetail, ...]) -> date | None:
    """Return the day the event takes effect as its text says, or None.

    >>> effective_date((EventDetail("登记生效日", "20121116"),))
    datetime.date(2012, 11, 16)
    """
    for label in _EFFECTIVE_LABELS:
        for detail in details:
            if detail.label == label and (day := parse_date(detail.value).value) is not None:
                return day
    return None


_EFFECTS: dict[str, Effect] = {
    "NONE": "NONE",
    "SET_IN_FORCE": "SET_IN_FORCE",
    "SET_DEAD": "SET_DEAD",
    "CHANGE_HOLDER": "CHANGE_HOLDER",
    "CHANGE_HOLDER_NAME": "CHANGE_HOLDER_NAME",
    "ADD_LICENCE": "ADD_LICENCE",
    "CHANGE_LICENCE": "CHANGE_LICENCE",
    "END_LICENCE": "END_LICENCE",
    "ADD_OPEN_LICENCE": "ADD_OPEN_LICENCE",
    "END_OPEN_LICENCE": "END_OPEN_LICENCE",
    "ADD_PLEDGE": "ADD_PLEDGE",
    "CHANGE_PLEDGE": "CHANGE_PLEDGE",
    "END_PLEDGE": "END_PLEDGE",
    "SET_FROZEN": "SET_FROZEN",
    "CLEAR_FROZEN": "CLEAR_FROZEN",
    "LIMIT_CLAIMS": "LIMIT_CLAIMS",
    "EXTEND_TERM": "EXTEND_TERM",
}
