"""From the plan's tree to steps that know whom they wait for."""

from __future__ import annotations

from federation.execution.steps import Step, flatten_plan
from federation.plan.nodes import (
    Condition,
    Flatten,
    OperationKind,
    Parallel,
    PlanNode,
    QueryPlan,
    Sequence,
)
from federation.plan.shape import ObjectShape, ResponseShape
from tests.federation.execution.plans import entities, key, path, root

SHAPE = ResponseShape(ObjectShape(("Query",), (), "Query"))


def steps(node: PlanNode | None, kind: OperationKind = OperationKind.QUERY) -> tuple[Step, ...]:
    return flatten_plan(QueryPlan(kind, node, SHAPE))


def waiting(found: tuple[Step, ...]) -> list[tuple[int, ...]]:
    return [step.waits_for for step in found]


def test_dependencies_are_the_planners_not_the_trees() -> None:
    node = Sequence((
        Parallel((root(7, "a", "x"), root(3, "b", "y"))),
        Flatten(path("x"), entities(5, "c", "x", key("X"), "z", (3,))),
        root(9, "d", "w"),
    ))  # fmt: skip
    assert waiting(steps(node)) == [(), (), (1,), ()]


def test_an_entity_fetch_without_dependencies_waits_for_what_is_before_it() -> None:
    fetch = entities(2, "c", "x", key("X"), "z", ())
    node = Sequence((Parallel((root(0, "a", "x"), root(1, "b", "y"))), fetch))
    assert waiting(steps(node)) == [(), (), (0, 1)]


def test_mutations_wait_for_all_that_is_before_them() -> None:
    node = Sequence((
        Sequence((root(0, "a", "x"), entities(1, "b", "x", key("X"), "z"))),
        Parallel((root(2, "a", "y"), root(3, "b", "w"))),
    ))  # fmt: skip
    found = steps(node, OperationKind.MUTATION)
    assert waiting(found) == [(), (0,), (0, 1), (0, 1)]


def test_conditions_add_up_and_branches_may_share_an_id() -> None:
    node = Sequence((
        Condition("a", root(0, "s", "x"), root(0, "t", "x")),
        Condition("a", Condition("b", None, root(1, "u", "y", (0,))), None),
    ))  # fmt: skip
    found = steps(node)
    assert [step.conditions for step in found] == [
        (("a", True),), (("a", False),), (("a", True), ("b", False)),
    ]  # fmt: skip
    assert waiting(found) == [(), (), (0, 1)]


def test_nothing_to_fetch() -> None:
    assert steps(None) == ()
