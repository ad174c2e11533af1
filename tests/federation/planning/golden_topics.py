"""The golden topics of planning: subgraphs in, composed here; one operation per case."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.plan.printer import print_plan_with_footer
from federation.planning import Planner
from tests.support.golden import GOLDEN_ROOT

FOLDER = GOLDEN_ROOT / "planning"
# Progressive-override labels that are active, each case's own: "# labels: percent(5), x"
_LABELS = re.compile(r"^# labels: (.*)$", re.MULTILINE)
CASES = sorted(FOLDER.glob("*/*.graphql"))


@lru_cache(maxsize=64)
def planner(topic: Path, *, backwards: bool = False) -> Planner:
    """Return a planner over the topic's subgraphs; `backwards`: listed in reverse order."""
    files = sorted((topic / "subgraphs").glob("*.graphql"), reverse=backwards)
    composed = compose([SubgraphSource(f.stem, "", f.read_text("utf-8")) for f in files])
    assert isinstance(composed, Composed), composed
    return Planner(composed.supergraph_sdl)


def plan_text(case: Path, *, backwards: bool = False) -> str:
    operation = case.read_text(encoding="utf-8")
    labels = frozenset(label for line in _LABELS.findall(operation) for label in line.split(", "))
    plans = planner(case.parent, backwards=backwards)
    return print_plan_with_footer(plans.plan(operation, labels=labels))


if __name__ == "__main__":
    for case in CASES:
        print(case.stem, plan_text(case), sep="\n")
