"""Pass: send entity steps to one subgraph that are ready together as one operation.

At different places of the data they cannot be one `_entities` field, but several aliased ones
fit in one operation. Steps are "ready together" when the same number of calls must come first
(their level): joining them costs no further wave. Steps on different levels stay apart, since
the earlier one would have to wait.

Runs first: members bring their dependencies, which later passes reduce.
"""

from __future__ import annotations

from federation.planning.fetch_graph import FetchGraph, FetchStep, Guard


def batch_entities(graph: FetchGraph) -> None:
    """Join all such steps; the first of them sends the operation."""
    levels = _levels(graph)
    leaders: dict[tuple[str, int, Guard], FetchStep] = {}
    for step in list(graph.steps):
        if not step.is_entity:
            continue
        # Under different conditions they are not wanted together.
        key = (step.subgraph, levels[step], step.guard)
        leader = leaders.setdefault(key, step)
        if leader is not step:
            leader.members.append(step)
            leader.dependencies.update(step.dependencies)
            graph.replace(step, leader)


def _levels(graph: FetchGraph) -> dict[FetchStep, int]:
    """Number each step by the longest chain of calls before it."""
    levels: dict[FetchStep, int] = {}

    def level(step: FetchStep) -> int:
        known = levels.get(step)
        if known is None:
            before = (level(dependency) + 1 for dependency in step.dependencies)
            known = levels[step] = max(before, default=0)
        return known

    for step in graph.steps:
        level(step)
    return levels
