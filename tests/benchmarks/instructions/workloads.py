"""What is counted: requests of known operations, each kind apart, and one of unknown ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.load import post


@dataclass(frozen=True, slots=True)
class Workload:
    """`requests` are counted after as many as `warm` were answered; `together`: so many at once.

    `document`: whether each request has a document that was never seen.
    """

    name: str
    query: str
    variables: dict[str, Any]
    requests: int
    warm: int = 60
    together: int = 1
    distinct: bool = False

    def request(self, number: int) -> bytes:
        """Return the bytes of one request; they differ by `number` where all are distinct."""
        query = self.query
        if self.distinct:
            query = query.replace("Operation", f"Operation{number}").replace("label", f"l{number}")
        body = {"query": query, "variables": self.variables}
        return post("/graphql", json.dumps(body).encode(), _HEADERS)


_HEADERS = {
    "accept": "application/graphql-response+json, application/json",
    "accept-encoding": "identity",
    "user-agent": "benchmark",
}

_FIELDS = "id name price tags available seller { name city }"
# About 1 KB: ten aliased fields, each with two calls behind it.
_LARGE = "\n".join(f"    label{number}: item(id: $id) {{ {_FIELDS} }}" for number in range(12))

WORKLOADS = (
    Workload("small", "query Small($id: ID!) { item(id: $id) { name price } }", {"id": "1"}, 400),
    Workload(
        "joined",
        f"query Joined($first: Int!) {{ items(first: $first) {{ {_FIELDS} }} }}",
        {"first": 100},
        100,
    ),
    Workload(
        "list",
        "query List($first: Int!) { items(first: $first)"
        " { id name price tags place { name city } } }",
        {"first": 1000},
        40,
    ),
    Workload(
        "shared",
        f"query Shared($first: Int!) {{ items(first: $first) {{ {_FIELDS} }} }}",
        {"first": 50},
        400,
        together=20,
    ),
    Workload(
        "cold",
        f"query Operation($id: ID!) {{\n{_LARGE}\n}}",
        {"id": "1"},
        20,
        warm=5,
        distinct=True,
    ),
)
