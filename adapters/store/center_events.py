"""Telling that a register changed the status of centres; noted in their history as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers.database.pool import Transaction
from resolvers.hub.events import EVENTS, NOTIFY
from resolvers.identity import Role

# As `resolvers.hub.history` writes it, for many at once.
_HISTORY = """
insert into platforms.status_change
  (workflow, key, from_status, to_status, by_subject, by_role, at)
select 'operation_center', code, before, after, $4, $5, $6
from unnest($1::text[], $2::text[], $3::text[]) as given (code, before, after)
"""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`before` is None for a centre that is new."""

    code: str
    kind: str
    before: str | None
    after: str


async def announce_centers(
    transaction: Transaction, changes: Sequence[StatusChange], source: str, at: datetime
) -> None:
    """Publish `platforms.center_status_changed` for each change, and keep it."""
    if not changes:
        return
    codes = [each.code for each in changes]
    await transaction.execute(
        "ingest.center_history",
        _HISTORY,
        codes,
        [each.before for each in changes],
        [each.after for each in changes],
        f"source:{source}",
        Role.SERVICE.value,
        at,
    )
    payloads = [{"from": each.before, "to": each.after, "kind": each.kind} for each in changes]
    await transaction.execute(
        "hub.events", EVENTS, "platforms.center_status_changed", codes, payloads
    )
    await transaction.execute("hub.notify", NOTIFY)
