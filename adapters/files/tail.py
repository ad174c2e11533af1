"""Rows that are no records: empty lines, total lines, notes. Ignored and counted (DOMAIN §4.1)."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from adapters.model import Cell

# Words of a total line stand alone or before a colon or a figure: 总计划科技公司 is a name.
_TOTAL = re.compile(
    r"^(?:本页|本表)?(?:合计|总计|小计|共计|累计|total)(?:$|[:(（\d共])", re.IGNORECASE
)
_NOTE = re.compile(
    r"^(?:备?注|说明|填表说明|填报人|填报单位|填表人|制表人?|审核人?|联系人|报送单位|打印日期|制表日期)\d*[:.、]"
)
# Characters no total and no note begins with; most records begin with one of them.
_NO_TAIL = frozenset(string.ascii_letters + string.digits) - frozenset("tT")
# A note fills one or two cells; a record with a note-like first cell fills more.
_NOTE_CELLS = 2


class Ignored(StrEnum):
    EMPTY = "EMPTY"
    TOTAL = "TOTAL"
    NOTE = "NOTE"


def ignored_kind(cells: Sequence[Cell]) -> Ignored | None:
    """Return why a row is no record, or None when it is one.

    >>> ignored_kind(["合计", "", 999.0]), ignored_kind(["", None]), ignored_kind(["FT-1", "x"])
    (<Ignored.TOTAL: 'TOTAL'>, <Ignored.EMPTY: 'EMPTY'>, None)
    """
    if cells and isinstance(cells[0], str) and cells[0][:1] in _NO_TAIL:
        return None
    first = next((cell for cell in cells if not _is_empty(cell)), None)
    if first is None:
        return Ignored.EMPTY
    if not isinstance(first, str):
        return None
    text = "".join(unicodedata.normalize("NFKC", first[:40]).split())
    if _TOTAL.match(text):
        return Ignored.TOTAL
    if _NOTE.match(text) and sum(not _is_empty(cell) for cell in cells) <= _NOTE_CELLS:
        return Ignored.NOTE
    return None


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip("\u3000 \t\r\n\ufeff\xa0"))
