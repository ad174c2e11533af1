"""Where a cold document's milliseconds go: one table by stage, size and graph.

The stages are those that `Preparation` tells its tracing; what is inside another stage is taken out
of the outer one, and `other` is what no stage covers. Each document is prepared once, after some
others, as in a server that has been running for a while. Besides drawn operations: the same when no
plan was made before (`first`), the hub's own example queries, and documents that are known but for
their literals.
"""

from __future__ import annotations

import gc
import json
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from federation.execution.compile.templates import TEMPLATES
from federation.registry.schema import Schema, build_schema
from federation.server.observing.telemetry import NoTracing
from federation.server.preparation import Preparation, Prepared
from federation.server.settings.authorization import AuthorizationDirectives
from federation.server.settings.demand_control import DemandControlSection
from federation.server.settings.limits import Limits
from schema.printed import example_queries
from tests.benchmarks.measure import in_new_process, print_table
from tests.benchmarks.plan_graphs import GRAPHS, KIT, operation_of_bytes, supergraph

STAGES = ("parse", "limits", "validate", "normalize", "plan", "compile", "other")
SIZES = (1_000, 6_000)
_SEEN = 20
TIMEOUT = 60.0
# The sizes of interest are above what a server allows by default.
LIMITS = Limits(
    parser_max_tokens=100_000, max_height=20_000, max_root_fields=2_000, max_aliases=2_000
)
# Numbers and strings that stand as values.
_LITERAL = re.compile(r'(?<=: )(\d+\b|"[^"\n]*")')


@dataclass(frozen=True, slots=True)
class Stages:
    """Milliseconds of processor, the median over operations, each prepared once."""

    graph: str
    what: str
    bytes: int
    fields: int
    fetches: int
    total: float
    slowest: float
    stages: dict[str, float]


class StageTimes(NoTracing):
    """Notes the processor seconds of each stage, without those of stages inside it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inside = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:  # type: ignore[override]  # a manager all the same
        outer, self._inside = self._inside, 0.0
        began = time.process_time()
        yield
        spent = time.process_time() - began
        self.seconds[name] += spent - self._inside
        self._inside = outer + spent


def preparation(tracing: NoTracing | None = None) -> Preparation:
    return Preparation(
        limits=LIMITS,
        timeout=TIMEOUT,
        introspection=False,
        tracing=tracing or NoTracing(),
        directives=AuthorizationDirectives(),
        demand=DemandControlSection(),
    )


def prepare(by: Preparation, schema: Schema, text: str, name: str | None = None) -> Prepared:
    prepared = by.prepare(schema, text, name)
    assert isinstance(prepared, Prepared), prepared
    return prepared


def run(operations: int, seed: int) -> list[dict[str, Any]]:
    """Print the table by stage; return the same as data."""
    rows: list[Stages] = []
    for graph in GRAPHS:
        rows += in_new_process(of_graph, graph, operations, seed)
    print_table(
        ("graph", "what", "bytes", "fields", "fetches", *STAGES, "all ms", "slowest"),
        [
            (
                row.graph,
                row.what,
                row.bytes,
                row.fields,
                row.fetches,
                *(row.stages[stage] for stage in STAGES),
                row.total,
                row.slowest,
            )
            for row in rows
        ],
    )
    if not KIT.is_file():
        print("graph kit: not measured, its supergraph was not found (HUB_SHARED)")
    return [asdict(row) for row in rows]


def of_graph(graph: str, operations: int, seed: int) -> list[Stages]:
    """Measure one graph; nothing when it is not there."""
    sdl = supergraph(graph, seed)
    if sdl is None:
        return []
    schema = build_schema(sdl)
    drawn = {
        f"{size // 1000} KB": [
            (operation_of_bytes(schema.api_schema, size, random.Random(f"{seed}/{size}/{n}")), None)
            for n in range(operations)
        ]
        for size in SIZES
    }
    # Imports and tables that are made on first use belong to no operation.
    for n in range(_SEEN):
        seen = operation_of_bytes(schema.api_schema, SIZES[0], random.Random(f"seen/{seed}/{n}"))
        prepare(preparation(), schema, seen)
    # As a server does, see `listener.listen` and `engine`.
    gc.set_threshold(10_000)
    gc.collect()
    gc.freeze()
    rows = [_measure(graph, what, schema, texts) for what, texts in drawn.items()]
    rows += [
        _measure(graph, f"{what}, first", schema, texts, first=True)
        for what, texts in drawn.items()
    ]
    if graph == "kit":
        query = json.loads((KIT.parent / "query.json").read_text("utf-8"))["query"]
        rows.append(_measure(graph, "its query", schema, [(query, None)]))
    if graph == "hub":
        examples = [(text, None) for _, text in example_queries()]
        rows.append(_measure(graph, "examples", schema, examples))
        rows.append(_measure(graph, "other literals", schema, examples, known=True))
    return rows


def _measure(
    graph: str,
    what: str,
    schema: Schema,
    texts: Sequence[tuple[str, str | None]],
    *,
    known: bool = False,
    first: bool = False,
) -> Stages:
    """Prepare each text once, as one never seen.

    `known`: but for its literals. `first`: nothing is left of the code of other plans.
    """
    results: list[tuple[float, dict[str, float]]] = []
    sizes, fields, fetches = [], [], []
    for text, name in texts:
        schema.plans._records.clear()
        if first:
            TEMPLATES.clear()
        if known:
            prepare(preparation(), schema, text, name)
        times = StageTimes()
        began = time.process_time()
        sent = other_literals(text, 1) if known else text
        prepared = prepare(preparation(times), schema, sent, name)
        total = (time.process_time() - began) * 1000
        stages = {stage: times.seconds.get(stage, 0.0) * 1000 for stage in STAGES}
        stages["other"] = total - sum(stages.values())
        results.append((total, stages))
        sizes.append(len(text.encode()))
        fields.append(text.count("\n"))
        fetches.append(len(prepared.compiled.steps))
    return Stages(
        graph,
        what,
        round(statistics.median(sizes)),
        round(statistics.median(fields)),
        round(statistics.median(fetches)),
        round(statistics.median(total for total, _ in results), 2),
        round(max(total for total, _ in results), 2),
        {
            stage: round(statistics.median(stages[stage] for _, stages in results), 2)
            for stage in STAGES
        },
    )


def other_literals(text: str, number: int) -> str:
    """Return a document that differs in the values of its literals only.

    >>> other_literals('{ a(first: 5, of: "x") { b1 } }', 7)
    '{ a(first: 57, of: "x7") { b1 } }'
    """

    def other(found: re.Match[str]) -> str:
        value = found[0]
        return f'{value[:-1]}{number}"' if value.startswith('"') else f"{value}{number}"

    return _LITERAL.sub(other, text)
