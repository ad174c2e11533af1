"""A plan's fetches and what each waits for, in Graphviz' language."""

from __future__ import annotations

from federation.execution.steps import Step, flatten_plan
from federation.plan.nodes import QueryPlan
from federation.plan.printer import print_path


def print_fetch_graph(plan: QueryPlan) -> str:
    """Return the graph: a node per fetch, an edge from each fetch to those that wait for it."""
    steps = flatten_plan(plan)
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box];"]
    for index, step in enumerate(steps):
        lines.append(f"  f{index} [label={_quoted(_label(step))}];")
    for index, step in enumerate(steps):
        lines += [f"  f{before} -> f{index};" for before in step.waits_for]
    return "\n".join([*lines, "}"])


def _label(step: Step) -> str:
    paths = [print_path(path) for batch in step.entities for path in batch.paths]
    conditions = [f"{'if' if wanted else 'unless'} ${name}" for name, wanted in step.conditions]
    return "\n".join([step.subgraph, *(path or "(root)" for path in paths), *conditions])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
