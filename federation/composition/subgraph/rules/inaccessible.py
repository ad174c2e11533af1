"""`@inaccessible`: not on what GraphQL or a specification defines, nor on its arguments.

Source: inaccessible specification v0.2. Runs on the document, before types that are not the
author's own are left out. Arguments of directives can be hidden only where clients write the
directive; what stands in schemas is never seen by clients.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import Node

from federation.composition.result import Diagnostics
from federation.composition.subgraph.document import SubgraphDocument
from federation.composition.subgraph.names import Names
from federation.supergraph.specs import BUILT_IN_SCALARS, EXECUTABLE_LOCATIONS


def check_inaccessible(document: SubgraphDocument, names: Names, diagnostics: Diagnostics) -> None:
    """Report DISALLOWED_INACCESSIBLE."""
    for coordinate, node in _not_hideable(document, names):
        for applied in getattr(node, "directives", None) or ():
            if names.canonical(applied.name.value) == "inaccessible":
                diagnostics.report(
                    "DISALLOWED_INACCESSIBLE",
                    f'Subgraph "{document.name}" marks "{coordinate}" @inaccessible, but that '
                    "belongs to GraphQL or to a specification and cannot be hidden. Remove the "
                    "directive there.",
                    coordinate,
                    [(document.name, applied)],
                )


def _not_hideable(document: SubgraphDocument, names: Names) -> Iterator[tuple[str, Node]]:
    fixed = {*BUILT_IN_SCALARS, *names.federation_types(), *names.link_types()}
    for name in sorted(fixed & document.types.keys()):
        yield from ((name, node) for node in document.types[name])
    for definition in document.directives:
        own = names.canonical(definition.name.value) is None
        if own and all(x.value in EXECUTABLE_LOCATIONS for x in definition.locations):
            continue
        for argument in definition.arguments or ():
            yield f"@{definition.name.value}({argument.name.value}:)", argument
