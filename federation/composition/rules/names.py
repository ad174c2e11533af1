"""Names of subgraphs: given, not reserved, and each used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from federation.composition.result import Diagnostics, SubgraphSource

# Stands for "not in any subgraph" in federation tools' output.
_RESERVED = "__root__"


def check_names(sources: Sequence[SubgraphSource], diagnostics: Diagnostics) -> None:
    """Report INVALID_SUBGRAPH_NAME, and NO_QUERIES when there is no subgraph at all."""
    counts = Counter(source.name for source in sources)
    for name, count in counts.items():
        problem = None
        if not name.strip():
            problem = "A subgraph has no name. Give it one"
        elif name == _RESERVED:
            problem = f'The name "{name}" is reserved. Choose another one'
        elif count > 1:
            problem = f'{count} subgraphs are called "{name}". Rename all but one'
        if problem:
            diagnostics.report("INVALID_SUBGRAPH_NAME", f"{problem}.", None, [(name, None)])
    if not sources:
        diagnostics.report(
            "NO_QUERIES", "There is no subgraph to compose. Name at least one.", None, ()
        )
