"""Pass: drop dependencies that follow from others.

What a step waits for through another step it need not name. Runs last: merging adds edges.
"""

from __future__ import annotations

from federation.planning.fetch_graph import FetchGraph


def reduce_dependencies(graph: FetchGraph) -> None:
    """Drop such dependencies from every step."""
    for step in graph.steps:
        direct = list(step.dependencies)
        for one in direct:
            if any(other is not one and other.waits_for(one) for other in direct):
                del step.dependencies[one]
