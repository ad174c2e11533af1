"""The stand-ins of the mutation: one changes a product's price, the other knows its stock.

Every change carries a key of its own, and each call is counted by it: a change that is made twice,
shared between requests or lost shows.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import orjson
from graphql import OperationType

from tests.benchmarks.gateways.standins.remembering import Remembering
from tests.benchmarks.gateways.standins.selections import Operations
from tests.benchmarks.gateways.standins.serving import http

_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
"""
PRICES_SDL = f"""{_LINK}
type Query {{ product(upc: ID!): Product }}
type Mutation {{ setPrice(upc: ID!, price: Int!, change: ID!): Product }}
type Product @key(fields: "upc") {{ upc: ID! price: Int changedBy: ID }}
"""
STOCK_SDL = f"""{_LINK}
type Query {{ stockedProducts: Int }}
type Product @key(fields: "upc") {{ upc: ID! inStock: Int warehouse: Warehouse }}
type Warehouse {{ name: String! city: String }}
"""
MUTATION = """mutation ($upc: ID!, $price: Int!, $change: ID!) {
  setPrice(upc: $upc, price: $price, change: $change) {
    upc price changedBy inStock warehouse { name city }
  }
}"""
PRODUCTS = 90


def stock_of(upc: str) -> dict[str, Any]:
    """Return what the second subgraph knows of a product."""
    number = int(upc)
    warehouse = {"__typename": "Warehouse", "name": f"W{number % 5}", "city": f"City {number % 9}"}
    return {"__typename": "Product", "upc": upc, "inStock": number * 7, "warehouse": warehouse}


class Prices:
    """`changes`: how often each change was asked for."""

    delay = 0.0

    def __init__(self) -> None:
        self.calls = 0
        self.changes: Counter[str] = Counter()
        self._operations = Operations()

    def answer(self, body: bytes) -> bytes:
        operation, variables = self._operations.read(body)
        changes = self.changes if operation.kind is OperationType.MUTATION else Counter()

        def set_price(upc: str, price: int, change: str) -> dict[str, Any]:
            changes[change] += 1
            return {"__typename": "Product", "upc": upc, "price": price, "changedBy": change}

        roots = {
            "__typename": "Mutation",
            "setPrice": set_price,
            "product": lambda upc: {"__typename": "Product", "upc": upc, "price": 1},
        }
        return http(orjson.dumps({"data": operation.answer(roots, variables)}))

    def stats(self) -> Any:
        """Return how many changes were made once, twice, …"""
        times = Counter(self.changes.values())
        return {"changes by times made": {str(often): count for often, count in times.items()}}

    def reset(self) -> None:
        self.changes.clear()


def _entities(representations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [stock_of(each["upc"]) for each in representations]


class Stock(Remembering):
    """There are few products."""

    root: ClassVar[dict[str, Any]] = {"__typename": "Query", "_entities": _entities}
