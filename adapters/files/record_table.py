"""Records (JSON objects) as a table: the keys met are the header.

With paths (`FieldPaths`) a field's cell is what its path finds; the other keys are matched by name,
as the columns of a file are. All records are looked through for their keys before the first is
taken, so that a field which only later records have is not lost; so records are read twice. Records
with a list of rows are taken apart first (`nested_rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from adapters.errors import FileRefused
from adapters.files.header import HEADER_ROWS, Column, Header, header_key
from adapters.files.json_records import flat_record, joined
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.nested_rows import nested_rows
from adapters.files.tabular import UNREAD_ROW, Table, bounded_cells
from adapters.findings import Finding, finding, shown
from adapters.model import Cell, SourceRecord

Numbered = tuple[int, Any]
"""Row number and record."""

_SHAPES: Final = 10_000
"""Sets of keys remembered; records of more shapes are only looked through more slowly."""


@dataclass(frozen=True, slots=True)
class Unread:
    """In place of a record: a line that could not be read, and why."""

    text: str
    problem: Finding


class Paths(Protocol):
    """What `adapters.mapping_paths.FieldPaths` gives."""

    @property
    def paths(self) -> Mapping[str, str]: ...

    def take(self, record: Any) -> dict[str, Any]: ...


def record_table(
    records: Callable[[], Iterator[Any]],
    aliases: Mapping[str, str],
    paths: Paths | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Return the records under their header; `row` is the position in the batch, from 1.

    Raises:
        FileRefused: `FILE_HEADER` when neither a path nor a key is a field of the feed.
    """
    return numbered_table(lambda: enumerate(records(), 1), aliases, paths, limits, "UTF-8")


def numbered_table(
    records: Callable[[], Iterator[Numbered]],
    aliases: Mapping[str, str],
    paths: Paths | None,
    limits: Limits,
    encoding: str,
) -> Table:
    """Like `record_table`, of records that know their row. `encoding`: as it is shown."""

    def rows() -> Iterator[Numbered]:
        return nested_rows(records(), aliases)

    keys = _keys(rows(), limits)
    header = record_header(keys, aliases, paths)
    if keys and not header.fields:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    return Table(encoding, None, header, (), _source_records(rows(), paths, limits))


def _keys(records: Iterator[Numbered], limits: Limits) -> list[str]:
    """Return the keys of all records, nested ones by dotted names, in the order they are met."""
    shapes: set[tuple[Any, ...]] = set()
    keys: dict[str, None] = {}
    for _, item in records:
        if not isinstance(item, dict):
            continue
        inner = tuple(tuple(value) for value in item.values() if type(value) is dict)
        shape = (*item, inner)
        if shape in shapes:
            continue
        if len(shapes) < _SHAPES:
            shapes.add(shape)
        for key in flat_record(item, limits):
            if len(keys) < limits.columns:
                keys.setdefault(key)
    return list(keys)


def record_header(
    keys: Iterable[str], aliases: Mapping[str, str], paths: Paths | None = None
) -> Header:
    """Return the columns: one a path, then one a key; of two keys of one field the first counts."""
    columns = [
        Column(number, path, field, None)
        for number, (field, path) in enumerate((paths.paths if paths else {}).items())
    ]
    taken = {column.field for column in columns}
    names = {column.header for column in columns}
    repeated: list[str] = []
    for key in keys:
        if key in names:
            continue
        name, unit = header_key(key)
        field = aliases.get(name)
        if field in taken:
            repeated.append(key)
            field = None
        elif field is not None:
            taken.add(field)
        columns.append(Column(len(columns), key, field, unit))
    return Header(0, tuple(columns), tuple(repeated))


def _source_records(
    records: Iterator[Numbered], paths: Paths | None, limits: Limits
) -> Iterator[SourceRecord]:
    for number, item in records:
        if isinstance(item, Unread):
            yield SourceRecord(number, {UNREAD_ROW: item.text}, (item.problem,))
            continue
        if not isinstance(item, dict):
            problem = finding("RECORD_SHAPE", row=number, value=item)
            yield SourceRecord(number, {"": shown(item)}, (problem,))
            continue
        cells = flat_record(item, limits)
        if paths is not None:
            cells.update((path, _cell(value)) for path, value in paths.take(item).items())
        yield SourceRecord(number, cells, tuple(bounded_cells(cells, number, limits)))


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return joined(value)
    return None if isinstance(value, dict) else value
