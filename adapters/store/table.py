"""Merging rows into one table, set by set: load what is there, merge in memory, write what changed.

In: `Incoming` rows of a chunk. Out: what was written. A fixed number of statements per chunk
whatever its size: rows nobody stored yet are copied straight into the table, rows that changed go
by a temporary table and one `insert … on conflict do update`. A spec says which columns make a
field (an amount is one field of nine columns) and which fields live in child tables (the parties of
a patent); precedence is decided field by field in `adapters.precedence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from adapters.model import SourceClass
from adapters.precedence import Conflict, Origin, StoredRow, merge
from resolvers.database.pool import Transaction

Key = tuple[Any, ...]

PROVENANCE = (
    "source_system",
    "batch_id",
    "received_at",
    "confidence",
    "record_date",
    "content_hash",
)

_BATCH_CHANGE = """
insert into reporting.batch_change (batch_id, table_name, row_key)
select batch_id, $2, row_key from unnest($1::uuid[], $3::text[]) as given (batch_id, row_key)
on conflict do nothing
"""

# An amount that no source states: currency and period as the columns' defaults, which are not null.
NO_MONEY = (None, "CNY", None, None, None, None, None, False, None)


@dataclass(frozen=True, slots=True)
class Child:
    """A field whose items are rows of another table, in their order. One column: plain items."""

    table: str
    parent: str
    columns: tuple[str, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """How one entity is laid out. `key`: column → type in PostgreSQL. `id_column`: the id children
    refer to, when it is not the key itself. `computed`: columns the caller works out on writing.
    `empty`: what the columns of a group hold without a value; a group is empty when its first
    column is null."""

    table: str
    entity: str
    key: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    children: Mapping[str, Child] = field(default_factory=dict)
    id_column: str | None = None
    computed: tuple[str, ...] = ()
    empty: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    keeps_field_origins: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for columns in self.fields.values() for column in columns)

    @property
    def parent_column(self) -> str:
        return self.id_column or next(iter(self.key))


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """Values for one row, as the source says them."""

    key: Key
    values: Mapping[str, Any]
    origin: Origin


@dataclass(slots=True)
class MergedRows:
    """Rows after merging, still in memory. `dirty`: key → names of the fields that are new.
    `altered`: (batch, key) of rows that were there before the batch that changed them."""

    rows: dict[Key, StoredRow]
    ids: dict[Key, Any]
    new: set[Key] = field(default_factory=set)
    dirty: dict[Key, frozenset[str]] = field(default_factory=dict)
    altered: set[tuple[str, Key]] = field(default_factory=set)
    conflicts: list[tuple[Key, Conflict]] = field(default_factory=list)


def money_columns(prefix: str) -> tuple[str, ...]:
    """Return the columns of an amount; the original text comes last."""
    return tuple(
        f"{prefix}_{part}"
        for part in (
            "kind",
            "currency",
            "amount",
            "amount_min",
            "amount_max",
            "rate",
            "royalty_base",
            "per_year",
            "original",
        )
    )


async def load_rows(transaction: Transaction, spec: TableSpec, keys: Collection[Key]) -> MergedRows:
    """Return the stored rows of some keys, with their children."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return MergedRows({}, {})
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(spec.key.values(), 1))
    names = ", ".join(spec.key)
    extra = [spec.id_column] if spec.id_column else []
    extra += ["field_provenance"] if spec.keeps_field_origins else []
    columns = ", ".join((*spec.key, *extra, *spec.columns, *PROVENANCE))
    records = await transaction.fetch(
        f"ingest.load {spec.table}",
        f"select {columns} from {spec.table} join unnest({arrays}) as wanted ({names}) "  # noqa: S608
        f"using ({names})",
        *(list(column) for column in zip(*wanted, strict=True)),
    )
    rows: dict[Key, StoredRow] = {}
    ids: dict[Key, Any] = {}
    for record in records:
        key = tuple(record[name] for name in spec.key)
        ids[key] = record[spec.parent_column]
        rows[key] = _stored(spec, record)
    await _load_children(transaction, spec, rows, ids)
    return MergedRows(rows, ids)


def _stored(spec: TableSpec, record: Any) -> StoredRow:
    values = {
        name: _held(tuple(record[column] for column in columns))
        for name, columns in spec.fields.items()
    }
    origin = _origin(
        record["confidence"], record["source_system"], record["batch_id"], record["record_date"]
    )
    origins = record["field_provenance"] if spec.keeps_field_origins else {}
    return StoredRow(
        values,
        origin,
        {
            name: _origin(
                found["confidence"], found["sourceSystem"], found["batchId"], found["recordDate"]
            )
            for name, found in origins.items()
        },
    )


def _held(parts: tuple[Any, ...]) -> Any:
    """Return a field's value: its one column, or the group of its columns; arrays as tuples."""
    if len(parts) > 1:
        return None if parts[0] is None else parts
    value = parts[0]
    return tuple(value) if isinstance(value, list) else value


