"""The stand-in that answers late: after 200 ms, however many wait."""

from __future__ import annotations

from typing import Any

import orjson

from tests.benchmarks.gateways.standins.selections import Operations, read_operation
from tests.benchmarks.gateways.standins.serving import http

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


class Slow:
    """Remembers each answer by the request's body."""

    delay = SECONDS

    def __init__(self) -> None:
        self.calls = 0
        self._operations = Operations()
        self._answers: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        answer = self._answers.get(body)
        if answer is None:
            operation, variables = self._operations.read(body)
            data = operation.answer(_ROOT, variables)
            answer = self._answers[body] = http(orjson.dumps({"data": data}))
        return answer

    def stats(self) -> Any:
        return None

    def reset(self) -> None:
        """Counts nothing of its own."""
