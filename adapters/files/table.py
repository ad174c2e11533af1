"""A file opened as a table: header found, records streamed, every bound kept.

In: an open binary file, its name, the aliases of the feed. Out: a `Table` with what was found
(encoding, sheet, header) and `records()`, which may be run through once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import PurePath
from typing import BinaryIO

from adapters.errors import FileRefused
from adapters.files.delimited import RawRow, read_delimited
from adapters.files.encoding import Inspected, encoding_label, inspect_bytes, inspect_text
from adapters.files.header import HEADER_ROWS, Header, find_header, is_unit_row, with_units
from adapters.files.json_records import read_json_records
from adapters.files.limits import DEFAULT_LIMITS, Limits, size_text
from adapters.files.prs_xml import COLUMNS as PRS_COLUMNS
from adapters.files.prs_xml import read_prs_records
from adapters.files.tail import Ignored, ignored_kind
from adapters.files.workbook import read_workbook
from adapters.findings import Finding, finding
from adapters.model import Cell, SourceRecord

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods")
JSON_SUFFIXES = (".json",)
XML_SUFFIXES = (".xml",)
UNREAD_ROW = "(row)"
"""In place of a header, for the text of a row that could not be taken apart."""
KNOWN_SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *JSON_SUFFIXES, *XML_SUFFIXES)


@dataclass(slots=True)
class Table:
    """An opened table. `units`: header → unit. `ignored` fills while the records are read."""

    encoding: str
    sheet: str | None
    header: Header
    findings: tuple[Finding, ...]
    _records: Iterator[SourceRecord]
    ignored: Counter[Ignored] = field(default_factory=Counter)

    def records(self) -> Iterator[SourceRecord]:
        """Yield the records; can be consumed once."""
        return self._records


def inspect(file: BinaryIO, name: str, encoding: str | None, limits: Limits) -> Inspected:
    """Return digest and encoding of a file, after checking kind and size.

    Raises:
        FileRefused: `FILE_KIND`, `FILE_TOO_LARGE`, `FILE_EMPTY`, `FILE_ENCODING`.
    """
    suffix = PurePath(name).suffix.lower()
    bounds = {
        **dict.fromkeys(TEXT_SUFFIXES, limits.text_bytes),
        **dict.fromkeys(WORKBOOK_SUFFIXES, limits.workbook_bytes),
        **dict.fromkeys(JSON_SUFFIXES, limits.json_bytes),
        **dict.fromkeys(XML_SUFFIXES, limits.text_bytes),
    }
    if suffix not in bounds:
        raise FileRefused("FILE_KIND", suffix=suffix or name, known=" ".join(KNOWN_SUFFIXES))
    if file.seek(0, 2) > bounds[suffix]:
        raise FileRefused("FILE_TOO_LARGE", limit=size_text(bounds[suffix]))
    if suffix in TEXT_SUFFIXES:
        return inspect_text(file, encoding)
    inspected = inspect_bytes(file)
    if inspected.size == 0:
        raise FileRefused("FILE_EMPTY")
    return inspected


def open_table(
    file: BinaryIO,
    name: str,
    inspected: Inspected,
    aliases: Mapping[str, str],
    *,
    delimiter: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Return the table in a file that `inspect` has passed.

    Raises:
        FileRefused: `FILE_HEADER` when no header is found, `FILE_FORMAT`.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in JSON_SUFFIXES:
        return _json_table(file, aliases, limits)
    if suffix in XML_SUFFIXES:
        return _prs_table(file, aliases)
    if suffix in WORKBOOK_SUFFIXES:
        for sheet, rows in read_workbook(file, limits):
            first = list(islice(rows, HEADER_ROWS))
            if header := find_header(first, aliases):
                return _table(suffix[1:].upper(), sheet, header, first, rows, limits)
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    assert inspected.encoding is not None
    if delimiter is None and suffix == ".tsv":
        delimiter = "\t"
    rows = read_delimited(file, inspected.encoding, limits, delimiter)
    first = list(islice(rows, HEADER_ROWS))
    header = find_header(first, aliases)
    if header is None:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    return _table(encoding_label(inspected.encoding), None, header, first, rows, limits)


def _table(
    encoding: str,
    sheet: str | None,
    header: Header,
    first: list[RawRow],
    rows: Iterator[RawRow],
    limits: Limits,
) -> Table:
    below = [row for row in first if row.number > header.row]
    if below and is_unit_row(below[0].cells):
        header = with_units(header, below[0].cells)
        below = below[1:]
    remarks = tuple(finding("W_HEADER_REPEATED", column=name) for name in header.repeated)
    ignored: Counter[Ignored] = Counter()
    records = _records(chain(below, rows), header, ignored, limits)
    return Table(encoding, sheet, header, remarks, records, ignored)


def _records(
    rows: Iterator[RawRow], header: Header, ignored: Counter[Ignored], limits: Limits
) -> Iterator[SourceRecord]:
    names = tuple(column.header for column in header.columns)
    width = len(names)
    for row in rows:
        kind = ignored_kind(row.cells) if row.problem is None else None
        if kind is not None:
            ignored[kind] += 1
            continue
        if row.problem is not None:
            # The line could not be taken apart: it is kept whole, under no column.
            yield SourceRecord(row.number, {UNREAD_ROW: row.cells[0]}, (row.problem,))
            continue
        cells: dict[str, Cell] = dict(zip(names, row.cells, strict=False))
        problems = _shape_problems(row, width)
        problems += bounded_cells(cells, row.number, limits)
        yield SourceRecord(row.number, cells, tuple(problems))


def bounded_cells(cells: dict[str, Cell], row: int, limits: Limits) -> list[Finding]:
    """Cut cells that are too long to what a message may show; return a finding for each."""
    found: list[Finding] = []
    bound = limits.cell_characters
    for name, cell in cells.items():
        if isinstance(cell, str) and len(cell) > bound:
            cells[name] = cell[:bound]
            remark = finding("CELL_TOO_LONG", column=name, value=cell, row=row, limit=bound)
            found.append(remark)
    return found


def _shape_problems(row: RawRow, width: int) -> list[Finding]:
    extra = [cell for cell in row.cells[width:] if cell not in (None, "")]
    if extra:
        found = len(row.cells)
        return [finding("ROW_COLUMNS", row=row.number, value=extra[0], found=found, expected=width)]
    return [finding("W_ROW_SHORT", row=row.number)] if len(row.cells) < width else []


def _json_table(file: BinaryIO, aliases: Mapping[str, str], limits: Limits) -> Table:
    """Return a table whose columns are the keys met in the first records."""
    records = read_json_records(file, limits)
    first = list(islice(records, 100))
    keys: dict[str, None] = dict.fromkeys(key for record in first for key in record.cells)
    row = RawRow(0, list(keys))
    header = find_header([row], aliases)
    if header is None:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    return Table("UTF-8", None, header, (), chain(first, records))


def _prs_table(file: BinaryIO, aliases: Mapping[str, str]) -> Table:
    """Return the events of a CNIPA package as a table."""
    header = find_header([RawRow(0, list(PRS_COLUMNS))], aliases)
    if header is None:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    records = read_prs_records(file)
    first = list(islice(records, 1))
    return Table("UTF-8", None, header, (), chain(first, records))
