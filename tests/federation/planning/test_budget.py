"""The caller's budget: a plan as good as it allows, or a coded error. No plan, no call."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import PlanningError
from federation.operation.model import Operation
from federation.plan.printer import plan_size, print_plan
from federation.planning import Planner, PlannerLimits
from federation.server.app import build_app
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, running

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", '
    'import: ["@key", "@shareable"])\n'
)
SUBGRAPHS, FIELDS = 12, 14


def _composed(**subgraphs: str) -> str:
    composed = compose([SubgraphSource(name, "", LINK + sdl) for name, sdl in subgraphs.items()])
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


def _covering() -> str:
    """Each field is in three of twelve subgraphs: which of them to ask is a set cover."""
    return _composed(
        **{
            f"s{number:02}": "type Query { b: B @shareable } type B { id: ID @shareable "
            + " ".join(
                f"x{field}: Int @shareable"
                for field in range(FIELDS)
                if number in {field * 5 % 12, (field * 7 + 1) % 12, (field * 11 + 3) % 12}
            )
            + " }"
            for number in range(SUBGRAPHS)
        }
    )


class _Clock:
    """Is over once it has been asked `lasts` times."""

    def __init__(self, lasts: float = float("inf")) -> None:
        self.lasts, self.asked = lasts, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > self.lasts


def test_best_plan_so_far_when_time_runs_out_while_comparing() -> None:
    supergraph = _covering()
    text = "{ b { " + " ".join(f"x{field}" for field in range(FIELDS)) + " } }"
    finding, whole = _Clock(), _Clock()
    greedy = Planner(supergraph, PlannerLimits(max_combinations=0)).plan(text, should_stop=finding)
    best = Planner(supergraph).plan(text, should_stop=whole)
    assert whole.asked > finding.asked + 1, "there is nothing to compare"

    clock = _Clock(lasts=finding.asked + 1)
    found = Planner(supergraph).plan(text, should_stop=clock)
    assert clock.asked == finding.asked + 2, "it goes on after the end"
    calls = [plan_size(plan.node)[0] for plan in (best, found, greedy) if plan.node]
    assert len(calls) == 3
    assert calls == sorted(calls)


def test_a_clock_that_never_ends_changes_nothing() -> None:
    planner = Planner(_covering())
    text = "{ b { x0 x1 x2 x3 x4 } }"
    assert print_plan(planner.plan(text, should_stop=_Clock())) == print_plan(planner.plan(text))


def _nested(levels: int) -> tuple[Planner, Operation]:
    """Every type of an interface at every level, each with a field of another subgraph."""
    types = "".join(
        f'type T{i} implements I @key(fields: "id") {{ id: ID! n: I @shareable }} '
        for i in range(8)
    )
    extra = "".join(f'type T{i} @key(fields: "id") {{ id: ID! x{i}: Int }} ' for i in range(8))
    sdl = f"interface I {{ id: ID! n: I }} {types} type Query {{ q: I @shareable }}"
    planner = Planner(_composed(a=sdl, b=extra))
    inner = "id"
    for _ in range(levels):
        inner = "n { " + " ".join(f"... on T{i} {{ x{i} {inner} }}" for i in range(8)) + " }"
    # Not validated: graphql-core gives up on comparing that many selections.
    return planner, planner.normalizer.normalize(parse(f"{{ q {{ {inner} }} }}"))


@pytest.mark.parametrize("lasts", [0, 1, 2, 5, 10, 20])
def test_nested_abstract_types_end_with_the_clock(lasts: int) -> None:
    planner, operation = _nested(levels=4)
    clock = _Clock(lasts)
    with pytest.raises(PlanningError) as error:
        planner.plan(operation, should_stop=clock)
    assert error.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"
    assert clock.asked == lasts + 1


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("{ t { a b } }", "QUERY_PLAN_BUILD_FAILED"),
        ("{ other t { b } }", "QUERY_PLAN_BUILD_FAILED"),
        ("mutation { make { a } change { b } }", "QUERY_PLAN_BUILD_FAILED"),
    ],
)
async def test_an_impossible_operation_makes_no_call(operation: str, code: str) -> None:
    """No part of it either: not the mutation before the field that nobody can resolve."""
    supergraph = _composed(
        one="type Query { t: T other: Int } type Mutation { make: T change: T } "
        'type T @key(fields: "id") { id: ID! a: Int }',
        two='type T @key(fields: "id") { id: ID! b: Int }',
    )
    # Composition would not let this through.
    broken = supergraph.replace('key: "id"', 'key: "id", resolvable: false')
    assert broken != supergraph
    calls: list[str] = []

    async def execute(query: str, *_: Any) -> Any:
        calls.append(query)
        return {"data": None}

    async def source() -> str:
        return broken

    app = build_app(EngineSettings(), source, local={"one": execute, "two": execute})
    async with running(app):
        reply = await Client(app).post(operation)
    assert [error["extensions"]["code"] for error in reply.json["errors"]] == [code]
    assert not calls
