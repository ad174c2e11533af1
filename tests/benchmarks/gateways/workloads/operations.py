"""(d) Operations that no gateway has seen before: 1 KB each, read, validated and planned anew."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.gateways.monolith import Monolith
from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.kit import CONNECTIONS, StandIn, measure, start_kit
from tests.benchmarks.load import Answer, Exchange, Load, post
from tests.benchmarks.programs import Program

_BYTES = 1024
_DEPTH = 2
_SCALARS = {
    "User": ("id", "name", "username", "birthday"),
    "Product": ("upc", "name", "price", "weight", "inStock", "shippingEstimate"),
    "Review": ("id", "body"),
}
_OBJECTS = {
    "User": {"reviews": "Review"},
    "Product": {"reviews": "Review"},
    "Review": {"product": "Product", "author": "User"},
}
# Lists at the root are short, so that it is the operation that costs, not the answer.
_ROOTS = (("topProducts(first: {})", "Product", 2), ("user(id: {})", "User", 6))
# More requests than a program answered in the round before are prepared for the next one.
_SPARE = 1.5
_FEWEST, _MOST = 200, 6_000


class Operations:
    letter = "d"
    name = "operations"
    about = "operations of 1 KB that the gateway has not seen before"
    modes: tuple[Mode, ...] = (Mode.NONE,)
    programs: tuple[str, ...] = GATEWAYS

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        graph = start_kit(stack, folder, StandIn.USERS)
        self._monolith = Monolith(KIT)
        self._made: list[Exchange] = []
        self._asked: dict[str, int] = {}
        self._rates: dict[str, float] = {}
        return graph

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        """Ask what this program was not asked; the round ends early when that is used up."""
        first = self._asked.get(program.name, 0)
        wanted = int(self._rates.get(program.name, 0.0) * seconds * _SPARE)
        count = max(_FEWEST, min(_MOST, wanted)) + CONNECTIONS
        while len(self._made) < first + count:
            self._made.append(self._exchange(len(self._made)))
        load = measure(program, self._counted(program.name, first, count), seconds)
        self._rates[program.name] = load.answers / load.seconds
        return load

    def _counted(self, name: str, first: int, count: int) -> Iterator[Exchange]:
        for number, exchange in enumerate(itertools.islice(self._made, first, first + count)):
            self._asked[name] = first + number + 1
            yield exchange

    def _exchange(self, seed: int) -> Exchange:
        query = operation(seed)
        request = post("/graphql", json.dumps({"query": query}).encode())
        return request, Answer(self._monolith.answer(query))


def operation(seed: int) -> str:
    """Return an operation of about 1 KB: other fields, names and shape for each seed."""
    choice = random.Random(seed)
    names = (f"{choice.choice('abcdefgh')}{number}" for number in itertools.count())
    roots: list[str] = []
    while len(" ".join(roots)) < _BYTES - 40:
        field, parent, most = choice.choice(_ROOTS)
        called = field.format(choice.randint(1, most))
        room = _BYTES - 40 - len(" ".join(roots))
        roots.append(f"{next(names)}: {called} {{ {_fields(choice, parent, names, room)} }}")
    return f"query Seen{seed} {{ {' '.join(roots)} }}"


def _fields(
    choice: random.Random, parent: str, names: Iterator[str], room: int, depth: int = _DEPTH
) -> str:
    """Return a selection on a type that takes about `room` characters, or fewer at the bottom."""
    scalars = choice.sample(_SCALARS[parent], choice.randint(1, len(_SCALARS[parent])))
    parts = [f"{next(names)}: {name}" if choice.random() < 0.5 else name for name in scalars]
    for name, kind in _OBJECTS[parent].items():
        left = room - sum(map(len, parts)) - 20
        if depth and left > 40 and choice.random() < 0.8:
            below = _fields(choice, kind, names, left, depth - 1)
            parts.append(f"{next(names)}: {name} {{ {below} }}")
    return " ".join(parts)
