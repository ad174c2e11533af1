"""The audit log's one statement to write, for every change in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from federation.registry.postgres.json_values import to_json
from federation.registry.postgres.pool import Queries
from federation.registry.store import NewAudit

_ADD: Final = """
insert into registry.audit (at, by, graph, variant, action, subject, details)
values ($1, $2, $3, $4, $5, $6, $7)
"""


async def write_audit(queries: Queries, entries: Sequence[NewAudit]) -> None:
    """Add entries in their order."""
    for e in entries:
        await queries.execute(
            "registry.add_audit",
            _ADD,
            e.at,
            e.by,
            e.graph,
            e.variant,
            e.action,
            e.subject,
            to_json(e.details),
        )
