"""Operations made to be expensive: planning stays within its budget, in steps and in memory.

Steps are counted, not seconds, so that a busy machine changes nothing. A step takes about 10 µs.
"""

from __future__ import annotations

import tracemalloc
from functools import cache

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import PlanningError
from federation.plan.printer import plan_size
from federation.planning import Planner, PlannerLimits

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", '
    'import: ["@key", "@shareable"])\n'
)
TYPES, SUBGRAPHS = 25, 15


@cache
def _supergraph(shared_root: bool) -> str:
    """An interface of many types, each with fields in many subgraphs."""
    sources = []
    for number in range(SUBGRAPHS):
        types = "".join(
            f'type T{i} implements N @key(fields: "id") {{ id: ID! next: N @shareable'
            f" own{number}: Int f{i}_{number}: Int common: Int @shareable }}\n"
            for i in range(TYPES)
        )
        root = ""
        if shared_root or number == 0:
            root = f"type Query {{ n: N {'@shareable' if shared_root else ''} }}\n"
        interface = "interface N { id: ID! next: N common: Int }\n"
        sources.append(SubgraphSource(f"s{number}", "", LINK + root + interface + types))
    composed = compose(sources)
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


def _operation(depth: int) -> str:
    """Every type at every level, its fields spread over all subgraphs."""
    inner = " ".join(
        f"... on T{i} {{ f{i}_{(i * 7 + depth) % SUBGRAPHS} own{(i + depth) % SUBGRAPHS} }}"
        for i in range(TYPES)
    )
    return f"{{ common {inner} {'next ' + _operation(depth - 1) if depth else ''} }}"


@pytest.mark.parametrize("shared_root", [False, True])
def test_wide_interface_over_many_subgraphs(shared_root: bool) -> None:
    planner = Planner(_supergraph(shared_root), PlannerLimits(max_paths=40_000))
    plan = planner.plan(f"{{ n {_operation(2)} }}")
    assert plan.node is not None
    calls, depth = plan_size(plan.node)
    assert (calls, depth) == (SUBGRAPHS, 1 if shared_root else 2)


def test_over_the_budget_is_a_coded_error_in_bounded_memory() -> None:
    planner = Planner(_supergraph(True), PlannerLimits(max_paths=20_000))
    fields = " ".join(f"a{n}: n {_operation(1)}" for n in range(40))
    operation = planner.normalize(f"{{ {fields} }}")
    tracemalloc.start()
    try:
        with pytest.raises(PlanningError) as error:
            planner.plan(operation)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"
    assert peak < 60_000_000


def test_the_same_expense_everywhere_is_paid_once_per_place() -> None:
    """Aliases multiply places, not the work at each: no more than linear."""
    planner = Planner(_supergraph(False), PlannerLimits(max_paths=60_000))
    one = planner.plan(f"{{ n {_operation(1)} }}")
    many = planner.plan("{ " + " ".join(f"a{n}: n {_operation(1)}" for n in range(10)) + " }")
    assert one.node is not None
    assert many.node is not None
    assert plan_size(many.node) == plan_size(one.node)
