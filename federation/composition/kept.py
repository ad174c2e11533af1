"""What one composition keeps for the next: subgraphs parsed and checked, types merged.

Only of the last version of each subgraph, so memory is that of one composition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from federation.composition.merge.memo import MergeMemo
from federation.composition.result import Diagnostics, SubgraphSource
from federation.composition.subgraph.copy_state import copy_state
from federation.composition.subgraph.parse import parse_subgraph
from federation.composition.subgraph.rules import RULES
from federation.composition.subgraph.state import SubgraphState


@dataclass(slots=True)
class _Subgraph:
    """One version of a subgraph: its state (None: it cannot be parsed) and what was found.

    `checked` is what the rules found; None until they have run.
    """

    source: SubgraphSource
    state: SubgraphState | None
    parsed: Diagnostics
    checked: Diagnostics | None = None


class Kept:
    """See the module. One composition at a time."""

    def __init__(self) -> None:
        self.merged = MergeMemo()
        self._subgraphs: dict[str, _Subgraph] = {}

    def parsed(self, source: SubgraphSource, diagnostics: Diagnostics) -> SubgraphState | None:
        """Return the subgraph's state, or None when it cannot be worked with (errors reported).

        A Federation 1 subgraph is changed when it is upgraded, in ways that depend on the others:
        then the state is a copy, new each time.
        """
        entry = self._subgraphs.get(source.name)
        if entry is None or entry.source != source:
            findings = Diagnostics()
            entry = _Subgraph(source, parse_subgraph(source, findings), findings)
            self._subgraphs[source.name] = entry
        diagnostics.include(entry.parsed)
        if entry.state is None or entry.state.is_federation_2:
            return entry.state
        return copy_state(entry.state)

    def check(self, state: SubgraphState, diagnostics: Diagnostics) -> None:
        """Run the rules about one subgraph, once for each version of it."""
        entry = self._subgraphs[state.name]
        if entry.checked is None or entry.state is not state:
            entry.checked = Diagnostics()
            for rule in RULES:
                rule(state, entry.checked)
        diagnostics.include(entry.checked)

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Drop the subgraphs that are not among `names`."""
        kept = set(names)
        self._subgraphs = {n: entry for n, entry in self._subgraphs.items() if n in kept}
