"""Rows of a delimited text, one after the other, in bounded memory.

The text is cut into records by hand (a record ends at a line end outside quotation marks) and each
record is parsed by the csv module. So one quotation mark that is never closed spoils one line
instead of swallowing the rest of the file, and a line without end cannot fill the memory.
Row numbers are those a spreadsheet shows: one per record.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from adapters.errors import FileRefused
from adapters.files.delimiter import LINES_LOOKED_AT, detect_delimiter
from adapters.files.limits import Limits
from adapters.findings import Finding, finding
from adapters.model import Cell

# A cell of a register has a handful of lines; a longer run is an unclosed quotation mark.
_MAX_LINES_PER_RECORD = 200
# The longest cell the csv module takes.
_CSV_CHARACTERS = 131_072


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """One row of any kind of table: number from 1, cells, and what was wrong while reading.

    `characters`: length of the whole text, when it is one; no cell is longer.
    """

    number: int
    cells: list[Cell]
    problem: Finding | None = None
    characters: int | None = None


class _Lines:
    """Lines of a text with push-back; each at most `limit` characters, the rest of it dropped."""

    def __init__(self, text: io.TextIOBase, limit: int) -> None:
        self._text, self._limit = text, limit
        self._returned: deque[tuple[str, bool]] = deque()

    def take(self) -> tuple[str, bool] | None:
        """Return the next line and whether it was cut, or None at the end."""
        if self._returned:
            return self._returned.popleft()
        line = self._text.readline(self._limit + 1)
        if not line:
            return None
        if len(line) <= self._limit:
            return line, False
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(self._limit)
        return line[:200], True

    def give_back(self, lines: list[tuple[str, bool]]) -> None:
        self._returned.extendleft(reversed(lines))


def read_delimited(
    file: BinaryIO, encoding: str, limits: Limits, delimiter: str | None = None
) -> Iterator[RawRow]:
    """Yield the rows of a text that `inspect_text` has checked.

    Raises:
        FileRefused: `FILE_CHANGED` when the bytes no longer decode, `FILE_TOO_MANY_ROWS`.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    lines = _Lines(text, limits.row_characters)
    try:
        if delimiter is None:
            first = [line for _ in range(LINES_LOOKED_AT) if (line := lines.take())]
            delimiter = detect_delimiter(line for line, _ in first)
            lines.give_back(first)
        number = 0
        while (row := _next_row(lines, delimiter, number + 1, limits)) is not None:
            number += 1
            if number > limits.rows:
                raise FileRefused("FILE_TOO_MANY_ROWS", limit=limits.rows)
            yield row
    except UnicodeError as error:
        raise FileRefused("FILE_CHANGED") from error
    finally:
        if not file.closed:
            text.detach()  # the wrapper must not close a file that is not its own


def _next_row(lines: _Lines, delimiter: str, number: int, limits: Limits) -> RawRow | None:
    taken = lines.take()
    if taken is None:
        return None
    line, cut = taken
    # Most lines have no quotation mark; those the csv module would only split at the delimiter.
    if '"' not in line and len(line) < _CSV_CHARACTERS and not cut:
        bare = line.rstrip("\r\n")
        plain: list[Cell] = [*bare.split(delimiter)] if bare else []
        return RawRow(number, plain, None, len(line))
    if cut:
        problem = finding("ROW_TOO_LONG", row=number, value=line, limit=limits.row_characters)
        return RawRow(number, [line], problem)
    if line.count('"') % 2:
        record = _until_closed(lines, line, limits)
        if record is None:
            return RawRow(
                number, [line.rstrip("\r\n")], finding("ROW_QUOTE", row=number, value=line)
            )
        line = record
    try:
        cells: list[Cell] = list(
            next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
        )
    except csv.Error:
        # Longer than the csv module takes (131,072 characters): the cell bound refuses it below.
        return RawRow(
            number,
            [line[: limits.cell_characters]],
            finding("CELL_TOO_LONG", row=number, value=line, limit=limits.cell_characters),
        )
    return RawRow(number, cells, None, len(line))


def _until_closed(lines: _Lines, first: str, limits: Limits) -> str | None:
    """Return the record that begins with `first`, or None (and give the lines back) if it never
    closes within the bounds."""
    taken: list[tuple[str, bool]] = []
    parts, size = [first], len(first)
    while len(taken) < _MAX_LINES_PER_RECORD and size <= limits.row_characters:
        following = lines.take()
        if following is None:
            break
        taken.append(following)
        if following[1]:
            break
        parts.append(following[0])
        size += len(following[0])
        if following[0].count('"') % 2:
            return "".join(parts)
    lines.give_back(taken)
    return None
