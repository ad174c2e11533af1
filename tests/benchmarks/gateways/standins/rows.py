"""The stand-in of the pass-through: one list of 1,000 objects, about 100 KB.

items: [Item!]!                  the same bytes each time
items(fresh: true): [Item!]!     one name has the number of the call, so no two answers are equal
"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.benchmarks.gateways.standins.numbers import PLACE
from tests.benchmarks.gateways.standins.remembering import Remembering
from tests.benchmarks.gateways.standins.selections import read_operation

SDL = """
type Query { items(fresh: Boolean = false): [Item!]! }
type Item { id: ID! name: String! price: Int inStock: Boolean maker: Maker tags: [String!]! }
type Maker { name: String! country: String }
"""
QUERY = "{ items { id name price inStock maker { name country } tags } }"
FRESH_QUERY = "{ items(fresh: true) { id name price inStock maker { name country } tags } }"
COUNT = 1_000
_COUNTRIES = ("CN", "US", "DE", "JP", "KR")


def answer(query: str) -> Any:
    """Return the answer to a query as a value; a number's place is still to be filled."""
    return {"data": read_operation(query).answer(Rows.root, {})}


def _items(fresh: bool = False) -> list[dict[str, Any]]:
    rows = [_item(number) for number in range(COUNT)]
    if fresh:
        rows[COUNT // 2]["name"] = PLACE
    return rows


def _item(number: int) -> dict[str, Any]:
    maker = number % 37
    return {
        "__typename": "Item",
        "id": str(number),
        "name": f"Item {number}",
        "price": number * 17 % 10_000,
        "inStock": number % 3 != 0,
        "maker": {
            "__typename": "Maker",
            "name": f"M{maker}",
            "country": _COUNTRIES[maker % 5],
        },
        "tags": [f"t{number % 7}"],
    }


class Rows(Remembering):
    """The subgraph."""

    root: ClassVar[dict[str, Any]] = {"__typename": "Query", "items": _items}
