"""Pass: send entity steps to one subgraph that are ready together as one operation.

At different places of the data they cannot be one `_entities` field, but several aliased ones
fit in one operation. Steps are "ready together" when the same number of calls must come first
(their level): joining them costs no further wave. On different levels, the earlier one would have
to wait; that delays nothing where no other step waits for it, since the answer waits for the later
one anyway. So such a step is sent with the next later one.

Runs first: members bring their dependencies, which later passes reduce.
"""

from __future__ import annotations

from federation.planning.fetch_graph import FetchGraph, FetchStep, Guard


def batch_entities(graph: FetchGraph) -> None:
    """Join all such steps; the first of them (of the latest level) sends the operation."""
    levels = _levels(graph)
    leaders: dict[tuple[str, Guard, int], dict[int, FetchStep]] = {}
    for step in list(graph.steps):
        if not step.is_entity or step.contexts:
            # How often a field with contexts is repeated depends on the data; it goes alone.
            continue
        # Under different conditions, or in different deferred parts, they are not wanted together.
        here = leaders.setdefault((step.subgraph, step.guard, step.late), {})
        leader = here.setdefault(levels[step], step)
        if leader is not step:
            _join(graph, leader, step)
    for here in leaders.values():
        for level in sorted(here)[:-1]:
            later = min(other for other in here if other > level)
            if not any(here[level] in step.dependencies for step in graph.steps):
                _join(graph, here[later], here.pop(level))


def _join(graph: FetchGraph, leader: FetchStep, step: FetchStep) -> None:
    leader.members += [step, *step.members]
    step.members = []
    leader.dependencies.update(step.dependencies)
    leader.presumes |= step.presumes
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
