"""Record numbers of licence contracts (备案号), pledge registrations (登记号) and open-licence
statements (开放许可声明编号).

Licence: ``X`` + year + two-digit office + seven digits; pledge: ``Y`` + the same; older numbers
have no letter. The shape was seen in gazettes, not in a rule text, so another shape only warns;
the wrong letter is an error. DOMAIN §3.10; statement numbers are free text, trimmed, upper case
(§2.3).
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

RecordKind = Literal["LICENCE", "PLEDGE", "OPEN_LICENCE"]

_SHAPE = re.compile(r"([XY]?)((?:19|20)[0-9]{2})([0-9]{2})([0-9]{7})")
_LETTERS: dict[RecordKind, str] = {"LICENCE": "X", "PLEDGE": "Y"}

_SHAPE_ISSUE = Issue(
    "W_RECORDNO_SHAPE",
    "备案号或登记号形式少见，请核对（常见：X 或 Y + 年 + 2 位 + 7 位数字）。",
    "Unusual record number; compare it (usual: X or Y, year, 2 and 7 digits).",
)
_PREFIX_ISSUE = Issue(
    "RECORDNO_PREFIX",
    "备案号字头不符：许可备案为 X，质押登记为 Y；请核对是否填错列。",
    "Wrong letter: X for licence recordals, Y for pledges; check that the column is right.",
)
_EMPTY_ISSUE = Issue(
    "RECORDNO_EMPTY", "备案号或登记号为空，请填写。", "The record number is empty; give one."
)


class RecordNumber(Struct, frozen=True):
    """A number taken apart; the parts are None when the shape is not the usual one.

    `office_code`: 98 or 99 for the national office, else the province's two digits.
    """

    canonical: str
    kind: RecordKind
    year: int | None = None
    office_code: str | None = None
    serial: str | None = None


def parse_record_number(text: str, kind: RecordKind) -> Checked[RecordNumber]:
    """Check a number of one kind."""
    number = identifier_text(text)
    if not number:
        return Checked(None, None, None, (_EMPTY_ISSUE,))
    letter = _LETTERS.get(kind)
    if letter is None:
        return Checked(RecordNumber(number, kind), number, number, ())
    match = _SHAPE.fullmatch(number)
    if match is None:
        return Checked(RecordNumber(number, kind), number, number, (_SHAPE_ISSUE,))
    if match[1] not in ("", letter):
        return Checked(None, None, None, (_PREFIX_ISSUE,))
    value = RecordNumber(number, kind, int(match[2]), match[3], match[4])
    return Checked(value, number, number, ())
