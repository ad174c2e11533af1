"""Kept rows as a table once more, with corrections put in.

What only the whole file could tell (a row that could not be taken apart, a record another row
states differently) cannot be found again from single rows, so those findings stay with a row until
the cells they are about are changed. Otherwise a row that was refused for good reason would pass
merely because its neighbours are not beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.config import SourceConfig
from adapters.feed import Feed
from adapters.files.header import Column, Header, header_key
from adapters.files.tabular import UNREAD_ROW, Table
from adapters.findings import Finding, finding
from adapters.model import Cell, SourceRecord
from adapters.quarantine.cells import given_cell, safe_cell
from adapters.store.waiting import KeptBatch, KeptRow

WHOLE_ROW: Final = frozenset(
    ("ROW_COLUMNS", "ROW_QUOTE", "ROW_TOO_LONG", "RECORD_SHAPE", "W_ROW_SHORT", "REASON_NOT_KEPT")
)
"""Findings of reading that hold until anything of the row is changed."""
ONE_CELL: Final = "CELL_TOO_LONG"
REPEATED: Final = "DUPLICATE_CONFLICT"


@dataclass(frozen=True, slots=True)
class Retried:
    """A kept row as it is tried now. `changed`: headers whose cells differ from the last try."""

    kept: KeptRow
    cells: Mapping[str, str]
    changed: frozenset[str]


def with_corrections(
    kept: KeptRow, given: Mapping[str, str], columns: Iterable[str], *, literal: bool = False
) -> tuple[Retried, list[str]]:
    """Return the row with the cells a correction gives, and the headers the batch does not have.

    `given`: header as written in the export → text as it came back from a spreadsheet program, or,
    when `literal`, as it is meant. Cells that are not given stay.
    """
    known = {name: name for name in columns} | {name: name for name in kept.cells}
    known |= {safe_cell(name): name for name in tuple(known)}
    cells, changed, unknown = dict(kept.cells), set[str](), []
    for header, text in given.items():
        name = known.get(header)
        if name is None:
            if text.strip():
                unknown.append(header)
                name = given_cell(header, "")
            else:
                continue
        before = cells.get(name, "")
        now = text if literal else given_cell(text, before)
        if now != before:
            cells[name] = now
            changed.add(name)
    return Retried(kept, cells, frozenset(changed)), unknown


def reread_header(
    batch: KeptBatch, rows: Sequence[Retried], config: SourceConfig, aliases: Mapping[str, str]
) -> Header:
    """Return the header of the batch as the source is read now, with the units of then."""
    units = dict(batch.header or ())
    names = dict.fromkeys(units) | dict.fromkeys(name for row in rows for name in row.cells)
    names.pop(UNREAD_ROW, None)
    paths = {path: field for field, path in config.fields.items()}
    taken: set[str] = set(config.fields)
    columns: list[Column] = []
    for position, name in enumerate(names):
        key, unit = header_key(name)
        field = paths.get(name)
        if field is None and (found := aliases.get(key)) is not None and found not in taken:
            taken.add(found)
            field = found
        columns.append(Column(position, name, field, units.get(name, unit)))
    return Header(0, tuple(columns), ())


def reread_table(batch: KeptBatch, rows: Sequence[Retried], header: Header, feed: Feed) -> Table:
    """Return the rows as a table, under the row numbers of the original."""
    fields = {column.field: column.header for column in header.columns if column.field}

    def records() -> Iterator[SourceRecord]:
        for row in rows:
            problems = tuple(f for f in row.kept.findings if _still_holds(f, row, feed, fields))
            if not row.kept.findings and not row.changed:
                # Why it was refused is not known any more (`store.batches.MAX_ISSUES`).
                problems = (finding("REASON_NOT_KEPT", row=row.kept.row),)
            yield SourceRecord(row.kept.row, _cells(row), problems)

    sheet = rows[0].kept.sheet if rows else None
    return Table(batch.encoding or "", sheet, header, (), records())


def _cells(row: Retried) -> dict[str, Cell]:
    cells: dict[str, Cell] = dict(row.cells)
    if any(text for name, text in row.cells.items() if name != UNREAD_ROW):
        cells.pop(UNREAD_ROW, None)
    return cells


def _still_holds(found: Finding, row: Retried, feed: Feed, fields: Mapping[str, str]) -> bool:
    """Whether a finding of the last try is about the file and nothing was done about it."""
    if found.code in WHOLE_ROW:
        return not row.changed
    if found.code == ONE_CELL:
        return found.column not in row.changed
    if found.code != REPEATED:
        return False
    if _is_about_record(found, feed):
        return not row.changed
    about = (*feed.key, found.field) if found.field == feed.key[-1] else (found.field,)
    return not any(fields.get(name or "") in row.changed for name in about)


def _is_about_record(found: Finding, feed: Feed) -> bool:
    """Whether rows of one record disagree (then any cell may be the wrong one), and not two rows
    state one key."""
    return bool(feed.agreeing) and len(feed.key) > 1 and found.field == feed.key[0]
