"""Usage and stored documents in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from federation.registry.model import GraphRef
from federation.registry.postgres.auditing import write_audit
from federation.registry.postgres.pool import Pool, Queries, Row
from federation.registry.store import NewAudit
from federation.registry.usage import OperationUsage, StoredDocument

# In order of their keys, so that replicas writing at once do not wait for each other in a ring.
_ADD_OPERATIONS: Final = """
insert into registry.operation as known (graph, variant, signature, name, kind, text, coordinates)
select $1, $2, new.signature, new.name, new.kind, new.text, new.coordinates
from jsonb_to_recordset($3)
    as new(signature text, name text, kind text, text text, coordinates text[])
order by new.signature
on conflict (graph, variant, signature) do update
set coordinates = array(
    select distinct c from unnest(known.coordinates || excluded.coordinates) as c order by c)
where not known.coordinates @> excluded.coordinates
"""
_ADD_USAGE: Final = """
insert into registry.operation_usage as known
    (graph, variant, hour, signature, client_name, client_version, count, errors)
select $1, $2, new.hour, new.signature, new.client_name, new.client_version, new.count, new.errors
from jsonb_to_recordset($3) as new(hour timestamptz, signature text, client_name text,
    client_version text, count bigint, errors bigint)
order by 3, 4, 5, 6
on conflict (graph, variant, hour, signature, client_name, client_version) do update
set count = known.count + excluded.count, errors = known.errors + excluded.errors
"""
# Summed here: a week of hours of many clients is a thousand times what checks need.
_USAGE: Final = """
select u.hour, u.signature, u.client_name, u.client_version, u.count, u.errors, o.name, o.kind,
       o.text, o.coordinates
from (select signature, client_name, client_version, max(hour) as hour,
             sum(count)::bigint as count, sum(errors)::bigint as errors
      from registry.operation_usage where graph = $1 and variant = $2 and hour >= $3
      group by signature, client_name, client_version) as u
join registry.operation as o
    on o.graph = $1 and o.variant = $2 and o.signature = u.signature
