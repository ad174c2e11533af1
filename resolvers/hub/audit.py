"""The audit as a list: who called which mutation, on what, and how it ended (DOMAIN §2.4)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.conditions import Conditions
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One call of a mutation; field names are column names."""

    id: UUID
    at: datetime
    subject: str
    role: str
    center_code: str | None
    jurisdiction_code: str | None
    subgraph: str
    mutation: str
    key: str | None
    outcome: str
    codes: list[str]
    request_id: str | None
    trace_id: str | None


_COLUMNS: Final = ", ".join(f"a.{each.name}" for each in fields(AuditRow))
NEWEST_FIRST: Final = Ordering(
    "hub.audit",
    (
        SortKey("a.at", "at", "timestamptz", descending=True),
        SortKey("a.id", "id", "uuid", descending=True),
    ),
)


def list_audit(center: str | None, key: str | None) -> ListQuery:
    """Return the audit, the latest first; of one centre's people, or about one object."""
    where = Conditions().add_given("a.center_code = {}", center).add_given("a.key = {}", key)
    return ListQuery(
        "hub.audit_list",
        f"select {_COLUMNS} from hub.audit as a",  # noqa: S608 - constants of the program
        "select count(*) from hub.audit as a",
        NEWEST_FIRST,
        where,
    )


def audit_row(record: Record) -> AuditRow:
    """Return the row of a record."""
    return AuditRow(*(record[each.name] for each in fields(AuditRow)))
