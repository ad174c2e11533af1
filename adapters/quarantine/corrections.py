"""An exported file that was corrected: which rows of which batches it speaks of, and their cells.

CSV in any encoding and with any delimiter the hub reads, a workbook (XLSX, XLS, ODS), or JSON
Lines. Rows are known by 行号 and 批次; 错误代码 and 错误原因 are passed over. What is wrong with
the file as such refuses it whole, with the line: a row put to the wrong number would spoil another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Final

import orjson

from adapters.errors import FileRefused
from adapters.files.delimited import RawRow, read_delimited
from adapters.files.encoding import inspect_text
from adapters.files.header import HEADER_ROWS
from adapters.files.limits import DEFAULT_LIMITS, MIB, size_text
from adapters.files.workbook import read_workbook
from adapters.model import Cell
from adapters.quarantine.export import ADDED, BATCH, MARK, ROW
from adapters.quarantine.refusal import refused
from adapters.store.waiting import is_batch_id
from adapters.value_kinds import cell_text

LARGEST_FILE: Final = 64 * MIB
TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES: Final = (".xlsx", ".xls", ".xlsb", ".ods")
LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
_WHOLE: Final = re.compile(r"^[1-9]\d{0,9}(?:\.0+)?$")


@dataclass(frozen=True, slots=True)
class Correction:
    """Rows of one batch as they came back. `rows`: row → header as written → text as given."""

    batch: str
    rows: dict[int, dict[str, str]]


def read_corrections(path: Path) -> list[Correction]:
    """Return what a corrected file says, by batch.

    Raises:
        QuarantineRefused: CORRECTION_HEADER, CORRECTION_ROW, CORRECTION_COLUMNS,
            CORRECTION_REPEATED, CORRECTION_EMPTY.
        FileRefused: FILE_KIND, FILE_TOO_LARGE, FILE_ENCODING, FILE_FORMAT.
    """
    with path.open("rb") as file:
        found: dict[str, Correction] = {}
        for line, added, cells in _rows(file, path.name):
            row, batch = _number(added[ROW]), added[BATCH].strip().lower()
            if row is None or not is_batch_id(batch):
                value = f"{added[ROW]} {added[BATCH]}".strip()
                raise refused("CORRECTION_ROW", line=line, value=value[:100])
            rows = found.setdefault(batch, Correction(batch, {})).rows
            if row in rows:
                raise refused("CORRECTION_REPEATED", row=row)
            rows[row] = cells
    if not found:
        raise refused("CORRECTION_EMPTY")
    return list(found.values())


_Read = tuple[int, dict[str, str], dict[str, str]]


def _rows(file: BinaryIO, name: str) -> Iterator[_Read]:
    """Yield line, added columns, the centre's cells."""
    suffix = PurePath(name).suffix.lower()
    if file.seek(0, 2) > LARGEST_FILE:
        raise FileRefused("FILE_TOO_LARGE", limit=size_text(LARGEST_FILE))
    if suffix in LINE_SUFFIXES:
        yield from _json_rows(file)
    elif suffix in WORKBOOK_SUFFIXES:
        for _, rows in read_workbook(file, DEFAULT_LIMITS):
            if (first := _header(rows)) is not None:
                yield from _cell_rows(first, rows)
                return
        raise refused("CORRECTION_HEADER", columns=f"{ROW}、{BATCH}")
    elif suffix in TEXT_SUFFIXES:
        encoding = inspect_text(file).encoding
        assert encoding is not None
        rows = read_delimited(file, encoding, DEFAULT_LIMITS)
        first = _header(rows)
        if first is None:
            raise refused("CORRECTION_HEADER", columns=f"{ROW}、{BATCH}")
        yield from _cell_rows(first, rows)
    else:
        known = " ".join((*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *LINE_SUFFIXES))
        raise FileRefused("FILE_KIND", suffix=suffix or name, known=known)


def _header(rows: Iterator[RawRow]) -> list[str] | None:
    """Return the header among the first rows; the rows behind it are left."""
    for row in islice(rows, HEADER_ROWS):
        names = [cell_text(cell) for cell in row.cells]
        if all(name in names or name + MARK in names for name in (ROW, BATCH)):
            return names
    return None


def _cell_rows(header: Sequence[str], rows: Iterator[RawRow]) -> Iterator[_Read]:
    for row in rows:
        if not any(cell_text(cell).strip() for cell in row.cells):
            continue
        if row.problem is not None or any(
            cell_text(cell).strip() for cell in row.cells[len(header) :]
        ):
            raise refused("CORRECTION_COLUMNS", line=row.number)
        yield row.number, *_apart(dict(zip(header, row.cells, strict=False)))


def _json_rows(file: BinaryIO) -> Iterator[_Read]:
    file.seek(0)
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise FileRefused("FILE_FORMAT", reason=f"JSON, {number}: {error}") from error
        if not isinstance(record, dict):
            raise refused("CORRECTION_ROW", line=number, value=str(record)[:100])
        yield number, *_apart(record)


def _apart(cells: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Take the added columns out of a row."""
    added: dict[str, str] = {}
    rest = dict(cells)
    for name in ADDED:
        own = name + MARK if name + MARK in rest else name
        added[name] = _text(rest.pop(own, None))
    return added, {header: _text(cell) for header, cell in rest.items()}


def _text(cell: Cell | Sequence[Any]) -> str:
    return "\n".join(map(str, cell)) if isinstance(cell, list) else cell_text(cell)  # type: ignore[arg-type]


def _number(text: str) -> int | None:
    found = _WHOLE.match(text.strip())
    return int(found[0].partition(".")[0]) if found else None
