"""`@cacheTag` in the supergraph: carried with the names of the subgraphs that say it.

A cache tag speaks of one subgraph's answers, so it is never merged with another's. The join
specification has `@join__directive` for such directives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from graphql import ConstDirectiveNode

from federation.composition.subgraph.state import Element, SubgraphState
from federation.language import parse_directive
from federation.supergraph.definitions import CARRIER


def carry_cache_tags(
    graphs: Mapping[str, str], elements: Sequence[tuple[SubgraphState, Element]]
) -> list[ConstDirectiveNode]:
    """Return one carrier for each format; `graphs`: subgraph name → enum value."""
    users: dict[str, list[str]] = {}
    for state, element in elements:
        for applied in element.applied("cacheTag"):
            names = users.setdefault(str(applied.arguments.get("format")), [])
            if graphs[state.name] not in names:
                names.append(graphs[state.name])
    return [
        parse_directive(
            f'@{CARRIER}(graphs: [{", ".join(names)}], name: "federation__cacheTag", '
            f"args: {{format: {json.dumps(text, ensure_ascii=False)}}})"
        )
        for text, names in sorted(users.items())
    ]
