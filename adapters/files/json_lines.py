"""Records of JSON Lines (.jsonl, .ndjson): one JSON object a line, streamed.

In any encoding a text may have. A line that is no JSON, or is too long, spoils its row only; empty
lines are passed over. Row numbers are line numbers.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, TypeVar

import orjson

from adapters.errors import FileRefused
from adapters.files.limits import Limits
from adapters.files.record_path import RecordPath
from adapters.files.record_table import Numbered, Unread
from adapters.findings import finding

_Text = TypeVar("_Text", bytes, str)
_BYTEWISE: Final = ("utf-8", "utf-8-sig")
_BYTES_A_CHARACTER: Final = 4
_MARK: Final = b"\xef\xbb\xbf"


def read_json_lines(
    file: BinaryIO, encoding: str, limits: Limits, path: RecordPath | None = None
) -> Iterator[Numbered]:
    """Yield row numbers and records, or an `Unread` for a line that could not be read.

    With `path` one line may hold several rows; they are then counted through.

    Raises:
        FileRefused: `FILE_CHANGED` when the bytes no longer decode, `FILE_TOO_MANY_ROWS`.
    """
    lines = _numbered_lines(file, encoding, limits)
    try:
        for row, numbered in enumerate(_records(lines, limits, path), 1):
            if row > limits.rows:
                raise FileRefused("FILE_TOO_MANY_ROWS", limit=limits.rows)
            yield numbered if path is None else (row, numbered[1])
    except UnicodeDecodeError as error:
        raise FileRefused("FILE_CHANGED") from error


def _records(
    lines: Iterator[tuple[int, bytes | str]], limits: Limits, path: RecordPath | None
) -> Iterator[Numbered]:
    for number, line in lines:
        record = _parsed(line, number, limits)
        if path is None or isinstance(record, Unread):
            yield number, record
        else:
            for inner in path.take(record):
                yield number, inner


def _parsed(line: bytes | str, number: int, limits: Limits) -> Any:
    if len(line) > limits.row_characters:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        if len(text) > limits.row_characters:
            problem = finding("ROW_TOO_LONG", row=number, value=text, limit=limits.row_characters)
            return Unread(text[: limits.cell_characters], problem)
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        problem = finding("ROW_JSON", row=number, value=text, reason=error.msg)
        return Unread(text[: limits.cell_characters], problem)


def _numbered_lines(
    file: BinaryIO, encoding: str, limits: Limits
) -> Iterator[tuple[int, bytes | str]]:
    """Yield the lines that are not empty, each at most a little longer than a row may be."""
    file.seek(0)
    if encoding in _BYTEWISE:
        if file.read(len(_MARK)) != _MARK:
            file.seek(0)
        yield from _bounded(file.readline, limits.row_characters * _BYTES_A_CHARACTER + 1, b"\n")
        return
    text = io.TextIOWrapper(file, encoding, newline="\n")
    try:
        yield from _bounded(text.readline, limits.row_characters + 1, "\n")
    finally:
        if not file.closed:
            text.detach()  # the wrapper must not close a file that is not its own


def _bounded(
    readline: Callable[[int], _Text], limit: int, end: _Text
) -> Iterator[tuple[int, _Text]]:
    number = 0
    while line := readline(limit):
        number += 1
        rest = line
        while not rest.endswith(end) and (rest := readline(limit)):
            pass  # the rest of a line that is too long is not kept
        if stripped := line.strip():
            yield number, stripped
