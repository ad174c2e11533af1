"""The lists of tools and their filters; all are bounded, newest first."""

from __future__ import annotations

from typing import Final

from resolvers.conditions import Conditions, code_range, ipc_range, region_range
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.sight import Sight
from resolvers.tools import sql
from resolvers.tools.sight import CREDIT_VISIBLE, PRODUCT_VISIBLE

PRODUCTS_NEWEST_FIRST: Final = Ordering(
    "tools.products",
    (
        SortKey("p.filed_on", "filed_on", "date", descending=True),
        SortKey("p.filing_number", "filing_number", "text", descending=True),
    ),
)
NAVIGATION_NEWEST_FIRST: Final = Ordering(
    "tools.navigation",
    (
        SortKey("n.completed_on", "completed_on", "date", descending=True),
        SortKey("n.report_number", "report_number", "text", descending=True),
    ),
)
CREDIT_LONGEST_FIRST: Final = Ordering(
    "tools.credit",
    (
        SortKey("c.valid_to", "valid_to", "date", descending=True),
        SortKey("c.id", "id", "uuid", descending=True),
    ),
)


def list_products(
    industry: str | None, status: str | None, filer: str | None, sight: Sight
) -> ListQuery:
    """Return the product filings the caller may know of; the industry includes those below it."""
    where = Conditions()
    if industry is not None:
        where.add("p.industry_code >= {} and p.industry_code < {}", *code_range(industry))
    where.add_given("p.status = {}", status)
    where.add_given("p.filer_uscc = {}", filer)
    PRODUCT_VISIBLE.add_to(where, sight)
    return ListQuery(
        "tools.product_page", sql.PRODUCT_PAGE, sql.PRODUCT_COUNT, PRODUCTS_NEWEST_FIRST, where
    )


def list_navigation(
    kind: str | None, industry: str | None, region: str | None, ipc_prefix: str | None
) -> ListQuery:
    """Return navigation reports; industry, region and class include what is below them."""
    where = Conditions()
    where.add_given("n.kind = {}", kind)
    if industry is not None:
        where.add("n.industry_code >= {} and n.industry_code < {}", *code_range(industry))
    if region is not None:
        where.add("n.region_code >= {} and n.region_code < {}", *region_range(region))
    if ipc_prefix is not None:
        where.add(sql.IN_CLASS, *ipc_range(ipc_prefix))
    return ListQuery(
        "tools.navigation_page",
        sql.NAVIGATION_PAGE,
        sql.NAVIGATION_COUNT,
        NAVIGATION_NEWEST_FIRST,
        where,
    )


def list_credit(
    platform: str | None, grade: str | None, status: str | None, sight: Sight
) -> ListQuery:
    """Return the credit evaluations the caller may know of, the longest valid first."""
    where = Conditions()
    where.add_given("c.platform_code = {}", platform)
    where.add_given("c.grade = {}", grade)
    where.add_given("c.status = {}", status)
    CREDIT_VISIBLE.add_to(where, sight)
    return ListQuery(
        "tools.credit_page", sql.CREDIT_PAGE, sql.CREDIT_COUNT, CREDIT_LONGEST_FIRST, where
    )
