"""The stand-ins of the growth figures: one thing spread over many subgraphs, wide or in long lists.

Part 0 owns the list of things and one object with many fields; each other part adds a field of its
own to a thing. Every answer has a number in it, in its first thing or in the object's first field.
"""

from __future__ import annotations

from typing import Any

from tests.benchmarks.gateways.standins.numbers import PLACE
from tests.benchmarks.gateways.standins.remembering import Remembering
from tests.benchmarks.gateways.standins.selections import read_operation

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


class Part(Remembering):
    """One of them."""

    root = _ROOT
