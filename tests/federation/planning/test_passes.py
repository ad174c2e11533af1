"""Each pass earns its place: without it some golden plan is another one."""

from __future__ import annotations

import pytest

import federation.planning.planner as planner_module
from federation.planning.fetch_graph import FetchGraph, represent
from federation.planning.optimize import PASSES, Pass, optimize
from federation.planning.passes.split_parts import split_parts
from tests.federation.planning.golden_topics import CASES, plan


@pytest.mark.parametrize("left_out", PASSES, ids=lambda p: p.__name__)
def test_pass_changes_a_plan(left_out: Pass, monkeypatch: pytest.MonkeyPatch) -> None:
    # Others cannot do without `split_parts`; the least that can stand for it joins everything.
    instead = (_join_parts,) if left_out is split_parts else ()
    passes = (*instead, *(p for p in PASSES if p is not left_out))

    def without(graph: FetchGraph) -> None:
        optimize(graph, passes)

    expected = [plan(case) for case in CASES]
    monkeypatch.setattr(planner_module, "optimize", without)
    assert [plan(case) for case in CASES] != expected


def _join_parts(graph: FetchGraph) -> None:
    """Ask all objects of a step for all that is wanted of any."""
    for step in graph.steps:
        for part in step.parts:
            step.path = step.parts[0].path
            step.selection.merge(part.selection)
            for draft in part.representations:
                step.representations = represent(step.representations, draft)
