"""From pages to batches: runs of at most `bounds.batch_rows` rows that a pull can go on behind.

A batch ends where a page ends, and its cursor is where the next page begins. Only a page larger
than a batch is cut; then the cursor stays at the page's beginning, and what of it was loaded is
known by its digest. When a page fails, the pages before it are given first.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from adapters.errors import SourceProblem
from adapters.net.marks import HighMark
from adapters.net.pages import Fetch, PageReader, Read, Steps
from adapters.records import RecordBatch

T = TypeVar("T")


class Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A cursor of a pull, kept as JSON.

    `at`: where the next page begins. `rows`: how many stand before it. `total`: how many rows the
    list had. `high`: the highest mark met so far. `end`: nothing follows. `of`: digest of the
    section it was made with; with any other one it means something else.
    """

    of: str
    at: int | str | None = None
    rows: int = 0
    total: int | None = None
    high: str | None = None
    end: bool = False


def section_digest(section: msgspec.Struct, since: str | None) -> str:
    """Return a digest of what decides which rows stand at a place: the whole section, except how it
    is authorised, and the mark from which rows are asked for."""
    settings = msgspec.to_builtins(section)
    for own in ("auth", "lookup", "ca_file"):
        settings.pop(own, None)
    text = msgspec.json.encode([settings, since], order="sorted")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


class Segments:
    """Makes the batches of one pull.

    `mark`: how the mark of a record is found, None when it has none. `each`: the key whose elements
    are rows of their own.
    """

    def __init__(
        self,
        steps: Steps,
        batch_rows: int,
        fields: Mapping[str, str],
        digest: str,
        *,
        mark: Callable[[Any], Any] | None = None,
        each: str | None = None,
    ) -> None:
        self._steps, self._rows, self._fields, self._digest = steps, batch_rows, fields, digest
        self._mark, self._each = mark, each

    async def batches(self, fetch: Fetch, cursor: Any) -> AsyncGenerator[RecordBatch, None]:
        """Yield the batches behind `cursor`; raises SourceProblem behind the last good one."""
        begin = self._read_cursor(cursor)
        if begin.end:
            return
        high = HighMark(begin.high, datetime.now(UTC))
        reader = PageReader(fetch, self._steps, begin.at, begin.rows, begin.total)
        batch: RecordBatch | None = None
        problem: SourceProblem | None = None
        try:
            async with aclosing(reader.pages()) as pages:
                try:
                    async for page in pages:
                        for records in cut(self._records(page), self._rows):
                            if batch is not None and batch.count + len(records) > self._rows:
                                full, batch = batch, None
                                yield self._close(full, high, page)
                            batch = batch or RecordBatch(f"rows from {page.rows + 1}", self._fields)
                            self._add(batch, records, high)
                except SourceProblem as failure:
                    problem = failure
            if batch is not None:
                full, batch = batch, None
                yield self._close(full, high, reader, end=problem is None)
        finally:
            if batch is not None:
                batch.close()
        if problem is not None:
            raise problem

    def _read_cursor(self, cursor: Any) -> Place:
        """Return where to begin; at the beginning when the source was read differently then."""
        anew = Place(self._digest, self._steps.first)
        if cursor is None:
            return anew
        try:
            place = msgspec.convert(cursor, Place)
        except msgspec.ValidationError:
            return anew
        fits = place.of == self._digest and isinstance(place.at, int) == self._steps.is_counted
        return place if fits else anew

    def _records(self, page: Read) -> list[Any]:
        return page.records if self._each is None else list(spread(page.records, self._each))

    def _add(self, batch: RecordBatch, records: list[Any], high: HighMark) -> None:
        add, mark, meet = batch.add, self._mark, high.meet
        if mark is None:
            for record in records:
                add(record)
            return
        for record in records:
            add(record)
            meet(mark(record))

    def _close(
        self, batch: RecordBatch, high: HighMark, at: Read | PageReader, *, end: bool = False
    ) -> RecordBatch:
        place = Place(self._digest, at.at, at.rows, at.total, high.value, end)
        batch.cursor, batch.high = msgspec.to_builtins(place), high.value
        return batch


def spread(records: list[Any], each: str) -> Iterator[Any]:
    """Yield a record per element of the list at a key; a record without one stays as it is.

    >>> list(spread([{"no": 1, "patents": ["a", "b"]}, {"no": 2}], "patents"))
    [{'no': 1, 'patents': 'a'}, {'no': 1, 'patents': 'b'}, {'no': 2}]
    """
    for record in records:
        parts = record.get(each) if isinstance(record, dict) else None
        if isinstance(parts, list) and parts:
            yield from ({**record, each: part} for part in parts)
        else:
            yield record


def cut(items: list[T], size: int) -> Iterator[list[T]]:
    """Yield the items in runs of `size`.

    >>> list(cut([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    if len(items) <= size:
        yield items
        return
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
