"""Where the header is and what each column means.

Header = the first of ten rows in which at least half of the non-empty cells are known aliases
(DOMAIN §4.1); above it stand titles and lines like ``单位：万元``. A header is compared in normal
form: NFKC, no white space, half-width brackets, without the `*` of required columns, a trailing
colon and a trailing unit in brackets. The unit is kept for the column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.files.delimited import RawRow
from adapters.model import Cell

HEADER_ROWS = 10
UNITS = ("元", "千元", "万元", "亿元", "%", "人民币元", "万元人民币", "美元", "万美元")

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_TRAILING_UNIT = re.compile(rf"[(\[](?:单位[::]?)?(?:人民币)?({_UNIT})[)\]]$")
_UNIT_LINE = re.compile(rf"^(?:金额)?单位[::](?:人民币)?({_UNIT})$")
_BARE_UNIT = re.compile(rf"^[(\[]?({_UNIT})[)\]]?$")
_BRACKETS = str.maketrans("（）【】［］", "()[][]")


@dataclass(frozen=True, slots=True)
class Column:
    """`header` is unique within the table; `field` is None for columns the feed does not know."""

    position: int
    header: str
    field: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is the row number; `repeated` the headers of columns that lost to an earlier one."""

    row: int
    columns: tuple[Column, ...]
    repeated: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(column.field for column in self.columns if column.field)


def header_key(text: str) -> tuple[str, str | None]:
    """Return the form headers are compared in, and the unit.

    >>> header_key("* 挂牌价格（万元）：")
    ('挂牌价格', '万元')
    >>> header_key("公开(公告)号")
    ('公开(公告)号', None)
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    key = "".join(folded.split()).strip("*:\ufeff").casefold()
    found = _TRAILING_UNIT.search(key)
    return (key[: found.start()].rstrip("*:"), found[1]) if found else (key, None)


def find_header(rows: Sequence[RawRow], aliases: Mapping[str, str]) -> Header | None:
    """Return the header among the first rows, or None. `aliases`: header key → field.

    A single known word is a title, not a header, unless the row has no other cell.
    """
    unit: str | None = None
    for row in rows[:HEADER_ROWS]:
        filled = [text for cell in row.cells if (text := _text(cell))]
        if row.problem is None and filled:
            known = sum(header_key(text)[0] in aliases for text in filled)
            if known * 2 >= len(filled) and known >= min(2, len(aliases)):
                return _header(row, aliases, unit)
        for text in filled:
            if found := _UNIT_LINE.match(header_key(text)[0]):
                unit = found[1]
    return None


def is_unit_row(cells: Sequence[Cell]) -> bool:
    """Return whether a row under the header holds nothing but units."""
    filled = [text for cell in cells if (text := _text(cell))]
    return bool(filled) and all(_BARE_UNIT.match(header_key(text)[0]) for text in filled)


def with_units(header: Header, cells: Sequence[Cell]) -> Header:
    """Return the header with the units of a unit row filled in."""
    columns = tuple(
        Column(column.position, column.header, column.field, _unit_at(cells, column) or column.unit)
        for column in header.columns
    )
    return Header(header.row, columns, header.repeated)


def _unit_at(cells: Sequence[Cell], column: Column) -> str | None:
    if column.position >= len(cells):
        return None
    found = _BARE_UNIT.match(header_key(_text(cells[column.position]))[0])
    return found[1] if found else None


def _header(row: RawRow, aliases: Mapping[str, str], default_unit: str | None) -> Header:
    columns: list[Column] = []
    repeated: list[str] = []
    taken: set[str] = set()
    names: set[str] = set()
    for position, cell in enumerate(row.cells):
        text = _text(cell) or f"#{position + 1}"
        key, unit = header_key(text)
        field = aliases.get(key)
        if field in taken:
            repeated.append(text)
            field = None
        elif field:
            taken.add(field)
        while text in names:
            text += "'"
        names.add(text)
        columns.append(Column(position, text, field, unit or default_unit))
    return Header(row.number, tuple(columns), tuple(repeated))


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)
