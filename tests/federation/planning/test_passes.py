"""Each pass earns its place: without it some golden plan is another one."""

from __future__ import annotations

from pathlib import Path

import pytest

import federation.planning.planner as planner_module
from federation.plan.nodes import QueryPlan
from federation.planning.fetch_graph import FetchGraph
from federation.planning.optimize import PASSES, Pass, optimize
from tests.federation.planning.golden_topics import CASES, planner


@pytest.mark.parametrize("left_out", PASSES, ids=lambda p: p.__name__)
def test_pass_changes_a_plan(left_out: Pass, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(graph: FetchGraph) -> None:
        optimize(graph, tuple(p for p in PASSES if p is not left_out))

    expected = [_plan(case) for case in CASES]
    monkeypatch.setattr(planner_module, "optimize", without)
    assert [_plan(case) for case in CASES] != expected


def _plan(case: Path) -> QueryPlan:
    return planner(case.parent).plan(case.read_text("utf-8"))
