"""The paginated list of patents, its filters, and the patents of organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from resolvers.conditions import (
    Conditions,
    code_range,
    ipc_range,
    like_pattern,
    region_range,
    search_grams,
)
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.patents import sql

NEWEST_FIRST: Final = Ordering(
    "patents.filed",
    (
        SortKey("p.filing_date", "filing_date", "date", descending=True),
        SortKey("p.application_number", "application_number", "text", descending=True),
    ),
)
OLDEST_FIRST: Final = Ordering(
    "patents.filed_oldest",
    (
        SortKey("p.filing_date", "filing_date", "date"),
        SortKey("p.application_number", "application_number", "text"),
    ),
)
LAST_GRANTED_FIRST: Final = Ordering(
    "patents.granted",
    (
        SortKey("p.grant_date", "grant_date", "date", descending=True),
        SortKey("p.application_number", "application_number", "text", descending=True),
    ),
)
ORDERS: Final = {
    "FILED_NEWEST": NEWEST_FIRST,
    "FILED_OLDEST": OLDEST_FIRST,
    "GRANTED_NEWEST": LAST_GRANTED_FIRST,
}


@dataclass(frozen=True, slots=True)
class PatentFilterRow:
    """The filter of `patents`; every value is canonical, None means not filtered by it."""

    title_contains: str | None = None
    holder_uscc: str | None = None
    holder_name_contains: str | None = None
    kind: str | None = None
    legal_status: str | None = None
    ipc_prefix: str | None = None
    industry: str | None = None
    region: str | None = None
    filed_from: date | None = None
    filed_to: date | None = None
    granted_from: date | None = None
    granted_to: date | None = None
    order: str = "FILED_NEWEST"


def list_patents(wanted: PatentFilterRow, today: date) -> ListQuery:
    """Return patents in the order wanted; by grant only granted ones.

    Days are inclusive; classes, industries and regions include what is below them; `legal_status`
    is the one shown on `today`.
    """
    where = Conditions()
    if wanted.title_contains is not None:
        where.add("patents.search_grams(p.title) @> {}", search_grams(wanted.title_contains))
        where.add("lower(p.title) like {}", like_pattern(wanted.title_contains))
    where.add_given(sql.HELD, wanted.holder_uscc)
    if wanted.holder_name_contains is not None:
        name = wanted.holder_name_contains
        where.add(sql.HELD_BY_NAME, search_grams(name), like_pattern(name))
    where.add_given("p.kind = {}", wanted.kind)
    add_status(where, wanted.legal_status, today)
    if wanted.ipc_prefix is not None:
        where.add(sql.IN_CLASS, *ipc_range(wanted.ipc_prefix))
    if wanted.industry is not None:
        where.add(sql.IN_INDUSTRY, *code_range(wanted.industry))
    if wanted.region is not None:
        where.add(
            "p.applicant_region >= {} and p.applicant_region < {}", *region_range(wanted.region)
        )
    where.add_given("p.filing_date >= {}", wanted.filed_from)
    where.add_given("p.filing_date <= {}", wanted.filed_to)
    where.add_given("p.grant_date >= {}", wanted.granted_from)
    where.add_given("p.grant_date <= {}", wanted.granted_to)
    ordering = ORDERS[wanted.order]
    if ordering is LAST_GRANTED_FIRST:
        where.add("p.grant_date is not null")
    return ListQuery("patents.patent_page", sql.PATENT_PAGE, sql.PATENT_COUNT, ordering, where)


def add_status(where: Conditions, status: str | None, today: date) -> None:
    """Add the condition for a status as shown on `today` (see `PatentRow.status_on`)."""
    if status is None:
        return
    if status == "IN_FORCE":
        where.add("p.legal_status = 'IN_FORCE'")
        where.add("(p.expiry_date is null or p.expiry_date > {})", today)
    elif status == "EXPIRED":
        where.add(
            "(p.legal_status = 'EXPIRED' or p.legal_status = 'IN_FORCE' and p.expiry_date <= {})",
            today,
        )
    else:
        where.add("p.legal_status = {}", status)
