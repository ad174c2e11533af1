"""What a change of state leaves behind, left by feeds as by mutations: history, events, conflicts.

A state somebody has changed in the hub since (or a timer of the hub) is not a feed's to change: the
last entry of the history says who was it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.model import SourceClass
from adapters.precedence import Conflict, Origin
from adapters.store.batch import BatchContext
from resolvers.database.pool import Transaction
from resolvers.identity import Role

HUB: Final = "hub"
"""Source system of what was entered in the hub itself (default of the tables)."""
BY_SOURCE: Final = "source:"
"""Before the name of a source, in place of a person's in a history."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One change; `before` None: the object is new."""

    key: str
    before: str | None
    after: str
    action: str | None = None


async def write_history(
    transaction: Transaction,
    schema: str,
    workflow: str,
    changes: Sequence[StateChange],
    batch: BatchContext,
) -> None:
    """Keep changes as `resolvers.hub.history` does, many at once, the source being who did it."""
    if not changes:
        return
    await transaction.execute(
        f"ingest.history {schema}",
        f"insert into {schema}.status_change "  # noqa: S608
        "(workflow, key, from_status, to_status, action, by_subject, by_role, at) "
        "select $1, key, before, after, action, $6, $7, $8 "
        "from unnest($2::text[], $3::text[], $4::text[], $5::text[]) "
        "as given (key, before, after, action)",
        workflow,
        [each.key for each in changes],
        [each.before for each in changes],
        [each.after for each in changes],
        [each.action for each in changes],
        f"{BY_SOURCE}{batch.source_system}",
        Role.SERVICE.value,
        batch.received_at,
    )


async def moved_in_hub(
    transaction: Transaction, schema: str, workflow: str, owners: Mapping[str, str]
) -> set[str]:
    """Return which objects had their state changed last in the hub. `owners`: key → source system
    of the row, which tells for objects without history."""
    if not owners:
        return set()
    records = await transaction.fetch(
        f"ingest.moved {schema}",
        "select distinct on (key) key, starts_with(by_subject, $3) as by_source "  # noqa: S608
        f"from {schema}.status_change where workflow = $1 and key = any($2) order by key, id desc",
        workflow,
        list(owners),
        BY_SOURCE,
    )
    by_source = {record["key"]: record["by_source"] for record in records}
    return {key for key, owner in owners.items() if not by_source.get(key, owner != HUB)}


def not_moved_in_hub(schema: str, workflow: str, key: str) -> str:
    """Return the same as a condition on a row `t` that a batch made (for rolling it back)."""
    return (
        f"not exists (select from {schema}.status_change as s where s.workflow = '{workflow}' "
        f"and s.key = t.{key}::text and not starts_with(s.by_subject, '{BY_SOURCE}'))"
    )


def kept_by_hub(field: str, kept: Any, losing: Any, losing_origin: Origin) -> Conflict:
    """Return the conflict of a state the hub has decided on with what a source says instead."""
    return Conflict(field, kept, Origin(SourceClass.PLATFORM, HUB), losing, losing_origin)


def distinct(keys: Collection[str]) -> list[str]:
    """Return keys once each, in their order."""
    return list(dict.fromkeys(keys))
