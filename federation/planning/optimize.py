"""The passes over a fetch graph, in order.

Fetches to one subgraph at one place are shared while paths are laid into the graph
(`build_fetches`), where it is still known what each is for; nothing useless is ever put there.
What is left needs the whole graph:

1. `split_parts` – selections no longer grow, so it is known who is asked for the same;
2. `batch_entities` – joins steps into one operation; members bring their dependencies;
3. `drop_duplicates` – what is asked twice can go;
4. `reduce_dependencies` – last, since joining adds dependencies that follow from others.
"""

from __future__ import annotations

from collections.abc import Callable

from federation.planning.fetch_graph import FetchGraph
from federation.planning.passes.batch_entities import batch_entities
from federation.planning.passes.drop_duplicates import drop_duplicates
from federation.planning.passes.reduce_dependencies import reduce_dependencies
from federation.planning.passes.split_parts import split_parts

Pass = Callable[[FetchGraph], None]

PASSES: tuple[Pass, ...] = (split_parts, batch_entities, drop_duplicates, reduce_dependencies)


def optimize(graph: FetchGraph, passes: tuple[Pass, ...] = PASSES) -> None:
    """Rewrite `graph` in place."""
    for rewrite in passes:
        rewrite(graph)