def _origin(confidence: str, system: str, batch: Any, day: date | str | None) -> Origin:
    when = date.fromisoformat(day) if isinstance(day, str) else day
    return Origin(SourceClass(confidence), system, str(batch) if batch else None, when)


async def _load_children(
    transaction: Transaction, spec: TableSpec, rows: dict[Key, StoredRow], ids: Mapping[Key, Any]
) -> None:
    if not rows:
        return
    for name, child in spec.children.items():
        fixed = "".join(f" and {column} = '{value}'" for column, value in child.fixed.items())
        records = await transaction.fetch(
            f"ingest.load {child.table}",
            f"select {child.parent}, {', '.join(child.columns)} from {child.table} "  # noqa: S608
            f"where {child.parent} = any($1){fixed} order by {child.parent}, ordinal",
            [ids[key] for key in rows],
        )
        items: dict[Any, list[Any]] = {}
        for record in records:
            value = tuple(record[column] for column in child.columns)
            items.setdefault(record[child.parent], []).append(
                value[0] if len(value) == 1 else value
            )
        for key, row in rows.items():
            values = {**row.values, name: tuple(items.get(ids[key], ()))}
            rows[key] = StoredRow(values, row.origin, row.field_origins)


def merge_rows(
    merged: MergedRows, incoming: Iterable[Incoming], *, historic: Collection[str] = ()
) -> None:
    """Merge rows into what was loaded; several rows of one key are merged one after the other."""
    rows, dirty = merged.rows, merged.dirty
    for arriving in incoming:
        held = rows.get(arriving.key)
        result = merge(held, arriving.values, arriving.origin, historic=historic)
        if held is None:
            merged.new.add(arriving.key)
        if result.is_changed:
            names = dirty.get(arriving.key)
            dirty[arriving.key] = result.changed if names is None else names | result.changed
            rows[arriving.key] = result.row
            batch_id = arriving.origin.batch_id
            if held is not None and batch_id is not None and not _is_of(held, batch_id):
                merged.altered.add((batch_id, arriving.key))
        if result.conflicts:
            merged.conflicts += ((arriving.key, conflict) for conflict in result.conflicts)


def _is_of(row: StoredRow, batch_id: str) -> bool:
    """Whether one batch said everything in the row."""
    return all(origin.batch_id == batch_id for origin in (row.origin, *row.field_origins.values()))


async def write_rows(
    transaction: Transaction,
    spec: TableSpec,
    merged: MergedRows,
    received_at: datetime,
    computed: Mapping[Key, Sequence[Any]] | None = None,
) -> None:
    """Write the dirty rows and the children whose field changed."""
    if not merged.dirty:
        return
    columns = [*spec.key, *spec.columns, *spec.computed, *PROVENANCE]
    columns += ["field_provenance"] if spec.keeps_field_origins else []
    build = _builder(spec, received_at, computed or {})
    new = [key for key in merged.dirty if key in merged.new]
    held = [key for key in merged.dirty if key not in merged.new]
    schema, table = spec.table.split(".")
    if new:
        # A row that another source wrote since it was looked for breaks the key: the caller's case.
        await transaction.copy_records(
            f"ingest.fill {spec.table}",
            schema,
            table,
            columns,
            (build(key, merged.rows[key]) for key in new),
        )
    if held:
        await _update(transaction, spec, columns, [build(key, merged.rows[key]) for key in held])
    await _note_altered(transaction, spec, merged)
    await _fill_ids(transaction, spec, merged)
    await _write_children(transaction, spec, merged, held)


