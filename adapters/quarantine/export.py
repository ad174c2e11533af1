"""Refused rows as the centre's own file: the same columns in the same order as met, and why.

Before the centre's columns stand 行号, 错误代码, 错误原因 and 批次: the row of the original, the
codes and reasons of all its findings (one a line, in the same order), the batch. The corrected file
is taken back by `corrections.py`, which reads the row and the batch and passes over the reasons.

CSV in UTF-8 with a byte order mark, as Excel and WPS open it, or in GB18030; or JSON Lines. Rows
are read and written in chunks, so memory does not grow with the export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

import orjson

from adapters.files.limits import size_text
from adapters.files.tabular import UNREAD_ROW
from adapters.findings import Finding
from adapters.quarantine.cells import safe_cell
from adapters.quarantine.refusal import refused
from adapters.store.waiting import (
    KeptBatch,
    KeptRow,
    batches_of_source,
    is_batch_id,
    keys_met,
    read_batch,
    waiting_rows,
)
from resolvers.database.pool import Queries

Encoding = Literal["utf-8", "gb18030"]
Format = Literal["csv", "jsonl"]

ROW: Final = "行号"
CODES: Final = "错误代码"
REASONS: Final = "错误原因"
BATCH: Final = "批次"
ADDED: Final = (ROW, CODES, REASONS, BATCH)
MARK: Final = "（枢纽）"
"""Behind an added column of whose name the centre has a column, too."""

CHUNK_ROWS: Final = 500
_LONGEST_CELL: Final = 32_000
"""Characters; a spreadsheet cell holds 32,767."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported: the deliveries whose rows wait, and the centre's columns of all of them."""

    name: str
    batches: tuple[KeptBatch, ...]
    columns: tuple[str, ...]
    encoding: Encoding = "utf-8"
    format: Format = "csv"

    @property
    def added(self) -> tuple[str, ...]:
        """Return the added columns as they are called beside the centre's own."""
        return tuple(name + MARK if name in self.columns else name for name in ADDED)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """An export that is small enough to be held whole."""

    name: str
    content: bytes
    rows: int


async def plan_export(
    queries: Queries, asked: str, *, encoding: Encoding = "utf-8", format: Format = "csv"
) -> Export:
    """Return the export of a batch (by its id) or of all deliveries of a source (by its code).

    Raises:
        QuarantineRefused: BATCH_UNKNOWN when there is neither, EXPORT_ENCODING.
    """
    if encoding == "gb18030" and format == "jsonl":
        raise refused("EXPORT_ENCODING")
    batch = await read_batch(queries, asked) if is_batch_id(asked) else None
    if batch is not None and batch.corrects is not None:
        batch = await read_batch(queries, batch.corrects) or batch
    if batch is not None:
        found, title = [batch], PurePath(batch.file_name or batch.source).stem
        name = f"{title}-待更正-{batch.id[-8:]}"
    else:
        ids = await batches_of_source(queries, asked)
        found = [each for id in ids if (each := await read_batch(queries, id)) is not None]
        name = f"{asked}-待更正"
        if not found:
            raise refused("BATCH_UNKNOWN", asked=asked)
    columns: dict[str, None] = {}
    for each in found:
        columns |= dict.fromkeys(header for header, _ in each.header or ())
    for each in found:
        columns |= dict.fromkeys(await keys_met(queries, each.id))
    if UNREAD_ROW in columns:
        del columns[UNREAD_ROW]
        columns[UNREAD_ROW] = None
    return Export(f"{_file_name(name)}.{format}", tuple(found), tuple(columns), encoding, format)


async def export_chunks(
    queries: Queries, export: Export
) -> AsyncGenerator[tuple[int, bytes], None]:
    """Yield the file in pieces, each with how many rows it holds; the header comes first."""
    if export.format == "csv":
        mark = "\ufeff" if export.encoding == "utf-8" else ""
        header = [*export.added, *map(safe_cell, export.columns)]
        yield 0, (mark + _csv([header])).encode(export.encoding)
    for batch in export.batches:
        after = 0
        while rows := await waiting_rows(queries, batch.id, after, CHUNK_ROWS):
            after = rows[-1].row
            if export.format == "csv":
                text = _csv([_cells(export, batch, row) for row in rows])
                yield len(rows), text.encode(export.encoding)
            else:
                yield len(rows), b"".join(_json_line(export, batch, row) for row in rows)


async def export_file(queries: Queries, export: Export, most_bytes: int) -> ExportedFile:
    """Return the whole file.

    Raises:
        QuarantineRefused: EXPORT_TOO_LARGE.
    """
    parts: list[bytes] = []
    size = count = 0
    async for rows, part in export_chunks(queries, export):
        size += len(part)
        count += rows
        if size > most_bytes:
            raise refused("EXPORT_TOO_LARGE", limit=size_text(most_bytes))
        parts.append(part)
    return ExportedFile(export.name, b"".join(parts), count)


def reason_text(found: Finding) -> str:
    """Return a finding in Chinese, with the column and the value it is about.

    >>> reason_text(Finding("FIELD_REQUIRED", "必填项为空。\\nMissing.", column="专利号"))
    '“专利号”：必填项为空。'
    """
    chinese = found.message.partition("\n")[0]
    place = f"“{found.column or found.field}”" if found.column or found.field else ""
    value = f"的值“{found.value}”" if place and found.value else ""
    return f"{place}{value}：{chinese}" if place else chinese


def _cells(export: Export, batch: KeptBatch, row: KeptRow) -> list[str]:
    added = (
        str(row.row),
        "\n".join(found.code for found in row.findings),
        "\n".join(map(reason_text, row.findings))[:_LONGEST_CELL],
        batch.id,
    )
    return [*map(safe_cell, added), *(safe_cell(row.cells.get(c, "")) for c in export.columns)]


def _json_line(export: Export, batch: KeptBatch, row: KeptRow) -> bytes:
    """Return a row as a JSON object; keys the record did not have are left out."""
    number, codes, reasons, batch_name = export.added
    line: dict[str, object] = {
        number: row.row,
        codes: [found.code for found in row.findings],
        reasons: [reason_text(found) for found in row.findings],
        batch_name: batch.id,
    }
    line |= {column: row.cells[column] for column in export.columns if column in row.cells}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _file_name(title: str) -> str:
    """Return a title as a file may be called on every system."""
    return "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in title)[:150]
