"""Changes of state, kept in the table `status_change` that each writing subgraph has in its schema.

The table (its migration repeats this, since no SQL reaches across schemas):

    create table <schema>.status_change (
        id bigint generated always as identity primary key,
        workflow text not null, key text collate "C" not null,
        from_status text, to_status text not null, action text,
        by_subject text not null, by_role text not null,
        at timestamptz not null, comment text
    );
    create index status_change_key on <schema>.status_change (workflow, key, id);
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from resolvers.batching import group_by_key
from resolvers.database.pool import Queries
from resolvers.hub.changes import BY_WORKFLOW, note_change
from resolvers.hub.commands import Work

_COLUMNS = "from_status, to_status, action, by_subject, by_role, at, comment"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of state, to be written. `from_status` None: the object was made."""

    workflow: str
    key: str
    from_status: str | None
    to_status: str
    action: str | None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of state, as read."""

    from_status: str | None
    to_status: str
    action: str | None
    by_subject: str
    by_role: str
    at: datetime
    comment: str | None


async def record_change(work: Work, schema: str, change: Change) -> None:
    """Write the change in the command's transaction. `schema` is a name of the program's own."""
    statement = f"""
insert into {schema}.status_change (workflow, key, {_COLUMNS})
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""  # noqa: S608 - a schema of the program, never a value
    await work.tx.execute(
        f"{schema}.status_change",
        statement,
        change.workflow,
        change.key,
        change.from_status,
        change.to_status,
        change.action,
        work.caller.subject,
        work.caller.role.value,
        work.now,
        change.comment,
    )
    if (entity := BY_WORKFLOW.get(change.workflow)) is not None:
        await note_change(work.tx, entity, change.key)


async def load_changes(
    queries: Queries, schema: str, workflow: str, keys: list[str]
) -> Mapping[str, tuple[ChangeRow, ...]]:
    """Return the changes of each key, oldest first; for a batch loader."""
    statement = f"""
select key as parent, {_COLUMNS} from {schema}.status_change
where workflow = $1 and key = any($2) order by key, id
"""  # noqa: S608 - a schema of the program, never a value
    records = await queries.fetch(f"{schema}.status_changes", statement, workflow, keys)
    return group_by_key(
        (
            record["parent"],
            ChangeRow(
                record["from_status"],
                record["to_status"],
                record["action"],
                record["by_subject"],
                record["by_role"],
                record["at"],
                record["comment"],
            ),
        )
        for record in records
    )
