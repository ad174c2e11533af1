"""Exports that list all legal events of a patent in one cell: one row an event.

`#法律状态公告日：…;法律状态：…;描述信息：…;` (DOMAIN §4.3). Such a cell is taken apart into
as many rows as it has blocks, each with day, name and text in columns of their own; the other cells
of the row are repeated. Rows are then counted through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from adapters.files.header import Column, Header
from adapters.files.tabular import Table
from adapters.files.tail import Ignored
from adapters.model import Cell, SourceRecord
from resolvers.values.event_text import EventBlock, split_event_blocks

FEED: Final = "LEGAL_EVENT"
_LOOKED_AT: Final = 100
_DAY, _NAME, _TEXT, _RECORD = "announcedOn", "code", "text", "recordId"
_HEADERS: Final = {_DAY: "法律状态公告日", _NAME: "法律状态", _TEXT: "描述信息"}


def one_event_a_row(table: Table, feed: str) -> Table:
    """Return the table with its blocks taken apart; the same table when it has none."""
    if feed != FEED:
        return table
    records = table.records()
    first = list(islice(records, _LOOKED_AT))
    everything = chain(first, records)
    column = next((name for record in first for name in _block_columns(record)), None)
    if column is None:
        return replace(table, _records=everything)
    header, names = _with_columns(table.header)
    return replace(table, header=header, _records=_rows(everything, column, names, table))


def _block_columns(record: SourceRecord) -> Iterator[str]:
    for name, cell in record.cells.items():
        if isinstance(cell, str) and "法律状态公告日" in cell and split_event_blocks(cell):
            yield name


def _with_columns(header: Header) -> tuple[Header, dict[str, str]]:
    """Return the header with a column for each part of a block, and field → header of them."""
    names = {column.field: column.header for column in header.columns if column.field}
    taken = {column.header for column in header.columns}
    columns = list(header.columns)
    for field, name in _HEADERS.items():
        if field in names:
            continue
        while name in taken:
            name += "'"
        names[field] = name
        columns.append(Column(len(columns), name, field, None))
    return replace(header, columns=tuple(columns)), names


def _rows(
    records: Iterator[SourceRecord], column: str, names: Mapping[str, str], table: Table
) -> Iterator[SourceRecord]:
    row = 0
    for record in records:
        cell = record.cells.get(column)
        blocks = split_event_blocks(cell) if isinstance(cell, str) else ()
        if not blocks and cell in (None, "") and not record.cells.get(names[_DAY]):
            table.ignored[Ignored.EMPTY] += 1  # a patent without events
            continue
        for cells in _cells(record, column, blocks, names) if blocks else (record.cells,):
            row += 1
            problems = tuple(replace(problem, row=row) for problem in record.problems)
            yield SourceRecord(row, cells, problems)


def _cells(
    record: SourceRecord, column: str, blocks: tuple[EventBlock, ...], names: Mapping[str, str]
) -> Iterator[dict[str, Cell]]:
    for block in blocks:
        said = {names[_DAY]: block.announced_on, names[_NAME]: block.name}
        # With one block the record itself may say of which event it is: that counts.
        own = dict(record.cells) if len(blocks) == 1 else {}
        kept = {name: own[name] for name in said if name != column and own.get(name)}
        cells = {**record.cells, **said, **kept, names[_TEXT]: block.text}
        if len(blocks) > 1 and _RECORD in names:
            cells.pop(names[_RECORD], None)  # one number cannot be that of several events
        yield cells
