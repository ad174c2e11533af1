"""The paginated lists of what came in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from resolvers.conditions import Conditions
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.reporting import sql
from resolvers.reporting.rules.periods import Period
from resolvers.reporting.sight import Sight
from resolvers.reporting.workflows.evaluation import PUBLIC_STAGES

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


REPORTS_NEWEST_FIRST: Final = Ordering(
    "reporting.reports",
    (
        SortKey("r.period_from", "period_from", "date", descending=True),
        SortKey("r.id", "id", "uuid", descending=True),
    ),
)
EVALUATIONS_BY_CENTER: Final = Ordering(
    "reporting.evaluations",
    (SortKey("e.center_code", "center_code", "text"), SortKey("e.id", "id", "uuid")),
)
_BATCH_OF_CENTER: Final = "b.center_code = {}"


def list_batches(
    center: str | None, feed: str | None, status: str | None, sight: Sight
) -> ListQuery:
    """Return the batches that are seen, the last received first."""
    where = Conditions()
    sight.limit(where, _BATCH_OF_CENTER, sql.BATCH_IN_JURISDICTIONS)
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
    sight: Sight,
    *,
    source: str | None = None,
    resolved: bool | None = None,
) -> ListQuery:
    """Return rows that were not plainly accepted, of batches that are seen, in order of batch and
    row; `code` is a rule that one of the row's issues names. `resolved` False: refused rows that
    wait; True: those that were taken in later."""
    where = Conditions()
    sight.limit(where, _BATCH_OF_CENTER, sql.BATCH_IN_JURISDICTIONS)
    if resolved is not None:
        where.add(sql.ROW_RESOLVED if resolved else sql.ROW_WAITS)
    where.add_given("b.source_name = {}", source)
    where.add_given("r.batch_id = {}", batch_id)
    where.add_given("b.center_code = {}", center)
    where.add_given("b.feed = {}", feed)
    where.add_given("r.outcome = {}", outcome)
    where.add_given(sql.ROW_HAS_ISSUE, code)
    return ListQuery("reporting.row_page", sql.ROW_PAGE, sql.ROW_COUNT, ROWS_BY_BATCH, where)


def waiting_totals(
    center: str | None, source: str | None, feed: str | None, sight: Sight
) -> tuple[str, list[object]]:
    """Return the statement, and its parameters, of how many waiting rows break which rule."""
    where = Conditions()
    sight.limit(where, _BATCH_OF_CENTER, sql.BATCH_IN_JURISDICTIONS)
    where.add_given("b.center_code = {}", center)
    where.add_given("b.source_name = {}", source)
    where.add_given("b.feed = {}", feed)
    more = "".join(f"and {fragment} " for fragment in where.fragments)
    return sql.WAITING_TOTALS.format(more=more), where.parameters


def list_conflicts(
    entity_type: str | None, entity_key: str | None, batch_id: UUID | None, sight: Sight
) -> ListQuery:
    """Return losing values of batches that are seen, in order of what they are about."""
    where = Conditions()
    sight.limit(where, sql.CONFLICT_OF_CENTER, sql.CONFLICT_IN_JURISDICTIONS)
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


def list_reports(
    jurisdiction: str | None, period: Period | None, status: str | None, sight: Sight
) -> ListQuery:
    """Return the reports that are seen, the latest period first."""
    where = Conditions()
    sight.limit(where, "r.center_code = {}", "r.jurisdiction_code = any({})")
    where.add_given("r.jurisdiction_code = {}", jurisdiction)
    where.add_given("r.period_label = {}", period.label if period else None)
    where.add_given("r.status = {}", status)
    return ListQuery(
        "reporting.report_page", sql.REPORT_LIST, sql.REPORT_COUNT, REPORTS_NEWEST_FIRST, where
    )


def list_evaluations(year: int, stage: str | None, sight: Sight) -> ListQuery:
    """Return the evaluations of a year that are seen or public, by centre."""
    where = Conditions().add("e.year = {}", year)
    where.add_given("e.stage = {}", stage)
    if not sight.everything:
        where.add(
            "(e.stage = any({}) or e.center_code = {} or e.jurisdiction_code = any({}))",
            list(PUBLIC_STAGES),
            sight.center,
            list(sight.jurisdictions),
        )
    return ListQuery(
        "reporting.evaluation_page",
        sql.EVALUATION_LIST,
        sql.EVALUATION_COUNT,
        EVALUATIONS_BY_CENTER,
        where,
    )
