"""The paginated lists of what came in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from resolvers.conditions import Conditions
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.reporting import sql

BATCHES_NEWEST_FIRST: Final = Ordering(
    "reporting.batches",
    (
        SortKey("b.received_at", "received_at", "timestamptz", descending=True),
        SortKey("b.id", "id", "uuid", descending=True),
    ),
)
ROWS_BY_BATCH: Final = Ordering(
    "reporting.rows",
    (SortKey("r.batch_id", "batch_id", "uuid"), SortKey("r.row_number", "row_number", "int")),
)
CONFLICTS_BY_ENTITY: Final = Ordering(
    "reporting.conflicts",
    (
        SortKey("c.entity_type", "entity_type", "text"),
        SortKey("c.entity_key", "entity_key", "text"),
        SortKey("c.field", "field", "text"),
        SortKey("c.id", "id", "uuid"),
    ),
)


def list_batches(center: str | None, feed: str | None, status: str | None) -> ListQuery:
    """Return batches, the last received first."""
    where = Conditions()
    where.add_given("b.center_code = {}", center)
    where.add_given("b.feed = {}", feed)
    where.add_given("b.status = {}", status)
    return ListQuery(
        "reporting.batch_page", sql.BATCH_PAGE, sql.BATCH_COUNT, BATCHES_NEWEST_FIRST, where
    )


def list_rows(
    batch_id: UUID | None,
    center: str | None,
    feed: str | None,
    outcome: str | None,
    code: str | None,
) -> ListQuery:
    """Return rows that were not plainly accepted, in order of batch and row; `code` is a rule that
    one of the row's issues names."""
    where = Conditions()
    where.add_given("r.batch_id = {}", batch_id)
    where.add_given("b.center_code = {}", center)
    where.add_given("b.feed = {}", feed)
    where.add_given("r.outcome = {}", outcome)
    where.add_given(sql.ROW_HAS_ISSUE, code)
    return ListQuery("reporting.row_page", sql.ROW_PAGE, sql.ROW_COUNT, ROWS_BY_BATCH, where)


def list_conflicts(
    entity_type: str | None, entity_key: str | None, batch_id: UUID | None
) -> ListQuery:
    """Return losing values, in order of what they are about."""
    where = Conditions()
    where.add_given("c.entity_type = {}", entity_type)
    where.add_given("c.entity_key = {}", entity_key)
    where.add_given("c.losing_batch_id = {}", batch_id)
    return ListQuery(
        "reporting.conflict_page",
        sql.CONFLICT_PAGE,
        sql.CONFLICT_COUNT,
        CONFLICTS_BY_ENTITY,
        where,
    )
