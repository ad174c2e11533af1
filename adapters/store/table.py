"""Merging rows into one table, set by set: load what is there, merge in memory, write what changed.

In: `Incoming` rows of a chunk. Out: what was written. Three to five statements per chunk whatever
its size. A spec says which columns make a field (an amount is one field of eight columns) and which
fields live in child tables (the parties of a patent); precedence is decided field by field in
`adapters.precedence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
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
insert into reporting.batch_change (batch_id, table_name, row_key) values ($1, $2, $3)
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


@dataclass(frozen=True, slots=True)
class Incoming:
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
    dirty: dict[Key, set[str]] = field(default_factory=dict)
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
    for arriving in incoming:
        held = merged.rows.get(arriving.key)
        result = merge(held, arriving.values, arriving.origin, historic=historic)
        if held is None:
            merged.new.add(arriving.key)
        if result.is_changed:
            merged.dirty.setdefault(arriving.key, set()).update(result.changed)
            merged.rows[arriving.key] = result.row
            batch_id = arriving.origin.batch_id
            if held is not None and batch_id is not None and not _is_of(held, batch_id):
                merged.altered.add((batch_id, arriving.key))
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
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in spec.key)
    await transaction.executemany(
        f"ingest.write {spec.table}",
        f"insert into {spec.table} ({', '.join(columns)}) values ({values}) "  # noqa: S608
        f"on conflict ({', '.join(spec.key)}) do update set {updates}",
        [
            _parameters(spec, key, merged.rows[key], received_at, (computed or {}).get(key, ()))
            for key in merged.dirty
        ],
    )
    await _note_altered(transaction, spec, merged)
    await _fill_ids(transaction, spec, merged)
    for name, child in spec.children.items():
        changed = [key for key, fields in merged.dirty.items() if name in fields]
        await _replace_children(transaction, child, name, merged, changed)


async def _note_altered(transaction: Transaction, spec: TableSpec, merged: MergedRows) -> None:
    """Note which rows a batch found and changed: rolling it back must not remove them."""
    rows = sorted((batch_id, spec.table, row_key(key)) for batch_id, key in merged.altered)
    if rows:
        await transaction.executemany("ingest.batch_change", _BATCH_CHANGE, rows)


def row_key(key: Key) -> str:
    """Return a row's key as one text, as `concat_ws('|', …)` writes it.

    >>> row_key(("CN1", date(2022, 4, 20), "甲"))
    'CN1|2022-04-20|甲'
    """
    return "|".join(str(part) for part in key)


def _parameters(
    spec: TableSpec, key: Key, row: StoredRow, received_at: datetime, computed: Sequence[Any]
) -> list[Any]:
    parameters: list[Any] = list(key)
    for name, columns in spec.fields.items():
        value = row.values.get(name)
        if value is None:
            parameters += spec.empty.get(name, (None,) if len(columns) == 1 else NO_MONEY)
        elif len(columns) == 1:
            parameters.append(list(value) if isinstance(value, tuple) else value)
        else:
            parameters += value
    parameters += computed
    origin = row.origin
    parameters += [
        origin.source_system,
        origin.batch_id,
        received_at,
        origin.confidence.value,
        origin.record_date,
        row_hash(row.values),
    ]
    if spec.keeps_field_origins:
        parameters.append({name: _origin_json(found) for name, found in row.field_origins.items()})
    return parameters


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


async def _replace_children(
    transaction: Transaction, child: Child, name: str, merged: MergedRows, keys: Sequence[Key]
) -> None:
    if not keys:
        return
    fixed = "".join(f" and {column} = '{value}'" for column, value in child.fixed.items())
    await transaction.execute(
        f"ingest.clear {child.table}",
        f"delete from {child.table} where {child.parent} = any($1){fixed}",  # noqa: S608
        [merged.ids[key] for key in keys],
    )
    schema, table = child.table.split(".")
    records = [
        (
            merged.ids[key],
            *child.fixed.values(),
            ordinal,
            *(item if isinstance(item, tuple) else (item,)),
        )
        for key in keys
        for ordinal, item in enumerate(merged.rows[key].values.get(name) or ())
    ]
    columns = (child.parent, *child.fixed, "ordinal", *child.columns)
    await transaction.copy_records(f"ingest.fill {child.table}", schema, table, columns, records)


def row_hash(values: Mapping[str, Any]) -> str:
    """Return the digest kept in `content_hash`."""
    plain = {name: plain_json(value) for name, value in sorted(values.items())}
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=16).hexdigest()


def plain_json(value: Any) -> Any:
    """Return a value as JSON can hold it; amounts as text, so that no digit is lost."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain_json(part) for part in value]
    return value
