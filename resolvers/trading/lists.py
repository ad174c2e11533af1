"""The paginated lists of trading and their filters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
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
from resolvers.trading import sql
from resolvers.trading.sight import PUBLIC, Sight

LISTINGS_NEWEST_FIRST: Final = Ordering(
    "trading.listings",
    (
        SortKey("l.listed_from", "listed_from", "date", descending=True),
        SortKey("l.id", "id", "uuid", descending=True),
    ),
)
LISTINGS_CHEAPEST_FIRST: Final = Ordering(
    "trading.listings_by_price",
    (SortKey("l.price_low", "price_low", "numeric"), SortKey("l.id", "id", "uuid")),
)
LISTINGS_DEAREST_FIRST: Final = Ordering(
    "trading.listings_by_price_falling",
    (
        SortKey("l.price_low", "price_low", "numeric", descending=True),
        SortKey("l.id", "id", "uuid", descending=True),
    ),
)
LISTING_ORDERS: Final = {
    "NEWEST": LISTINGS_NEWEST_FIRST,
    "PRICE_LOWEST": LISTINGS_CHEAPEST_FIRST,
    "PRICE_HIGHEST": LISTINGS_DEAREST_FIRST,
}
OPEN_LICENCES_CHEAPEST_FIRST: Final = Ordering(
    "trading.open_licences_by_fee",
    (
        SortKey("coalesce(s.fee_amount, 0)", "fee_low", "numeric"),
        SortKey("s.statement_number", "statement_number", "text"),
    ),
)
OPEN_LICENCES_NEWEST_FIRST: Final = Ordering(
    "trading.open_licences",
    (
        SortKey("s.term_from", "term_from", "date", descending=True),
        SortKey("s.statement_number", "statement_number", "text", descending=True),
    ),
)
DEMANDS_LONGEST_FIRST: Final = Ordering(
    "trading.demands",
    (
        SortKey("d.valid_until", "valid_until", "date", descending=True),
        SortKey("d.id", "id", "uuid", descending=True),
    ),
)


@dataclass(frozen=True, slots=True)
class ListingFilterRow:
    """The filter of `listings`; None means not filtered by it."""

    status: str | None = None
    platform: str | None = None
    deal: str | None = None
    industry: str | None = None
    region: str | None = None
    ipc_prefix: str | None = None
    price_min_cny: Decimal | None = None
    price_max_cny: Decimal | None = None
    text: str | None = None
    order: str = "NEWEST"


@dataclass(frozen=True, slots=True)
class OpenLicenceFilterRow:
    """The filter of `openLicences`; None means not filtered by it."""

    status: str | None = None
    fee_mode: str | None = None
    max_fixed_fee_cny: Decimal | None = None
    ipc_prefix: str | None = None
    holder_uscc: str | None = None
    region: str | None = None
    order: str = "NEWEST"


def list_listings(wanted: ListingFilterRow, sight: Sight = PUBLIC) -> ListQuery:
    """Return listings in the order wanted; by price only those with one in CNY.

    Industry, region and class include what is below them; prices match when the listing's range of
    CNY meets the wanted one, so negotiable ones never do.
    """
    where = Conditions()
    where.add_given("l.status = {}", wanted.status)
    where.add_given("l.platform_code = {}", wanted.platform)
    where.add_given("l.deal = {}", wanted.deal)
    if wanted.industry is not None:
        where.add("l.industry_code >= {} and l.industry_code < {}", *code_range(wanted.industry))
    if wanted.region is not None:
        where.add("l.region_code >= {} and l.region_code < {}", *region_range(wanted.region))
    if wanted.ipc_prefix is not None:
        where.add(sql.LISTED_IN_CLASS, *ipc_range(wanted.ipc_prefix))
    where.add_given("l.price_high >= {}", wanted.price_min_cny)
    where.add_given("l.price_low <= {}", wanted.price_max_cny)
    if wanted.text is not None:
        where.add("trading.search_grams(l.title) @> {}", search_grams(wanted.text))
        where.add("lower(l.title) like {}", like_pattern(wanted.text))
    sight.limit_listings(where)
    ordering = LISTING_ORDERS[wanted.order]
    if ordering is not LISTINGS_NEWEST_FIRST:
        where.add("l.price_low is not null")
    return ListQuery("trading.listing_page", sql.LISTING_PAGE, sql.LISTING_COUNT, ordering, where)


def list_open_licences(wanted: OpenLicenceFilterRow, sight: Sight = PUBLIC) -> ListQuery:
    """Return statements in the order wanted; by fee only fixed ones in CNY and free ones.

    The region is that of the patent's applicant; a free licence costs less than any fixed fee.
    """
    where = Conditions()
    where.add_given("s.status = {}", wanted.status)
    where.add_given("s.fee_mode = {}", wanted.fee_mode)
    cheapest = wanted.order == "FEE_LOWEST"
    if cheapest or wanted.max_fixed_fee_cny is not None:
        where.add("s.fee_kind in ('FIXED', 'FREE') and s.fee_currency = 'CNY'")
    if wanted.max_fixed_fee_cny is not None:
        where.add("coalesce(s.fee_amount, 0) <= {}", wanted.max_fixed_fee_cny)
    if wanted.ipc_prefix is not None:
        where.add(sql.STATEMENT_IN_CLASS, *ipc_range(wanted.ipc_prefix))
    where.add_given(sql.LICENSED_BY, wanted.holder_uscc)
    if wanted.region is not None:
        where.add(sql.STATEMENT_IN_REGION, *region_range(wanted.region))
    sight.limit_statements(where)
    return ListQuery(
        "trading.open_licence_page",
        sql.OPEN_LICENCE_PAGE,
        sql.OPEN_LICENCE_COUNT,
        OPEN_LICENCES_CHEAPEST_FIRST if cheapest else OPEN_LICENCES_NEWEST_FIRST,
        where,
    )


def list_demands(status: str | None, industry: str | None) -> ListQuery:
    """Return demands, the longest valid first; the industry includes what is below it."""
    where = Conditions()
    where.add_given("d.status = {}", status)
    if industry is not None:
        where.add("d.industry_code >= {} and d.industry_code < {}", *code_range(industry))
    return ListQuery(
        "trading.demand_page", sql.DEMAND_PAGE, sql.DEMAND_COUNT, DEMANDS_LONGEST_FIRST, where
    )