async def _update(
    transaction: Transaction, spec: TableSpec, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Write rows that are there already, set by set."""
    staging = f"ingest_{spec.table.replace('.', '_')}"
    names = ", ".join(columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in spec.key)
    await transaction.execute(
        f"ingest.stage {spec.table}",
        f"create temporary table if not exists {staging} on commit drop "  # noqa: S608
        f"as select {names} from {spec.table} with no data",
    )
    await transaction.copy_records(f"ingest.stage {spec.table}", "pg_temp", staging, columns, rows)
    await transaction.execute(
        f"ingest.write {spec.table}",
        f"insert into {spec.table} ({names}) select {names} from pg_temp.{staging} "  # noqa: S608
        f"on conflict ({', '.join(spec.key)}) do update set {updates}",
    )
    await transaction.execute(f"ingest.staged {spec.table}", f"truncate pg_temp.{staging}")


async def _note_altered(transaction: Transaction, spec: TableSpec, merged: MergedRows) -> None:
    """Note which rows a batch found and changed: rolling it back must not remove them."""
    if not merged.altered:
        return
    rows = sorted((batch_id, row_key(key)) for batch_id, key in merged.altered)
    await transaction.execute(
        "ingest.batch_change",
        _BATCH_CHANGE,
        [batch_id for batch_id, _ in rows],
        spec.table,
        [key for _, key in rows],
    )


def row_key(key: Key) -> str:
    """Return a row's key as one text, as `concat_ws('|', …)` writes it.

    >>> row_key(("CN1", date(2022, 4, 20), "甲"))
    'CN1|2022-04-20|甲'
    """
    return "|".join(str(part) for part in key)


def _builder(
    spec: TableSpec, received_at: datetime, computed: Mapping[Key, Sequence[Any]]
) -> Callable[[Key, StoredRow], list[Any]]:
    """Return what makes the column values of a row, in the order of `write_rows`."""
    fields = [
        (name, len(columns) == 1, spec.empty.get(name, (None,) if len(columns) == 1 else NO_MONEY))
        for name, columns in spec.fields.items()
    ]

    def build(key: Key, row: StoredRow) -> list[Any]:
        parameters: list[Any] = list(key)
        for name, is_single, empty in fields:
            value = row.values.get(name)
            if value is None:
                parameters += empty
            elif is_single:
                parameters.append(value)
            else:
                parameters += value
        parameters += computed.get(key, ())
        origin = row.origin
        parameters += (
            origin.source_system,
            origin.batch_id,
            received_at,
            origin.confidence.value,
            origin.record_date,
            row_hash(row.values),
        )
        if spec.keeps_field_origins:
            others = {name: _origin_json(found) for name, found in row.field_origins.items()}
            parameters.append(others)
        return parameters

    return build


def _origin_json(origin: Origin) -> dict[str, str | None]:
    return {
        "confidence": origin.confidence.value,
        "sourceSystem": origin.source_system,
        "batchId": origin.batch_id,
        "recordDate": origin.record_date.isoformat() if origin.record_date else None,
    }


async def _fill_ids(transaction: Transaction, spec: TableSpec, merged: MergedRows) -> None:
    """Learn the ids of rows just written, which the database made."""
    missing = [key for key in merged.dirty if key not in merged.ids]
    if not spec.id_column:
        merged.ids.update((key, key[0]) for key in missing)
    elif missing:
        arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(spec.key.values(), 1))
        names = ", ".join(spec.key)
        records = await transaction.fetch(
            f"ingest.ids {spec.table}",
            f"select {names}, {spec.id_column} from {spec.table} "  # noqa: S608
            f"join unnest({arrays}) as wanted ({names}) using ({names})",
            *(list(column) for column in zip(*missing, strict=True)),
        )
        for record in records:
            merged.ids[tuple(record[name] for name in spec.key)] = record[spec.id_column]


async def _write_children(
    transaction: Transaction, spec: TableSpec, merged: MergedRows, held: Sequence[Key]
) -> None:
    """Replace the children whose field changed; rows that are new have none yet."""
    copies: dict[tuple[str, tuple[str, ...]], list[tuple[str, Child]]] = {}
    for name, child in spec.children.items():
        changed = [key for key in held if name in merged.dirty[key]]
        if changed:
            fixed = "".join(f" and {column} = '{value}'" for column, value in child.fixed.items())
            await transaction.execute(
                f"ingest.clear {child.table}",
                f"delete from {child.table} where {child.parent} = any($1){fixed}",  # noqa: S608
                [merged.ids[key] for key in changed],
            )
        columns = (child.parent, *child.fixed, "ordinal", *child.columns)
        copies.setdefault((child.table, columns), []).append((name, child))
    # Children of one table (applicants and holders) are copied at once.
    for (table_name, columns), parts in copies.items():
        if any(name in names for name, _ in parts for names in merged.dirty.values()):
            schema, table = table_name.split(".")
            await transaction.copy_records(
                f"ingest.fill {table_name}", schema, table, columns, _items(merged, parts)
            )


def _items(merged: MergedRows, parts: Sequence[tuple[str, Child]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one child table, record by record."""
    layouts = [
        (name, tuple(child.fixed.values()), len(child.columns) == 1) for name, child in parts
    ]
    for key, names in merged.dirty.items():
        values, parent = merged.rows[key].values, merged.ids[key]
        for name, fixed, is_single in layouts:
            if name in names:
                for ordinal, item in enumerate(values.get(name) or ()):
                    yield (parent, *fixed, ordinal, *((item,) if is_single else item))


def row_hash(values: Mapping[str, Any]) -> str:
    """Return the digest kept in `content_hash`."""
    # The encoder writes days and amounts as texts, and tuples as lists.
    plain = msgspec.json.encode(dict(sorted(values.items())))
    return hashlib.blake2b(plain, digest_size=16).hexdigest()


def plain_json(value: Any) -> Any:
    """Return a value as JSON can hold it; amounts as text, so that no digit is lost."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain_json(part) for part in value]
    return value
