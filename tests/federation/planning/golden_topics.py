"""The golden topics of planning: subgraphs in, composed here; one operation per case.

A case's comments may say more: `# labels: percent(5), x` (progressive overrides that are active)
and `# operation: Name` (where the document has several).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.deferred import compile_deferred
from federation.operation.passes.split_deferred import defer_variables, split_deferred
from federation.plan.nodes import QueryPlan
from federation.plan.printer import print_plan_with_footer
from federation.planning import Planner
from federation.planning.deferred import plan_deferred
from tests.support.golden import GOLDEN_ROOT

FOLDER = GOLDEN_ROOT / "planning"
_LABELS = re.compile(r"^# labels: (.*)$", re.MULTILINE)
_NAME = re.compile(r"^# operation: (.*)$", re.MULTILINE)
CASES = sorted(FOLDER.glob("*/*.graphql"))


@lru_cache(maxsize=64)
def planner(topic: Path, *, backwards: bool = False) -> Planner:
    """Return a planner over the topic's subgraphs; `backwards`: listed in reverse order."""
    files = sorted((topic / "subgraphs").glob("*.graphql"), reverse=backwards)
    composed = compose([SubgraphSource(f.stem, "", f.read_text("utf-8")) for f in files])
    assert isinstance(composed, Composed), composed
    return Planner(composed.supergraph_sdl)


def plan(case: Path, *, backwards: bool = False) -> QueryPlan:
    text = case.read_text(encoding="utf-8")
    labels = frozenset(label for line in _LABELS.findall(text) for label in line.split(", "))
    name = next(iter(_NAME.findall(text)), None)
    plans = planner(case.parent, backwards=backwards)
    if defer_variables(parse(text)) is not None:
        return _deferred(plans, text)
    return plans.plan(text, name, labels=labels)


def _deferred(plans: Planner, text: str) -> QueryPlan:
    """Return the plan of an operation with `@defer`, as people see it."""
    document = parse(text)
    normalize = plans.normalizer.normalize
    split = split_deferred(document, None, {})
    parts = [(part, normalize(part.document)) for part in split.deferred]
    found = plan_deferred(plans, normalize(document), normalize(split.primary), parts)
    return compile_deferred(found).shown_plan()


def plan_text(case: Path, *, backwards: bool = False) -> str:
    return print_plan_with_footer(plan(case, backwards=backwards))


if __name__ == "__main__":
    for case in CASES:
        print(case.stem, plan(case), plan(case, backwards=True), sep="\n")
