"""Records (JSON objects) as a table: the keys met in the first ones are the header.

With paths (`FieldPaths`) a field's cell is what its path finds; the other keys are matched by name,
as the columns of a file are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Protocol

from adapters.errors import FileRefused
from adapters.files.delimited import RawRow
from adapters.files.header import HEADER_ROWS, Column, Header, find_header
from adapters.files.json_records import flat_record
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.table import Table, bounded_cells
from adapters.findings import finding, shown
from adapters.model import Cell, SourceRecord

LOOKED_AT = 100


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
    rows = _source_records(records(), paths, limits)
    first = list(islice(rows, LOOKED_AT))
    keys: dict[str, None] = dict.fromkeys(key for record in first for key in record.cells)
    header = _with_paths(find_header([RawRow(0, list(keys))], aliases), paths)
    if header is None and first:
        raise FileRefused("FILE_HEADER", rows=HEADER_ROWS)
    return Table("UTF-8", None, header or Header(0, (), ()), (), chain(first, rows))


def _with_paths(found: Header | None, paths: Paths | None) -> Header | None:
    if paths is None:
        return found
    own = [Column(n, path, field, None) for n, (field, path) in enumerate(paths.paths.items())]
    headers = {column.header for column in own}
    others = [
        column
        for column in (found.columns if found else ())
        if column.header not in headers and column.field not in paths.paths
    ]
    return Header(0, (*own, *others), found.repeated if found else ())


def _source_records(
    records: Iterator[Any], paths: Paths | None, limits: Limits
) -> Iterator[SourceRecord]:
    for number, item in enumerate(records, 1):
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
        return "\n".join(str(part) for part in value if not isinstance(part, dict | list))
    return None if isinstance(value, dict) else value
