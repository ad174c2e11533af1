"""Merging descriptions: the most frequent one; the first of several equally frequent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from federation.composition.merge.context import MergeContext, names, places
from federation.composition.subgraph.state import Element, SubgraphState


def merge_description(
    context: MergeContext, elements: Sequence[tuple[SubgraphState, Element]], coordinate: str
) -> str | None:
    """Return the description; a hint says when subgraphs disagree."""
    texts = [element.description for _, element in elements if element.description]
    if not texts:
        return None
    counts = Counter(texts)
    if len(counts) == 1:
        return texts[0]
    chosen = max(counts, key=lambda text: counts[text])
    others = [(s, e) for s, e in elements if e.description and e.description != chosen]
    context.diagnostics.report(
        "INCONSISTENT_DESCRIPTION",
        f'"{coordinate}" is described differently in {names(others)}; the graph shows the '
        f"text that {len(texts) - len(others)} of {len(texts)} subgraphs give. Agree on one.",
        coordinate,
        places((s, e) for s, e in elements if e.description),
    )
    return chosen
