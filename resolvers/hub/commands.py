"""Commands: what a mutation or a job does, in one transaction with its history, audit and events.

A command first gathers what it must know of other subgraphs (no connection may be held while
another subgraph is asked: with all connections waiting for each other nobody would go on), then
opens its transaction, locks its row, checks again, and writes:

    async with command.transaction() as work:
        row = await work.tx.fetchrow("trading.listing_lock", sql.LOCK, id)
        ...
        work.key = str(id)
        change = Change("listing", str(id), "DRAFT", "SCREENING", "SUBMIT")
        await record_change(work, "trading", change)
        await work.publish("trading.listing_changed", str(id))
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from resolvers.database.pool import Database, Transaction
from resolvers.hub.changes import BY_MUTATION, note_change
from resolvers.hub.events import publish
from resolvers.identity import Caller

AUDIT: Final = """
insert into hub.audit (subject, role, center_code, jurisdiction_code, uscc, subgraph, mutation, key,
  outcome, codes, request_id, trace_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
LONGEST_TEXT: Final = 200


@dataclass(slots=True)
class Work:
    """A running command: its transaction, and what is to be told when it ends well.

    `key`: the object it is about, for the audit.
    """

    tx: Transaction
    command: Command
    key: str | None = None

    @property
    def caller(self) -> Caller:
        return self.command.caller

    @property
    def now(self) -> datetime:
        return self.command.now

    async def publish(self, topic: str, key: str, payload: Mapping[str, Any] | None = None) -> None:
        """Tell subscriptions and reactions that something happened, once this commits.

        `topic` is `<subgraph>.<what>`; subscribers filter by `payload`, then read the object anew.
        """
        await publish(self.tx, topic, [key], [payload or {}])


@dataclass(frozen=True, slots=True)
class Command:
    """One call of a mutation by one caller (or one run of a job by the worker)."""

    database: Database
    caller: Caller
    subgraph: str
    name: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    request_id: str | None = None
    trace_id: str | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        """Give the work; at its end the audit is written and everything committed together.

        On an exception nothing is kept; the mutation's frame then audits the refusal.
        """
        async with self.database.transaction() as tx:
            work = Work(tx, self)
            yield work
            if work.key is not None and (entity := BY_MUTATION.get(self.name)) is not None:
                await note_change(tx, entity, work.key)
            await tx.execute("hub.audit", AUDIT, *self._audit(work.key, "DONE", []))

    async def audit_refusal(self, outcome: str, codes: list[str], key: str | None = None) -> None:
        """Note that the command was REFUSED or FORBIDDEN."""
        await self.database.execute("hub.audit", AUDIT, *self._audit(key, outcome, codes))

    def _audit(self, key: str | None, outcome: str, codes: list[str]) -> tuple[object, ...]:
        who = self.caller
        shown = None if key is None else key[:LONGEST_TEXT]
        return (
            who.subject[:LONGEST_TEXT],
            who.role.value,
            who.center,
            who.jurisdiction,
            who.uscc,
            self.subgraph,
            self.name,
            shown,
            outcome,
            codes,
            self.request_id,
            self.trace_id,
        )
