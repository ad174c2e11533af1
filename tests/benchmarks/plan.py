"""`plan`: from a document never seen to a compiled plan, by size of operation and supergraph.

Operations are drawn from the API schema, the same for the same seed; each is prepared once, so
nothing is remembered from one to the next but what belongs to the supergraph.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from federation.composition import compose
from federation.composition.result import Composed
from federation.registry.schema import Schema, build_schema
from federation.server.observing.telemetry import NoTracing
from federation.server.preparation import Preparation, Prepared
from federation.server.settings.authorization import AuthorizationDirectives
from federation.server.settings.demand_control import DemandControlSection
from federation.server.settings.limits import Limits
from tests.benchmarks.large_graph import large_graph
from tests.benchmarks.measure import growth, in_new_process, print_table

_BRIEF: tuple[tuple[int, ...], tuple[int, ...]] = ((10,), (10, 100))
_SIZES: tuple[tuple[int, ...], tuple[int, ...]] = ((10, 100), (10, 100, 1000))
_MAX_DEPTH = 5
_TIMEOUT = 60.0
# The sizes of interest are above what a server allows by default.
_LIMITS = Limits(
    parser_max_tokens=100_000, max_height=20_000, max_root_fields=2_000, max_aliases=2_000
)


@dataclass(frozen=True, slots=True)
class Row:
    """One size; milliseconds, the median of `operations` different ones and the slowest.

    `plan_ms`: planning alone, once more, when the planner has met the operation's types before.
    """

    subgraphs: int
    fields: int
    bytes: int
    fetches: int
    median_ms: float
    slowest_ms: float
    plan_ms: float
    operations: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subgraphs", type=int, nargs="+")
    parser.add_argument("--fields", type=int, nargs="+")
    parser.add_argument("--operations", type=int, default=5, help="per size")
    parser.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data."""
    subgraphs, fields = _BRIEF if options.brief else _SIZES
    rows: list[Row] = []
    exponents: dict[str, list[float | None]] = {}
    sizes = options.fields or fields
    for count in options.subgraphs or subgraphs:
        part = in_new_process(_graph, count, tuple(sizes), options.operations, options.seed)
        rows += part
        exponents[str(count)] = growth(sizes, [row.median_ms for row in part])
    flat = [value for values in exponents.values() for value in values]
    print_table(
        (
            "subgraphs",
            "fields",
            "bytes",
            "fetches",
            "median ms",
            "^",
            "slowest ms",
            "plan again ms",
        ),
        [
            (
                row.subgraphs,
                row.fields,
                row.bytes,
                row.fetches,
                row.median_ms,
                exponent,
                row.slowest_ms,
                row.plan_ms,
            )
            for row, exponent in zip(rows, flat, strict=True)
        ],
    )
    print("^ is the exponent of growth against the line above: 1 is linear, 2 quadratic.")
    return {"seed": options.seed, "rows": [asdict(row) for row in rows], "growth": exponents}


def _graph(count: int, sizes: tuple[int, ...], operations: int, seed: int) -> list[Row]:
    result = compose(large_graph(count, seed=seed))
    assert isinstance(result, Composed), result
    schema = build_schema(result.supergraph_sdl)
    preparation = Preparation(
        limits=_LIMITS,
        timeout=_TIMEOUT,
        introspection=False,
        tracing=NoTracing(),
        directives=AuthorizationDirectives(),
        demand=DemandControlSection(),
    )
    # Imports and tables that are made on first use belong to no operation.
    _prepare(preparation, schema, operation(schema.api_schema, 10, random.Random("first")))
    return [_size(preparation, schema, count, size, operations, seed) for size in sizes]


def _size(
    preparation: Preparation, schema: Schema, count: int, size: int, operations: int, seed: int
) -> Row:
    times, plan_times, texts, fetches = [], [], [], []
    for number in range(operations):
        text = operation(schema.api_schema, size, random.Random(f"{seed}/{size}/{number}"))
        started = time.process_time()
        prepared = _prepare(preparation, schema, text)
        times.append((time.process_time() - started) * 1000)
        started = time.process_time()
        schema.planner.plan(prepared.operation)
        plan_times.append((time.process_time() - started) * 1000)
        texts.append(len(text))
        fetches.append(len(prepared.compiled.steps))
    return Row(
        subgraphs=count,
        fields=size,
        bytes=round(statistics.median(texts)),
        fetches=round(statistics.median(fetches)),
        median_ms=round(statistics.median(times), 2),
        slowest_ms=round(max(times), 2),
        plan_ms=round(statistics.median(plan_times), 2),
        operations=operations,
    )


def _prepare(preparation: Preparation, schema: Schema, text: str) -> Prepared:
    prepared = preparation.prepare(schema, text, None)
    assert isinstance(prepared, Prepared), prepared
    return prepared


def operation(schema: GraphQLSchema, size: int, choose: random.Random) -> str:
    """Return a query of `size` fields, chosen at random, without arguments that must be given."""
    query = schema.query_type
    assert query is not None
    writer = _Writer(size, choose)
    parts: list[str] = []
    while writer.left > 0:
        # The same root field may come again, for other fields below it.
        part = writer.field(query, 0, f"r{len(parts)}: ")
        if part:
            parts.append(part)
    return "{ " + " ".join(parts) + " }"


class _Writer:
    def __init__(self, size: int, choose: random.Random) -> None:
        self.left = size
        self.choose = choose

    def field(self, parent: GraphQLObjectType, depth: int, alias: str = "") -> str:
        usable = {name: field for name, field in parent.fields.items() if _is_usable(field, depth)}
        if not usable:
            self.left -= 1
            return "__typename"
        name: str = self.choose.choice(sorted(usable))
        inner = get_named_type(usable[name].type)
        self.left -= 1
        if is_leaf_type(inner):
            return alias + name
        assert is_object_type(inner)
        selection = self.selection(inner, depth + 1)
        return f"{alias}{name} {{ {selection} }}"

    def selection(self, parent: GraphQLObjectType, depth: int) -> str:
        """Return up to six fields of an object, each once."""
        chosen: dict[str, str] = {}
        for _ in range(self.choose.randint(2, 6)):
            if self.left <= 0 and chosen:
                break
            text = self.field(parent, depth)
            name = text.partition(" ")[0]
            if name in chosen:
                self.left += 1
            else:
                chosen[name] = text
        return " ".join(chosen.values())


def _is_usable(field: GraphQLField, depth: int) -> bool:
    if any(is_required_argument(argument) for argument in field.args.values()):
        return False
    inner = get_named_type(field.type)
    return is_leaf_type(inner) or (is_object_type(inner) and depth < _MAX_DEPTH)
