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
from typing import Any, BinaryIO

from adapters.errors import FileRefused
from adapters.files.delimited import RawRow, read_delimited
from adapters.files.encoding import Inspected, encoding_label, inspect_bytes, inspect_text
from adapters.files.header import HEADER_ROWS, Header, find_header, is_unit_row, with_units
from adapters.files.json_lines import read_json_lines
from adapters.files.json_records import read_json_records
from adapters.files.limits import DEFAULT_LIMITS, Limits, size_text
from adapters.files.prs_xml import COLUMNS as PRS_COLUMNS
from adapters.files.prs_xml import read_prs_records
from adapters.files.record_path import RecordPath
from adapters.files.record_table import numbered_table
from adapters.files.tabular import UNREAD_ROW as UNREAD_ROW
from adapters.files.tabular import Table as Table
from adapters.files.tabular import bounded_cells as bounded_cells
from adapters.files.tail import Ignored, ignored_kind
from adapters.files.workbook import read_workbook
from adapters.findings import Finding, finding
from adapters.mapping_paths import FieldPaths
from adapters.model import Cell, SourceRecord

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods")
JSON_SUFFIXES = (".json",)
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
XML_SUFFIXES = (".xml",)
KNOWN_SUFFIXES = (
    *TEXT_SUFFIXES,
    *WORKBOOK_SUFFIXES,
    *JSON_SUFFIXES,
    *JSON_LINES_SUFFIXES,
    *XML_SUFFIXES,
)
_DECODED = (*TEXT_SUFFIXES, *JSON_SUFFIXES, *JSON_LINES_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says about how its files are read. `records` and `fields` concern records
    (JSON): where they are (`record_path.py`), and field of the feed → JMESPath in a record."""

    delimiter: str | None = None
    records: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


PLAINLY = Reading()


def inspect(file: BinaryIO, name: str, encoding: str | None, limits: Limits) -> Inspected:
    """Return digest and encoding of a file, after checking kind and size.

    Raises:
        FileRefused: `FILE_KIND`, `FILE_TOO_LARGE`, `FILE_EMPTY`, `FILE_ENCODING`.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in KNOWN_SUFFIXES:
        raise FileRefused("FILE_KIND", suffix=suffix or name, known=" ".join(KNOWN_SUFFIXES))
    bound = size_bound(name, limits)
    if file.seek(0, 2) > bound:
        code = "FILE_JSON_TOO_LARGE" if suffix in JSON_SUFFIXES else "FILE_TOO_LARGE"
        raise FileRefused(code, limit=size_text(bound))
    if suffix in _DECODED:
        return inspect_text(file, encoding)
    inspected = inspect_bytes(file)
    if inspected.size == 0:
        raise FileRefused("FILE_EMPTY")
    return inspected


def size_bound(name: str, limits: Limits) -> int:
    """Return how many bytes a file of that name may have: less when it is held in memory whole."""
    suffix = PurePath(name).suffix.lower()
    if suffix in WORKBOOK_SUFFIXES:
        return limits.workbook_bytes
    return limits.json_bytes if suffix in JSON_SUFFIXES else limits.text_bytes


def open_table(
    file: BinaryIO,
    name: str,
    inspected: Inspected,
    aliases: Mapping[str, str],
    *,
    reading: Reading = PLAINLY,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Return the table in a file that `inspect` has passed.

    Raises:
        FileRefused: `FILE_HEADER` when no header is found, `FILE_FORMAT`.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in XML_SUFFIXES:
        return prs_table(file, aliases)
    if suffix in WORKBOOK_SUFFIXES:
        for sheet, rows in read_workbook(file, limits):
            first = list(islice(rows, HEADER_ROWS))
            if header := find_header(first, aliases):
                return _table(suffix[1:].upper(), sheet, header, first, rows, limits)
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    assert inspected.encoding is not None
    if suffix in (*JSON_SUFFIXES, *JSON_LINES_SUFFIXES):
        return _json_table(file, suffix, inspected.encoding, aliases, reading, limits)
    delimiter = reading.delimiter or ("\t" if suffix == ".tsv" else None)
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
    width, bound = len(names), limits.cell_characters
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
        if len(row.cells) == width and (row.characters or bound + 1) <= bound:
            yield SourceRecord(row.number, cells)
            continue
        problems = _shape_problems(row, width)
        problems += bounded_cells(cells, row.number, limits)
        yield SourceRecord(row.number, cells, tuple(problems))


def _shape_problems(row: RawRow, width: int) -> list[Finding]:
    extra = [cell for cell in row.cells[width:] if cell not in (None, "")]
    if extra:
        found = len(row.cells)
        return [finding("ROW_COLUMNS", row=row.number, value=extra[0], found=found, expected=width)]
    return [finding("W_ROW_SHORT", row=row.number)] if len(row.cells) < width else []


def _json_table(
    file: BinaryIO,
    suffix: str,
    encoding: str,
    aliases: Mapping[str, str],
    reading: Reading,
    limits: Limits,
) -> Table:
    """Return the records of a JSON document or of JSON Lines as a table."""
    path = RecordPath(reading.records) if reading.records else None
    paths = FieldPaths(reading.fields) if reading.fields else None
    label = encoding_label(encoding)
    if suffix in JSON_LINES_SUFFIXES:

        def lines() -> Iterator[tuple[int, Any]]:
            return read_json_lines(file, encoding, limits, path)

        return numbered_table(lines, aliases, paths, limits, label)
    records = read_json_records(file, encoding, path)
    return numbered_table(lambda: enumerate(records, 1), aliases, paths, limits, label)


def prs_table(file: BinaryIO, aliases: Mapping[str, str]) -> Table:
    """Return the events of a CNIPA package as a table."""
    header = find_header([RawRow(0, list(PRS_COLUMNS))], aliases)
    if header is None:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    records = read_prs_records(file)
    first = list(islice(records, 1))
    return Table("UTF-8", None, header, (), chain(first, records))
