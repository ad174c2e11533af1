"""The public conformance suites, stage by stage in this process (the server has its own run).

Each case is an operation, the answer a federation gateway must give, and how often two reference
gateways called subgraphs for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.federated import FederatedGraph
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared

FOLDER = SHARED / "conformance"
# Cases that do not pass yet, by id. A case that passes must be taken off the list.
NOT_YET: frozenset[str] = frozenset()


def _cases() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for path in sorted((FOLDER / "suites").glob("*.json")):
        tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
        found += [(path.stem, index) for index in range(len(tests))]
    return found


@pytest.fixture(scope="module")
def emulator() -> Iterator[Any]:
    sys.path.insert(0, str(FOLDER))
    try:
        import emulator  # only importable with the shared folder on the path

        yield emulator
    finally:
        sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def reference_calls() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "reference_calls.json").read_text("utf-8"))
    cases: dict[str, Any] = content["cases"]
    return cases


@pytest.mark.parametrize(("suite", "index"), _cases())
async def test_case(suite: str, index: int, emulator: Any, reference_calls: dict[str, Any]) -> None:
    subgraphs = emulator.load(suite)  # with its own data, also for mutations
    case = subgraphs.tests[index]
    graph = FederatedGraph(subgraphs.supergraph(4000), subgraphs.execute)
    run = await graph.execute(case.query)
    problem = emulator.problem(case.expected, run.response)
    if case.id in NOT_YET:
        assert problem is not None, f"{case.id} passes: take it off NOT_YET"
        return
    assert problem is None
    passed = [r["calls"] for r in reference_calls[case.id].values() if r["passed"]]
    names = [call.subgraph for call in run.calls]
    assert len(names) <= min(map(len, passed)), f"called {names}, a reference {passed}"
