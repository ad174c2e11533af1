"""The lists of platforms and centres and their filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.conditions import Conditions, code_range, region_range
from resolvers.identity import Caller
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.platforms import sql
from resolvers.platforms.rights import add_sight

CENTERS_BY_CODE: Final = Ordering("platforms.centers", (SortKey("c.code", "code", "text"),))
# Ids are made in the order of time.
CASES_NEWEST_FIRST: Final = Ordering("platforms.cases", (SortKey("k.id", "id", "uuid", True),))


@dataclass(frozen=True, slots=True)
class CenterFilterRow:
    """The filter of lists of centres; None means not filtered by it."""

    kind: str | None = None
    function: str | None = None
    circle: str | None = None
    region: str | None = None
    industry: str | None = None
    status: str | None = None


def list_centers(wanted: CenterFilterRow) -> ListQuery:
    """Return centres in order of their codes; region and industry include what is below them."""
    where = Conditions()
    where.add_given("c.kind = {}", wanted.kind)
    where.add_given("c.function = {}", wanted.function)
    where.add_given("c.circle = {}", wanted.circle)
    if wanted.region is not None:
        where.add("c.region_code >= {} and c.region_code < {}", *region_range(wanted.region))
    if wanted.industry is not None:
        where.add(sql.CENTER_IN_INDUSTRY, *code_range(wanted.industry))
    where.add_given("c.status = {}", wanted.status)
    return ListQuery(
        "platforms.center_page", sql.CENTER_PAGE, sql.CENTER_COUNT, CENTERS_BY_CODE, where
    )


def list_cases(
    caller: Caller, stage: str | None, jurisdiction: str | None, round_code: str | None
) -> ListQuery:
    """Return the cases the caller may see, newest first."""
    where = Conditions()
    add_sight(where, caller)
    where.add_given("k.stage = {}", stage)
    where.add_given("c.jurisdiction_code = {}", jurisdiction)
    where.add_given("k.round = {}", round_code)
    return ListQuery(
        "platforms.case_page", sql.CASE_PAGE, sql.CASE_COUNT, CASES_NEWEST_FIRST, where
    )
