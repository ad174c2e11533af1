"""Reads the files of reference lists: finds them in a directory, checks and turns them into rows.

In: a path. Out: the rows per table of the list, no key twice. Every complaint names file, line and
column. The whole file is read before anything is stored: it is bounded, and a list is taken whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from resolvers.reference.lists import LISTS, REGION, FieldProblem, ReferenceList, Row
from resolvers.reference.shipped import read_shipped

_LARGEST_FILE: Final = 64 * 1024 * 1024
_COUNTRY_ROW: Final[Row] = (
    "000000",
    1981,
    None,
    "全国",
    "全国",
    "COUNTRY",
    "ACTIVE",
    None,
)


class ReferenceFileError(Exception):
    """A list cannot be read. Without `line` and `column` the whole file is meant."""

    code = "REFERENCE_FILE"

    def __init__(
        self, file: Path, message: str, *, line: int | None = None, column: str | None = None
    ) -> None:
        place = str(file)
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {message}")
        self.file = file
        self.line = line
        self.column = column
        self.message = f"{place}: {message}"


def find_files(directory: Path) -> dict[str, Path]:
    """Return the file of each list the directory has.

    Raises:
        ReferenceFileError: no directory, no file of a known name, or two for one list.
    """
    if not directory.is_dir():
        raise ReferenceFileError(directory, "is not a directory; give one with the lists as CSV")
    files: dict[str, Path] = {}
    for reference_list in LISTS:
        found = sorted(
            {path for pattern in reference_list.patterns for path in directory.glob(pattern)}
        )
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise ReferenceFileError(
                directory, f"has several files for {reference_list.name} ({names}); keep one"
            )
        if found:
            files[reference_list.name] = found[0]
    if not files:
        patterns = ", ".join(pattern for item in LISTS for pattern in item.patterns)
        raise ReferenceFileError(directory, f"has none of the expected files: {patterns}")
    return files


def read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ReferenceFileError(path, f"is larger than {_LARGEST_FILE // 1024 // 1024} MiB")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReferenceFileError(path, f"cannot be read: {reason}") from error


def parse_list(path: Path, content: bytes, reference_list: ReferenceList) -> tuple[list[Row], ...]:
    """Return the rows per table of the list; no key twice.

    Raises:
        ReferenceFileError: the file is no list of this kind, with line and column.
    """
    main = reference_list.tables[0]
    found: dict[Row, tuple[tuple[Row, ...], ...]] = {}
    if main is REGION:
        # Official lists begin at the provinces.
        found[_COUNTRY_ROW[: main.key_length]] = ((_COUNTRY_ROW,), ())
    numbers: dict[Row, int] = {}
    chinese_titles = _shipped_chinese_titles() if reference_list.name == "ipc" else {}
    for number, line in _lines(path, content, reference_list.required):
        if chinese_titles and not line.get("title_zh"):
            line["title_zh"] = chinese_titles.get(line["canonical"], "")
        try:
            parts = reference_list.read(line)
        except FieldProblem as problem:
            raise ReferenceFileError(
                path, problem.message, line=number, column=problem.column
            ) from problem
        key = parts[0][0][: main.key_length]
        if key in numbers and not reference_list.last_wins:
            raise ReferenceFileError(
                path,
                f"{key[0]!r} was already on line {numbers[key]}",
                line=number,
                column=reference_list.required[0],
            )
        numbers[key] = number
        found[key] = parts
    if not numbers:
        raise ReferenceFileError(path, "has no rows")
    return tuple(
        [row for parts in found.values() for row in parts[index]]
        for index in range(len(reference_list.tables))
    )


def _lines(
    path: Path, content: bytes, required: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of each row that is not empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReferenceFileError(path, "is not UTF-8; save it as UTF-8", line=line) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in required if column not in header]
        if missing:
            raise ReferenceFileError(
                path, f"the header lacks {', '.join(missing)}", line=1, column=missing[0]
            )
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise ReferenceFileError(
                    path,
                    f"has {len(cells)} cells, the header has {len(header)}",
                    line=reader.line_num,
                )
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise ReferenceFileError(
            path, f"is not well-formed CSV: {error}", line=reader.line_num
        ) from error


def _shipped_chinese_titles() -> dict[str, str]:
    """Return the Chinese IPC titles we ship; the lists WIPO publishes have none."""
    return {row["canonical"]: row["title_zh"] for row in read_shipped("ipc.csv") if row["title_zh"]}
