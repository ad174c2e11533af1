"""The stand-ins of the growth figures: one thing spread over many subgraphs, wide or in long lists.

Part 0 owns the list of things and one object with many fields; each other part adds a field of its
own to a thing. Every answer has a number in it, in its first thing or in the object's first field.
"""

from __future__ import annotations

from typing import Any

import orjson

from tests.benchmarks.gateways.standins.numbers import PLACE, cut, filled
from tests.benchmarks.gateways.standins.selections import Operations, read_operation
from tests.benchmarks.gateways.standins.serving import http

PARTS = 64
FIELDS = 640
_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
"""


def sdl(number: int) -> str:
    """Return the schema of a part."""
    if number:
        own = f"type Query {{ asked{number}: Int }}\n"
        return f'{_LINK}{own}type Thing @key(fields: "id") {{ id: ID! p{number}: String }}\n'
    fields = " ".join(f"f{n}: String" for n in range(FIELDS))
    return (
        f"{_LINK}type Query {{ things(count: Int!): [Thing!]! wide: Wide }}\n"
        f'type Thing @key(fields: "id") {{ id: ID! own: String }}\ntype Wide {{ {fields} }}\n'
    )


def answer(query: str) -> Any:
    """Return the answer to a query of all parts together, with the places of the numbers."""
    return {"data": read_operation(query).answer(_ROOT, {})}


class Part:
    """One of them. Remembers each answer by the request's body."""

    delay = 0.0

    def __init__(self) -> None:
        self.calls = 0
        self._operations = Operations()
        self._answers: dict[bytes, list[bytes]] = {}

    def answer(self, body: bytes) -> bytes:
        pieces = self._answers.get(body)
        if pieces is None:
            operation, variables = self._operations.read(body)
            data = operation.answer(_ROOT, variables)
            pieces = self._answers[body] = cut(http(orjson.dumps({"data": data})))
        return filled(pieces, self.calls)

    def stats(self) -> Any:
        return None

    def reset(self) -> None:
        """Counts nothing of its own."""


def _thing(name: str) -> dict[str, Any]:
    mark = PLACE if name == "0" else ""
    parts = {f"p{number}": f"part {number} of {name} {mark}" for number in range(1, PARTS)}
    return {"__typename": "Thing", "id": name, "own": f"thing {name} {mark}", **parts}


def _things(count: int) -> list[dict[str, Any]]:
    return [_thing(str(number)) for number in range(count)]


def _entities(representations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_thing(each["id"]) for each in representations]


_WIDE = {f"f{n}": f"value {n}" for n in range(1, FIELDS)}
_ROOT: dict[str, Any] = {
    "__typename": "Query",
    "things": _things,
    "wide": {"__typename": "Wide", "f0": PLACE, **_WIDE},
    "_entities": _entities,
}
