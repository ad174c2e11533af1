"""Telling that a register changed the status of centres; noted in their history as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.store.batch import BatchContext
from adapters.store.traces import StateChange, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`before` is None for a centre that is new."""

    code: str
    kind: str
    before: str | None
    after: str


async def announce_centers(
    transaction: Transaction, changes: Sequence[StatusChange], batch: BatchContext
) -> None:
    """Publish `platforms.center_status_changed` for each change, and keep it."""
    if not changes:
        return
    kept = [StateChange(each.code, each.before, each.after) for each in changes]
    await write_history(transaction, "platforms", "operation_center", kept, batch)
    await publish(
        transaction,
        "platforms.center_status_changed",
        [each.code for each in changes],
        [{"from": each.before, "to": each.after, "kind": each.kind} for each in changes],
    )
