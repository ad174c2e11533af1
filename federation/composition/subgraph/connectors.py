"""`@connect` and `@source` without a link to their specification: recognised, refused clearly.

Without this they would only be unknown directives. With the link, `links.py` refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import ConstDirectiveNode, Node

from federation.composition.result import Diagnostics
from federation.composition.subgraph.document import SubgraphDocument
from federation.composition.subgraph.names import Names

_CONNECTORS = frozenset({"connect", "source"})


def check_connectors(document: SubgraphDocument, names: Names, diagnostics: Diagnostics) -> None:
    """Report UNSUPPORTED_FEATURE for each use that is not the author's own directive."""
    own = {node.name.value for node in document.directives}
    nodes: list[Node] = [*document.schema_nodes]
    nodes += [part for parts in document.types.values() for part in parts]
    for applied in applied_directives(nodes):
        name = applied.name.value
        if name in _CONNECTORS - own and names.features.directive_origin(name) is None:
            diagnostics.report(
                "UNSUPPORTED_FEATURE",
                f'Subgraph "{document.name}" uses @{name} of connectors, which fetch from a REST '
                "service without a subgraph. This composition does not support them: write a "
                "subgraph that calls the service.",
                f"@{name}",
                [(document.name, applied)],
            )


def applied_directives(nodes: Iterable[Node]) -> Iterator[ConstDirectiveNode]:
    """Yield the directives applied to definitions and to their members."""
    for node in nodes:
        yield from getattr(node, "directives", None) or ()
        for members in ("fields", "arguments", "values"):
            found = getattr(node, members, None)
            if found:
                yield from applied_directives(found)
