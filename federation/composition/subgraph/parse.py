"""One subgraph, SDL → state: parse, links, definitions, GraphQL's rules, our rules.

A subgraph is looked at once, whatever else is composed. Each step stops the next ones of the same
subgraph when it finds errors, because they would only repeat the same mistake in other words.
"""

from __future__ import annotations

from federation.composition.result import Diagnostics, SubgraphSource
from federation.composition.subgraph.build_state import build_state
from federation.composition.subgraph.connectors import check_connectors
from federation.composition.subgraph.definitions import check_definitions
from federation.composition.subgraph.document import SubgraphDocument, parse_document
from federation.composition.subgraph.graphql_rules import check_graphql
from federation.composition.subgraph.links import federation_version, link_name, read_features
from federation.composition.subgraph.names import Names
from federation.composition.subgraph.rules.inaccessible import check_inaccessible
from federation.composition.subgraph.state import SubgraphState


def parse_subgraph(source: SubgraphSource, diagnostics: Diagnostics) -> SubgraphState | None:
    """Return the subgraph's state, or None when it cannot be worked with (errors reported)."""
    document = parse_document(source, diagnostics)
    if document is None:
        return None
    before = len(diagnostics.errors)
    features = read_features(document, diagnostics)
    if len(diagnostics.errors) > before:
        return None
    names = Names(federation_version(features), features, link_name(document))
    check_definitions(document, names, diagnostics)
    check_inaccessible(document, names, diagnostics)
    check_connectors(document, names, diagnostics)
    _check_roots(document, diagnostics)
    if len(diagnostics.errors) > before or not check_graphql(document, names, diagnostics):
        return None
    return build_state(source, document, names)


def _check_roots(document: SubgraphDocument, diagnostics: Diagnostics) -> None:
    """Report types that have a root's usual name without being that root."""
    for operation in ("query", "mutation", "subscription"):
        name = operation.capitalize()
        root = document.roots.get(operation)
        if root is not None and root != name and name in document.types:
            diagnostics.report(
                f"ROOT_{operation.upper()}_USED",
                f'Subgraph "{document.name}" calls its {operation} root "{root}" but also has a '
                f'type "{name}". The graph\'s root is always called "{name}": rename that type, '
                f"or make it the {operation} root.",
                name,
                [(document.name, document.types[name][0])],
            )
