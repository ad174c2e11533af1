"""The lists of finance and their filters; both are bounded, newest first."""

from __future__ import annotations

from typing import Final

from resolvers.conditions import Conditions
from resolvers.finance import sql
from resolvers.finance.sight import VISIBLE
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.sight import Sight

PLEDGES_NEWEST_FIRST: Final = Ordering(
    "finance.pledges",
    (
        SortKey("r.registered_on", "registered_on", "date", descending=True),
        SortKey("r.registration_number", "registration_number", "text", descending=True),
    ),
)
FINANCING_NEWEST_FIRST: Final = Ordering(
    "finance.financing_projects",
    (
        SortKey("p.applied_on", "applied_on", "date", descending=True),
        SortKey("p.id", "id", "uuid", descending=True),
    ),
)


def list_pledges(
    application_number: str | None,
    pledgor: str | None,
    pledgee: str | None,
    status: str | None,
) -> ListQuery:
    """Return pledge registrations that meet all conditions given, newest first."""
    where = Conditions()
    where.add_given(sql.OF_PATENT, application_number)
    if pledgor is not None:
        where.add(sql.OF_PARTY, pledgor, "PLEDGOR")
    if pledgee is not None:
        where.add(sql.OF_PARTY, pledgee, "PLEDGEE")
    where.add_given("r.status = {}", status)
    return ListQuery(
        "finance.pledge_page", sql.PLEDGE_PAGE, sql.PLEDGE_COUNT, PLEDGES_NEWEST_FIRST, where
    )


def list_financing(status: str | None, platform: str | None, sight: Sight) -> ListQuery:
    """Return the financing projects the caller may know of, newest first."""
    where = Conditions()
    where.add_given("p.status = {}", status)
    where.add_given("p.platform_code = {}", platform)
    if not sight.everything:
        VISIBLE.add_to(where, sight)
    return ListQuery(
        "finance.financing_page",
        sql.FINANCING_PAGE,
        sql.FINANCING_COUNT,
        FINANCING_NEWEST_FIRST,
        where,
    )
