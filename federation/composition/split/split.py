"""A supergraph → subgraphs that compose to it again.

Who serves what, keys, requires, provides, overrides and everything clients see come back as they
were. What composition forgets cannot come back: optional arguments, input fields and enum values
that only some subgraphs had, differing descriptions, the local names of directives, and
definitions that nothing in the graph uses. Where it does not matter to composition, every subgraph
gets the merged form, so the parts are equivalent to the originals, not equal.

A supergraph of another composer comes back as composition here would have written it: roots are
called Query, Mutation and Subscription, unions say their members, and interfaces have exactly the
access requirements of the types below them.
"""

from __future__ import annotations

from federation.composition.result import SubgraphSource
from federation.composition.split.carried import Carried, composed_features
from federation.composition.split.view import Sharing, SubgraphView
from federation.composition.split.writer import Writer
from federation.supergraph.links import Features
from federation.supergraph.model import DirectiveDef, Supergraph


def split(supergraph: Supergraph) -> tuple[SubgraphSource, ...]:
    """Return the subgraphs in the supergraph's order, as Federation 2 SDL with `@link`.

    Raises `SupergraphError` for a type that a subgraph defines without having anything of it.
    """
    features = composed_features(supergraph)
    sharing = Sharing(supergraph)
    parts = [
        Carried(SubgraphView(supergraph, subgraph), features) for subgraph in supergraph.subgraphs
    ]
    described = next((p for p in parts if _answers_queries(p.view)), None)
    sdls = [Writer(p.view, p, sharing, described=p is described) for p in parts]
    executable = _executable(supergraph, features)
    texts = [writer.write(executable) for writer in sdls]
    for definition in _unapplied(supergraph, features, parts):
        # Nothing uses it, but somebody asked to keep it: the first who can, asks again.
        index = next(i for i, part in enumerate(parts) if part.can_define(definition))
        parts[index].composed[definition.name] = definition
        texts[index] = sdls[index].write(executable)
    return tuple(
        SubgraphSource(subgraph.name, subgraph.url, text)
        for subgraph, text in zip(supergraph.subgraphs, texts, strict=True)
    )


def _answers_queries(view: SubgraphView) -> bool:
    query = view.supergraph.types.get(view.supergraph.query)
    return query is not None and view.defines(query.name) and any(view.fields(query))


def _executable(supergraph: Supergraph, features: Features) -> list[DirectiveDef]:
    """Return the directives of operations; in the graph, because all subgraphs have them."""
    return [
        definition
        for definition in supergraph.directives.values()
        if features.directive_origin(definition.name) is None
    ]


def _unapplied(
    supergraph: Supergraph, features: Features, parts: list[Carried]
) -> list[DirectiveDef]:
    return [
        definition
        for definition in supergraph.directives.values()
        if features.directive_origin(definition.name) is not None
        and not any(definition.name in part.composed for part in parts)
        and any(part.can_define(definition) for part in parts)
    ]
