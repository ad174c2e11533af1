"""The list of service products and its filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.catalog import sql
from resolvers.catalog.rules.reach import industries_above, regions_above
from resolvers.catalog.sight import Sight
from resolvers.conditions import (
    Conditions,
    code_range,
    like_pattern,
    region_range,
    search_grams,
)
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey

# Ids are UUIDs version 7, so their order is that of time.
PRODUCTS_NEWEST_FIRST: Final = Ordering(
    "catalog.products", (SortKey("p.id", "id", "uuid", descending=True),)
)


@dataclass(frozen=True, slots=True)
class ProductFilterRow:
    """The filter of the list of products; None means not filtered by it."""

    kind: str | None = None
    publisher: str | None = None
    region: str | None = None
    industry: str | None = None
    status: str | None = None
    text: str | None = None


def list_products(wanted: ProductFilterRow, sight: Sight) -> ListQuery:
    """Return the products the caller may see, newest first.

    Region and industry find what reaches them, see `rules.reach`.
    """
    where = sight.limit_products(Conditions(), wanted.status)
    where.add_given("p.kind = {}", wanted.kind)
    where.add_given("p.publisher_code = {}", wanted.publisher)
    if wanted.region is not None:
        where.add(sql.REACHES_REGION, regions_above(wanted.region), *region_range(wanted.region))
    if wanted.industry is not None:
        above = industries_above(wanted.industry)
        where.add(sql.REACHES_INDUSTRY, above, *code_range(wanted.industry))
    if wanted.text is not None:
        where.add("catalog.search_grams(p.search_text) @> {}", search_grams(wanted.text))
        where.add("p.search_text like {}", like_pattern(wanted.text))
    return ListQuery(
        "catalog.product_page", sql.PRODUCT_PAGE, sql.PRODUCT_COUNT, PRODUCTS_NEWEST_FIRST, where
    )
