"""What licence recordals and pledge registrations have in common: one record, some patents, two
sides of parties. Each kind gives its table and how a row's values become columns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.model import RowResult
from adapters.precedence import StoredRow
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.named_patents import write_named_patents
from adapters.store.parties import parties, resolve_names
from adapters.store.table import (
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from resolvers.database.pool import Transaction


@dataclass(frozen=True, slots=True)
class StoredRecords:
    """What a chunk did: the records as they were `before`, as `merged`, and the numbers of those
    that gained a patent."""

    before: Mapping[Key, StoredRow]
    merged: MergedRows
    grown: set[str]


AfterStoring: TypeAlias = Callable[[Transaction, StoredRecords, BatchContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Recordal:
    """A kind of record. `number` is the feed's field with its number, `sides` those with parties.

    `patents`: the table of the patents a record names. `columns`: a row's values → column values,
    without the parties; None means not stated. `after`: what is to be written beside.
    """

    spec: TableSpec
    number: str
    sides: tuple[str, str]
    patents: str
    columns: Callable[[Mapping[str, Any]], dict[str, Any]]
    after: AfterStoring | None = None

    async def store(
        self, transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
    ) -> Stored:
        """Merge the rows of a chunk."""
        names = (name for row in rows for side in self.sides for name in row.mapped.values[side])
        resolved = await resolve_names(transaction, names)
        incoming = [self._incoming(row, batch, resolved) for row in rows]
        merged = await load_rows(transaction, self.spec, [row.key for row in incoming])
        before = dict(merged.rows)
        merge_rows(merged, incoming)
        await write_rows(transaction, self.spec, merged, batch.received_at)
        (key_column,) = self.spec.key
        named = [(row.mapped.values[self.number], row) for row in rows]
        grown = await write_named_patents(transaction, self.patents, key_column, named, batch)
        if self.after is not None:
            await self.after(transaction, StoredRecords(before, merged, grown), batch)
        conflicts = await write_conflicts(transaction, self.spec.entity, merged.conflicts)
        changed = list(dict.fromkeys((*(key[0] for key in merged.dirty), *sorted(grown))))
        return Stored(len(changed), conflicts, {self.spec.entity: changed})

    def _incoming(
        self, row: RowResult, batch: BatchContext, resolved: Mapping[str, str]
    ) -> Incoming:
        values = row.mapped.values
        stated = self.columns(values)
        stated |= {side: parties(values[side], resolved) for side in self.sides}
        given = {name: value for name, value in stated.items() if value is not None}
        return Incoming((values[self.number],), given, batch.origin(row))
