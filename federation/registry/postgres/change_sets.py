"""Change sets in PostgreSQL: saved whole, guarded by their version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from federation.registry.model import (
    ChangeSet,
    ChangeSetEntry,
    ChangeSetState,
    GitContext,
    GraphRef,
)
from federation.registry.postgres.auditing import write_audit
from federation.registry.postgres.json_values import from_json, is_uuid, to_json
from federation.registry.postgres.pool import Pool, Queries, Row
from federation.registry.store import NewAudit

_COLUMNS: Final = """
id::text as id, graph, variant, title, state, version, opened_at, opened_by,
check_id::text as check_id, approved_at, approved_by, approval_reason, closed_at, closed_by,
launch_id::text as launch_id, before_id::text as before_id
"""
_ONE: Final = f"""
select {_COLUMNS} from registry.change_set where graph = $1 and variant = $2 and id = $3::uuid
"""  # noqa: S608
_MANY: Final = f"""
select {_COLUMNS} from registry.change_set
where graph = $1 and variant = $2 and (not $3 or state in ('OPEN', 'APPROVED'))
order by opened_at desc, id desc limit $4
"""  # noqa: S608
_ENTRIES: Final = """
select change_set_id::text as change_set_id, name, sdl, url, label, message, git,
       base_id::text as base_id, added_at, added_by
from registry.change_set_entry where change_set_id = any($1::uuid[]) order by name
"""
_ADD: Final = """
insert into registry.change_set (id, graph, variant, title, state, version, opened_at, opened_by)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8)
"""
_UPDATE: Final = """
update registry.change_set set title = $2, state = $3, version = $4, check_id = $5::uuid,
    approved_at = $6, approved_by = $7, approval_reason = $8, closed_at = $9, closed_by = $10,
    launch_id = $11::uuid, before_id = $12::uuid
where id = $1::uuid and version = $4 - 1
returning version
"""
_CLEAR: Final = "delete from registry.change_set_entry where change_set_id = $1::uuid"
_ADD_ENTRY: Final = """
insert into registry.change_set_entry (change_set_id, name, sdl, url, label, message, git, base_id,
                                       added_at, added_by)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8::uuid, $9, $10)
"""


class ChangeSetStore:
    """The part of the storage about change sets; see `Store`."""

    _pool: Pool

    async def save_change_set(self, change_set: ChangeSet, audit: Sequence[NewAudit]) -> bool:
        async with self._pool.transaction() as transaction:
            if not await store_change_set(transaction, change_set):
                return False
            await write_audit(transaction, audit)
        return True

    async def change_set(self, ref: GraphRef, change_set_id: str) -> ChangeSet | None:
        if not is_uuid(change_set_id):
            return None
        async with self._pool.transaction() as transaction:
            row = await transaction.fetchrow(
                "registry.change_set", _ONE, ref.graph, ref.variant, change_set_id
            )
            if row is None:
                return None
            return (await _with_entries(transaction, [row]))[0]

    async def change_sets(
        self, ref: GraphRef, open_only: bool, limit: int
    ) -> tuple[ChangeSet, ...]:
        async with self._pool.transaction() as transaction:
            rows = await transaction.fetch(
                "registry.change_sets", _MANY, ref.graph, ref.variant, open_only, limit
            )
            return await _with_entries(transaction, rows)


async def store_change_set(queries: Queries, change: ChangeSet) -> bool:
    """Write a change set; False when another version than the one before is stored."""
    if change.version == 1:
        await queries.execute(
            "registry.add_change_set", _ADD, change.id, change.ref.graph, change.ref.variant,
            change.title, change.state.value, change.version, change.opened_at, change.opened_by,
        )  # fmt: skip
    else:
        written = await queries.fetchval(
            "registry.update_change_set", _UPDATE, change.id, change.title, change.state.value,
            change.version, change.check_id, change.approved_at, change.approved_by,
            change.approval_reason, change.closed_at, change.closed_by, change.launch_id,
            change.before_id,
        )  # fmt: skip
        if written is None:
            return False
        await queries.execute("registry.clear_change_set", _CLEAR, change.id)
    rows = [
        (
            change.id, e.name, e.sdl, e.url, e.label, e.message, to_json(e.git), e.base_id,
            e.added_at, e.added_by,
        )
        for e in change.entries
    ]  # fmt: skip
    await queries.executemany("registry.add_change_set_entries", _ADD_ENTRY, rows)
    return True


async def _with_entries(queries: Queries, rows: Sequence[Row]) -> tuple[ChangeSet, ...]:
    ids = [row["id"] for row in rows]
    entries: dict[str, list[ChangeSetEntry]] = {i: [] for i in ids}
    for row in await queries.fetch("registry.change_set_entries", _ENTRIES, ids):
        entries[row["change_set_id"]].append(_entry(row))
    return tuple(_change_set(row, entries[row["id"]]) for row in rows)


def _change_set(row: Row, entries: Sequence[ChangeSetEntry]) -> ChangeSet:
    return ChangeSet(
        id=row["id"],
        ref=GraphRef(row["graph"], row["variant"]),
        title=row["title"],
        state=ChangeSetState(row["state"]),
        version=row["version"],
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        entries=tuple(entries),
        check_id=row["check_id"],
        approved_at=row["approved_at"],
        approved_by=row["approved_by"],
        approval_reason=row["approval_reason"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
        launch_id=row["launch_id"],
        before_id=row["before_id"],
    )


def _entry(row: Row) -> ChangeSetEntry:
    return ChangeSetEntry(
        name=row["name"],
        sdl=row["sdl"],
        url=row["url"],
        label=row["label"],
        base_id=row["base_id"],
        added_at=row["added_at"],
        added_by=row["added_by"],
        message=row["message"],
        git=from_json(row["git"], GitContext),
    )
