"""Composing again and again, as subgraphs are published: only what changed is done anew.

A subgraph is parsed and checked once per version; a type is merged again when a subgraph that
defines it changed (all types, when subgraphs come and go or when what is a subtype of what
changed). The rules about the merged graph and satisfiability are proved wholly each time: what one
subgraph can resolve decides about fields of others, and they are a small part of the work.
Federation 1 subgraphs are parsed once, but upgraded anew each time, as that depends on the others.

The result is exactly that of `compose`, which is the same stages with nothing kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from federation.composition.compose import compose_keeping
from federation.composition.kept import Kept
from federation.composition.result import Composed, Rejected, SubgraphSource


class Composer:
    """Composes versions of one graph. Keeps the last version of each subgraph, and no more.

    May be called from several threads; they take turns.
    """

    def __init__(self) -> None:
        self._kept = Kept()
        self._last: tuple[list[SubgraphSource], Composed | Rejected] | None = None
        self._lock = Lock()

    def compose(self, subgraphs: Sequence[SubgraphSource]) -> Composed | Rejected:
        """Return the supergraph with hints, or the errors that forbid it."""
        version = sorted(subgraphs, key=lambda source: (source.name, source.url, source.sdl))
        with self._lock:
            if self._last is not None and self._last[0] == version:
                return self._last[1]
            # Should a stage raise, nothing half done is taken for kept.
            kept, self._kept, self._last = self._kept, Kept(), None
            result = compose_keeping(subgraphs, kept)
            kept.forget_all_but(source.name for source in subgraphs)
            self._kept = kept
            self._last = (version, result)
            return result
