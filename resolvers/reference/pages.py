"""The paginated and the short lists of the reference data."""

from __future__ import annotations

from typing import Any, Final

from resolvers.conditions import Conditions, code_range, like_pattern, region_range, search_grams
from resolvers.database.pool import Queries
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.reference import sql
from resolvers.reference.loaders import COUNTRY, plain_row
from resolvers.reference.rows import IndustryRow, JurisdictionRow

REGIONS_BY_CODE: Final = Ordering(
    "reference.regions",
    (SortKey("r.code", "code", "text"), SortKey("r.valid_from", "valid_from", "int")),
)
ORGANIZATIONS_BY_CODE: Final = Ordering(
    "reference.organizations", (SortKey("uscc", "uscc", "text"),)
)


def list_regions(
    parent: str | None,
    level: str | None,
    name_contains: str | None,
    include_retired: bool,
) -> ListQuery:
    """Return regions in order of their codes; without `include_retired` those in use only."""
    where = Conditions()
    if parent == COUNTRY:
        where.add("r.level = {}", "PROVINCE")  # provinces need not name the country as parent
    else:
        where.add_given("r.parent_code = {}", parent)
    where.add_given("r.level = {}", level)
    if name_contains:
        where.add("reference.search_grams(r.full_name) @> {}", search_grams(name_contains))
        where.add("lower(r.full_name) like {}", like_pattern(name_contains))
    if not include_retired:
        where.add("r.status = 'ACTIVE'")
    return ListQuery(
        "reference.region_page", sql.REGION_PAGE, sql.REGION_COUNT, REGIONS_BY_CODE, where
    )


def list_organizations(
    name_contains: str | None, region: str | None, industry: str | None, kind: str | None
) -> ListQuery:
    """Return organisations in order of their codes; region and industry include what is below."""
    where = Conditions()
    if name_contains:
        where.add("reference.search_grams(name) @> {}", search_grams(name_contains))
        where.add("lower(name) like {}", like_pattern(name_contains))
    if region is not None:
        where.add("region_code >= {} and region_code < {}", *region_range(region))
    if industry is not None:
        where.add("industry_code >= {} and industry_code < {}", *code_range(industry))
    where.add_given("kind = {}", kind)
    return ListQuery(
        "reference.organization_page",
        sql.ORGANIZATION_PAGE,
        sql.ORGANIZATION_COUNT,
        ORGANIZATIONS_BY_CODE,
        where,
    )


async def find_jurisdictions(queries: Queries, kind: str | None) -> list[JurisdictionRow]:
    """Return all jurisdictions (there are 37) in order of their codes."""
    where = Conditions().add_given("kind = {}", kind)
    return await _rows(
        queries,
        "reference.all_jurisdictions",
        f"{sql.ALL_JURISDICTIONS} {where.sql} order by code",
        where,
        JurisdictionRow,
    )


async def find_industries(
    queries: Queries, parent: str | None, level: int | None
) -> list[IndustryRow]:
    """Return industries in order of their codes: below `parent`, of `level`, else the sections.

    With `level`, `parent` is an ancestor at any distance.
    """
    where = Conditions()
    if level is not None:
        where.add("level = {}", level)
        if parent is not None:
            where.add("code >= {} and code < {}", *code_range(parent))
    elif parent is not None:
        where.add("parent_code = {}", parent)
    else:
        where.add("level = 1")
    return await _rows(
        queries,
        "reference.all_industries",
        f"{sql.ALL_INDUSTRIES} {where.sql} order by code",
        where,
        IndustryRow,
    )


async def _rows(
    queries: Queries, name: str, statement: str, where: Conditions, row_type: type[Any]
) -> list[Any]:
    records = await queries.fetch(name, statement, *where.parameters)
    return [plain_row(row_type, record) for record in records]
