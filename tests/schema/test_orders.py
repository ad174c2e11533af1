"""Lists in the orders people ask for: each a keyset, so pages join without gap or repeat."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.world import BATTERY, COOLER, LASER, LISTING_1, LISTING_2, OLD, Asker


async def walk(asker: Asker, field: str, filter_: str, key: str, size: int = 1) -> list[Any]:
    """Return the keys of all pages of one list."""
    found: list[Any] = []
    after = None
    while True:
        query = (
            f"query ($after: String) {{ {field}(filter: {{ {filter_} }}, first: {size},"
            f" after: $after) {{ nodes {{ {key} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        page = (await asker.data(query, after=after))[field]
        found += [node[key] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("FILED_NEWEST", [LASER, COOLER, BATTERY, OLD]),
        ("FILED_OLDEST", [OLD, BATTERY, COOLER, LASER]),
        ("GRANTED_NEWEST", [LASER, COOLER, OLD]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 10])
async def test_patents(patents: Asker, order: str, expected: list[str], size: int) -> None:
    found = await walk(patents, "patents", f"orderBy: {order}", "applicationNumber", size)
    assert found == expected


async def test_listings_by_price(trading: Asker) -> None:
    """A negotiable one has no price to stand by; a range stands by its lower end."""
    cheapest = await walk(trading, "listings", "orderBy: PRICE_LOWEST", "id")
    assert cheapest == [LISTING_2, LISTING_1]
    assert await walk(trading, "listings", "orderBy: PRICE_HIGHEST", "id") == cheapest[::-1]


async def test_statements_by_fee(trading: Asker) -> None:
    """A royalty is no fixed fee."""
    found = await walk(trading, "openLicences", "orderBy: FEE_LOWEST", "statementNumber")
    assert found == ["KF2", "KF1"]


async def test_a_cursor_of_another_order_is_refused(patents: Asker) -> None:
    page = "{ patents(first: 1) { pageInfo { endCursor } } }"
    cursor = (await patents.data(page))["patents"]["pageInfo"]["endCursor"]
    query = (
        "query ($after: String) { patents(filter: { orderBy: FILED_OLDEST }, after: $after)"
        " { nodes { title } } }"
    )
    assert await patents.codes(query, after=cursor) == ["INVALID_CURSOR"]