order by u.signature, u.client_name, u.client_version
"""
_PRUNE_USAGE: Final = """
with gone as (delete from registry.operation_usage where hour < $1 returning 1)
select count(*) from gone
"""
# An operation that is being recorded right now is locked by its new usage and stays.
_PRUNE_OPERATIONS: Final = """
with idle as (
    select graph, variant, signature from registry.operation as o
    where not exists (select from registry.operation_usage as u
        where u.graph = o.graph and u.variant = o.variant and u.signature = o.signature)
    for update skip locked
), gone as (
    delete from registry.operation as o using idle
    where o.graph = idle.graph and o.variant = idle.variant and o.signature = idle.signature
    returning 1
)
select count(*) from gone
"""
_DOCUMENT_COLUMNS: Final = "id, body, name, kind, client_name, added_at, added_by"
_ADD_DOCUMENT: Final = """
insert into registry.document (graph, id, body, name, kind, client_name, added_at, added_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (graph, id) do nothing returning id
"""
_BODY: Final = "select body from registry.document where graph = $1 and id = $2"
_DOCUMENT: Final = f"""
select {_DOCUMENT_COLUMNS} from registry.document where graph = $1 and id = $2
"""  # noqa: S608
_DOCUMENTS: Final = f"""
select {_DOCUMENT_COLUMNS} from registry.document
where graph = $1 and ($2::text is null or client_name = $2) order by id
"""  # noqa: S608


class UsageStore:
    """The part of the storage about what clients ask; see `Store`."""

    _pool: Pool

    async def record_usage(self, ref: GraphRef, batch: Sequence[OperationUsage]) -> None:
        if not batch:
            return
        operations, counts = _summed(batch)
        async with self._pool.transaction() as transaction:
            await transaction.execute(
                "registry.add_operations", _ADD_OPERATIONS, ref.graph, ref.variant, operations
            )
            await transaction.execute(
                "registry.add_usage", _ADD_USAGE, ref.graph, ref.variant, counts
            )

    async def usage_since(self, ref: GraphRef, since: datetime) -> tuple[OperationUsage, ...]:
        rows = await self._pool.fetch("registry.usage", _USAGE, ref.graph, ref.variant, since)
        return tuple(
            OperationUsage(
                signature=row["signature"],
                name=row["name"],
                kind=row["kind"],
                text=row["text"],
                client_name=row["client_name"],
                client_version=row["client_version"],
                coordinates=frozenset(row["coordinates"]),
                count=row["count"],
                errors=row["errors"],
                hour=row["hour"],
            )
            for row in rows
        )

    async def prune_usage(self, before: datetime) -> int:
        async with self._pool.transaction() as transaction:
            usage: int = await transaction.fetchval("registry.prune_usage", _PRUNE_USAGE, before)
            await transaction.fetchval("registry.prune_operations", _PRUNE_OPERATIONS)
        return usage

    async def add_documents(
        self, graph: str, documents: Sequence[StoredDocument], audit: NewAudit
    ) -> tuple[str, ...] | None:
        added = []
        try:
            async with self._pool.transaction() as transaction:
                for document in sorted(documents, key=lambda d: d.id):
                    if await _add_document(transaction, graph, document):
                        added.append(document.id)
                await write_audit(transaction, [audit])
        except _OtherBody:
            return None
        return tuple(added)

    async def documents(self, graph: str, client_name: str | None) -> tuple[StoredDocument, ...]:
        rows = await self._pool.fetch("registry.documents", _DOCUMENTS, graph, client_name)
        return tuple(_document(row) for row in rows)

    async def document(self, graph: str, document_id: str) -> StoredDocument | None:
        row = await self._pool.fetchrow("registry.document", _DOCUMENT, graph, document_id)
        return None if row is None else _document(row)


class _OtherBody(Exception):
    """An id is taken by another text; rolls the block back."""


async def _add_document(queries: Queries, graph: str, document: StoredDocument) -> bool:
    """Return whether the document is new. Raises `_OtherBody`."""
    added = await queries.fetchval(
        "registry.add_document", _ADD_DOCUMENT, graph, document.id, document.body, document.name,
        document.kind, document.client_name, document.added_at, document.added_by,
    )  # fmt: skip
    if added is None:
        body = await queries.fetchval("registry.document_body", _BODY, graph, document.id)
        if body != document.body:
            raise _OtherBody
    return added is not None


def _summed(
    batch: Sequence[OperationUsage],
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return operations and counts as records, each key once: a statement meets no row twice."""
    operations: dict[str, dict[str, object]] = {}
    coordinates: dict[str, set[str]] = {}
    counts: dict[tuple[object, ...], list[int]] = {}
    for usage in batch:
        coordinates.setdefault(usage.signature, set()).update(usage.coordinates)
        operations.setdefault(
            usage.signature,
            {
                "signature": usage.signature,
                "name": usage.name,
                "kind": usage.kind,
                "text": usage.text,
            },
        )
        key = (usage.hour, usage.signature, usage.client_name, usage.client_version)
        total = counts.setdefault(key, [0, 0])
        total[0] += usage.count
        total[1] += usage.errors
    for signature, operation in operations.items():
        operation["coordinates"] = sorted(coordinates[signature])
    columns = ("hour", "signature", "client_name", "client_version")
    return (
        list(operations.values()),
        [
            dict(zip(columns, key, strict=True), count=count, errors=errors)
            for key, (count, errors) in counts.items()
        ],
    )


def _document(row: Row) -> StoredDocument:
    return StoredDocument(
        id=row["id"],
        body=row["body"],
        name=row["name"],
        kind=row["kind"],
        client_name=row["client_name"],
        added_at=row["added_at"],
        added_by=row["added_by"],
    )
