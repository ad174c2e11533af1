"""Rows of a workbook (XLSX, XLS, XLSB, ODS), sheet by sheet; hidden sheets are passed over.

Numbers arrive as floats and empty cells as empty texts; what a number means (a price, a serial
date, a spoiled application number) is known only with the column, so cells stay typed here.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from adapters.errors import FileRefused
from adapters.files.delimited import RawRow
from adapters.files.limits import Limits, size_text
from adapters.model import Cell

# What the zipfile module raises for archives that are damaged or of a later version.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    struct.error,
)


def read_workbook(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Iterator[RawRow]]]:
    """Yield name and rows of each visible sheet, in order.

    Raises:
        FileRefused: `FILE_FORMAT` when it is no workbook or is locked by a password,
            `FILE_TOO_LARGE` when it would unpack to more than the bound.
    """
    _refuse_bomb(file, limits)
    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        sheets = workbook.sheets_metadata
    except CalamineError as error:
        raise FileRefused("FILE_FORMAT", reason=_reason(error)) from error
    for sheet in sheets:
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
            yield sheet.name, _rows(workbook, sheet.name, limits)


def _rows(workbook: CalamineWorkbook, name: str, limits: Limits) -> Iterator[RawRow]:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except CalamineError as error:
        raise FileRefused("FILE_FORMAT", reason=_reason(error)) from error
    if sheet.start is None:
        return
    first_column = sheet.start[1]
    if sheet.height > limits.rows:
        raise FileRefused("FILE_TOO_MANY_ROWS", limit=limits.rows)
    margin: list[Cell] = [None] * first_column
    # Rows come from the first of the sheet on, columns from the first that is used.
    for number, values in enumerate(sheet.iter_rows(), 1):
        yield RawRow(number, [*margin, *map(_cell, values[: limits.columns])])


def _cell(value: str | float | bool | date | datetime | time | timedelta) -> Cell:
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()  # a date cell formatted with a time part
    return value


def _refuse_bomb(file: BinaryIO, limits: Limits) -> None:
    """Refuse an archive that says it unpacks to more than the bound, before unpacking it."""
    file.seek(0)
    if not zipfile.is_zipfile(file):
        return
    try:
        expanded = sum(entry.file_size for entry in zipfile.ZipFile(file).infolist())
    except _BROKEN_ZIP as error:
        raise FileRefused("FILE_FORMAT", reason=str(error)) from error
    if expanded > limits.workbook_expanded_bytes:
        raise FileRefused("FILE_TOO_LARGE", limit=size_text(limits.workbook_expanded_bytes))


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:200] or type(error).__name__
