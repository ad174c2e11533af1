"""Checks and approvals in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from federation.registry.checks.result import CheckResult
from federation.registry.model import Approval, GraphRef
from federation.registry.postgres.auditing import write_audit
from federation.registry.postgres.json_values import from_json, is_uuid, to_json
from federation.registry.postgres.pool import Pool, Queries, Row
from federation.registry.store import NewAudit

_PUT: Final = """
insert into registry.check_run (id, graph, variant, created_at, completed_at, result)
values ($1::uuid, $2, $3, $4, $5, $6)
on conflict (id) do update set completed_at = excluded.completed_at, result = excluded.result
"""
_ONE: Final = "select result from registry.check_run where graph = $1 and id = $2::uuid"
_ADD_APPROVAL: Final = """
insert into registry.approval (id, graph, variant, check_id, code, coordinate, description, reason,
                               approved_at, approved_by, expires_at)
values ($1::uuid, $2, $3, $4::uuid, $5, $6, $7, $8, $9, $10, $11)
"""
_APPROVALS: Final = """
select id::text as id, graph, variant, check_id::text as check_id, code, coordinate, description,
       reason, approved_at, approved_by, expires_at
from registry.approval where graph = $1 and variant = $2 and expires_at > $3
order by coordinate, code, approved_at
"""


class CheckStore:
    """The part of the storage about checks; see `Store`."""

    _pool: Pool

    async def save_check(self, result: CheckResult, audit: Sequence[NewAudit] = ()) -> None:
        async with self._pool.transaction() as transaction:
            await _put(transaction, result)
            await write_audit(transaction, audit)

    async def check(self, graph: str, check_id: str) -> CheckResult | None:
        if not is_uuid(check_id):
            return None
        row = await self._pool.fetchrow("registry.check", _ONE, graph, check_id)
        return None if row is None else from_json(row["result"], CheckResult)

    async def save_approvals(
        self, approvals: Sequence[Approval], check: CheckResult, audit: Sequence[NewAudit]
    ) -> None:
        rows = [
            (
                a.id, a.ref.graph, a.ref.variant, a.check_id, a.code, a.coordinate, a.description,
                a.reason, a.approved_at, a.approved_by, a.expires_at,
            )
            for a in approvals
        ]  # fmt: skip
        async with self._pool.transaction() as transaction:
            await transaction.executemany("registry.add_approvals", _ADD_APPROVAL, rows)
            await _put(transaction, check)
            await write_audit(transaction, audit)

    async def approvals(self, ref: GraphRef, at: datetime) -> tuple[Approval, ...]:
        rows = await self._pool.fetch("registry.approvals", _APPROVALS, ref.graph, ref.variant, at)
        return tuple(_approval(row) for row in rows)


async def _put(queries: Queries, result: CheckResult) -> None:
    await queries.execute(
        "registry.put_check", _PUT, result.id, result.ref.graph, result.ref.variant,
        result.created_at, result.completed_at, to_json(result),
    )  # fmt: skip


def _approval(row: Row) -> Approval:
    return Approval(
        id=row["id"],
        ref=GraphRef(row["graph"], row["variant"]),
        check_id=row["check_id"],
        code=row["code"],
        coordinate=row["coordinate"],
        description=row["description"],
        reason=row["reason"],
        approved_at=row["approved_at"],
        approved_by=row["approved_by"],
        expires_at=row["expires_at"],
    )
