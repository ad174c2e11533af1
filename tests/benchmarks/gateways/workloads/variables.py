"""(c) The heavy query with variables, and no two requests with the same ones."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.gateways.monolith import Monolith
from tests.benchmarks.gateways.programs.hand import KIT
from tests.benchmarks.gateways.workload import GATEWAYS, Graph, Mode
from tests.benchmarks.gateways.workloads.kit import StandIn, heavy_query, measure, start_kit
from tests.benchmarks.load import Answer, Exchange, Load, post
from tests.benchmarks.programs import Program

_USERS, _PRODUCTS = 6, 9
# So long that it needs no padding: all requests have one length.
_FIRST = 10_000_000


class Variables:
    letter = "c"
    name = "variables"
    about = "the heavy query with variables, other ones in each request"
    modes: tuple[Mode, ...] = (Mode.NONE, Mode.OP)
    programs: tuple[str, ...] = GATEWAYS

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        graph = start_kit(stack, folder, StandIn.USERS)
        monolith = Monolith(KIT)
        query = with_variables(heavy_query())
        self._answers = {
            (user, first): Answer(monolith.answer(query, {"id": f"u-{user}", "first": first}))
            for user in range(_USERS)
            for first in range(1, _PRODUCTS + 1)
        }
        self._parts = {
            first: self._request(query, first).split(b"-number-")
            for first in range(1, _PRODUCTS + 1)
        }
        self._numbers = itertools.count(_FIRST)
        return graph

    @staticmethod
    def _request(query: str, first: int) -> bytes:
        variables = {"id": "u--number-", "first": first}
        return post("/graphql", json.dumps({"query": query, "variables": variables}).encode())

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        return measure(program, self._exchanges(), seconds)

    def _exchanges(self) -> Iterator[Exchange]:
        for number in self._numbers:
            first = number % _PRODUCTS + 1
            head, tail = self._parts[first]
            yield b"%s%d%s" % (head, number, tail), self._answers[number % _USERS, first]


def with_variables(query: str) -> str:
    """Return the heavy query with two variables: how many products, and one more user.

    >>> with_variables("query TestQuery { users { id } topProducts { upc } }")
    'query TestQuery($id: ID!, $first: Int) { user(id: $id) { name username } users { id } topProducts(first: $first) { upc } }'
    """  # noqa: E501 - one query
    query = query.replace(
        "query TestQuery {",
        "query TestQuery($id: ID!, $first: Int) { user(id: $id) { name username }",
    )
    return query.replace("topProducts {", "topProducts(first: $first) {")
