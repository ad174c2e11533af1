"""The stand-in that answers late: after 200 ms, however many wait."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.gateways.standins.remembering import Remembering
from tests.benchmarks.gateways.standins.selections import read_operation

SDL = """
type Query { report: Report }
type Report { id: ID! title: String rows: [Int!]! }
"""
QUERY = "{ report { id title rows } }"
SECONDS = 0.2
_ROOT = {
    "__typename": "Query",
    "report": {
        "__typename": "Report",
        "id": "1",
        "title": "Every quarter",
        "rows": [number * number for number in range(20)],
    },
}


def answer(query: str) -> Any:
    """Return the answer to a query as a value."""
    return {"data": read_operation(query).answer(_ROOT, {})}


class Slow(Remembering):
    root = _ROOT
    delay = SECONDS
