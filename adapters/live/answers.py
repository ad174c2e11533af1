"""What a source answered: records → mapped rows of the keys it was asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from adapters.config import SourceConfig
from adapters.errors import SourceProblem
from adapters.feed import Feed
from adapters.files.table import Table
from adapters.live.feeds import LIVE_FEEDS
from adapters.mapping import Mapper
from adapters.model import MappedRow
from adapters.source import OpenBatch
from resolvers.live import RecordKey
from resolvers.values import shipped_lists

MOST_ROWS: Final = 50
"""Rows one key may have: the patents of a pledge."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`rows`: what the source says of the keys it was asked for. `table`: the records they are in,
    read already; None when there were none. `unread`: rows without a key that could be read, so
    that it cannot be said of any key that it is absent."""

    rows: tuple[MappedRow, ...]
    table: Table | None
    unread: bool

    def of_rows(self, rows: Collection[MappedRow]) -> Table:
        """Return a table of some of the rows."""
        assert self.table is not None
        table = self.table
        records = iter([row.record for row in rows])
        return Table(table.encoding, table.sheet, table.header, table.findings, records)


def read_answer(
    opened: OpenBatch, config: SourceConfig, feed: Feed, keys: Collection[RecordKey], today: date
) -> Answer:
    """Map what a source answered; records of other keys are passed over.

    Raises:
        FileRefused: these are no records of the feed.
        SourceProblem: `LIVE_TOO_MANY`, it answers with far more than it was asked for.
    """
    table = opened.table(feed.aliases(config.columns))
    most = MOST_ROWS * len(keys)
    records = list(islice(table.records(), most + 1))
    if len(records) > most:
        raise SourceProblem("LIVE_TOO_MANY", count=len(keys), limit=most)
    if not records:
        return Answer((), None, False)
    mapper = Mapper(
        feed,
        table.header,
        constants=feed.constants(config.center, config.constants),
        today=today,
        lists=shipped_lists(),
        own_rows_only=config.own_rows_only,
        deletions=config.deletions,
        vocabularies=config.vocabularies,
        units=config.units,
    )
    mapped = [mapper.map(record) for record in records]
    asked = set(keys)
    rows = tuple(row for row in mapped if row.key is None or record_key(feed, row) in asked)
    return Answer(rows, table, any(row.key is None for row in mapped))


def record_key(feed: Feed, row: MappedRow) -> RecordKey | None:
    """Return the key a row's record is asked by."""
    if row.key is None:
        return None
    return row.key[: len(LIVE_FEEDS[feed.feed].key)]
