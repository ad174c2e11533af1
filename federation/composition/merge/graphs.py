"""Names for `join__Graph`: the enum value that stands for each subgraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import Subgraph


def name_graphs(states: Sequence[SubgraphState]) -> tuple[Subgraph, ...]:
    """Return the subgraphs with their enum values, which are unique.

    Join specification v0.1 §3: letters, digits and underscores, no digit first, no `_1` last; names
    that become equal get a number.
    """
    by_name: dict[str, list[SubgraphState]] = {}
    for state in states:
        by_name.setdefault(graph_name(state.name), []).append(state)
    graphs = {}
    for name, group in by_name.items():
        for index, state in enumerate(group, start=1):
            graphs[state.name] = name if len(group) == 1 else f"{name}_{index}"
    return tuple(Subgraph(state.name, graphs[state.name], state.url) for state in states)


def graph_name(name: str) -> str:
    """Return the enum value a subgraph's name asks for.

    >>> graph_name("node-two"), graph_name("2nd"), graph_name("a_1")
    ('NODE_TWO', '_2ND', 'A_1_')
    """
    text = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if text[:1].isdigit():
        text = f"_{text}"
    if re.search(r"_\d+$", text):
        text = f"{text}_"
    return text.upper()
