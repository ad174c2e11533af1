"""A directive that goes into the supergraph must have one name: LINK_IMPORT_NAME_MISMATCH.

Subgraphs that leave it under federation's prefix have no say in it; those that import it must
agree. Source: federation directives, "renaming directives".
"""

from __future__ import annotations

from federation.composition.merge.context import MergeContext
from federation.composition.result import Place
from federation.supergraph import specs


def check_import_names(context: MergeContext) -> None:
    """Report each merged directive that is imported under several names."""
    for name, spec in specs.FEATURE_OF_DIRECTIVE.items():
        found: dict[str, list[Place]] = {}
        for state in context.states:
            for identity in (specs.FEDERATION, spec.identity):
                feature = state.features.find(identity)
                for item in feature.imports if feature else ():
                    if item.name == f"@{name}" and feature is not None:
                        found.setdefault(item.alias, []).append((state.name, feature.node))
        if len(found) > 1:
            listing = "; ".join(
                f"{alias} in {', '.join(subgraph for subgraph, _ in users)}"
                for alias, users in sorted(found.items())
            )
            context.diagnostics.report(
                "LINK_IMPORT_NAME_MISMATCH",
                f"@{name} goes into the graph, but is imported under different names: {listing}. "
                "Import it under the same name everywhere.",
                f"@{name}",
                [place for users in found.values() for place in users],
            )
