"""What the names of a supergraph document mean: its links, its subgraphs, its join directives.

First step of reading. Everything after it asks the `Header` and never looks at a name itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    NameNode,
    SchemaDefinitionNode,
)

from federation.errors import SupergraphError
from federation.language import directive_arguments
from federation.supergraph import specs
from federation.supergraph.definitions import CARRIER
from federation.supergraph.links import Feature, Features, parse_link
from federation.supergraph.model import Link, Subgraph

# Features whose definitions are not the users'.
KNOWN = frozenset({specs.LINK, specs.CORE, specs.JOIN, *specs.FEATURES})


@dataclass(frozen=True, slots=True)
class Header:
    """Links, join version and subgraphs. `graphs`: enum value → subgraph name."""

    features: Features
    link_name: str
    join: Feature
    version: tuple[int, int]
    subgraphs: tuple[Subgraph, ...]
    graphs: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        graphs = {subgraph.graph: subgraph.name for subgraph in self.subgraphs}
        object.__setattr__(self, "graphs", graphs)

    def graph(self, value: Any, where: str) -> str:
        """Return the name of the subgraph an enum value stands for."""
        try:
            return self.graphs[value]
        except (KeyError, TypeError):
            raise SupergraphError(
                f"{where} names the subgraph {value!r}, which {self.join.type_name('Graph')} "
                "does not list."
            ) from None

    def origin(self, name: str) -> tuple[str | None, str]:
        """Return (identity, specification's name); (None, name) for what is not linked."""
        found = self.features.directive_origin(name)
        if found:
            return found[0].url.identity, found[1]
        # Composers write a feature's second directive bare (`@listSize`) without importing it.
        spec = specs.FEATURE_OF_DIRECTIVE.get(name)
        feature = self.features.find(spec.identity) if spec else None
        if feature and feature.alias is None and not feature.imports:
            return feature.url.identity, name
        return None, name

    def joins(
        self, nodes: Iterable[ConstDirectiveNode] | None, name: str
    ) -> Iterator[dict[str, Any]]:
        """Return the arguments of each application of a join directive."""
        wanted = self.join.directive_name(name)
        return (directive_arguments(n) for n in nodes or () if n.name.value == wanted)

    def author_directives(
        self, nodes: Iterable[ConstDirectiveNode] | None
    ) -> tuple[ConstDirectiveNode, ...]:
        """Return the directives that are not the specification's, under canonical names.

        What `@join__directive` carries is the authors' too (cache tags); its graphs are enum
        values of the document.
        """
        return tuple(self._canonical(nodes or ()))

    def _canonical(self, nodes: Iterable[ConstDirectiveNode]) -> Iterator[ConstDirectiveNode]:
        for node in nodes:
            if node.name.value == self.link_name:
                continue
            identity, name = self.origin(node.name.value)
            if identity in (specs.JOIN, specs.LINK, specs.CORE):
                if identity == specs.JOIN and name == "directive":
                    self._check_carried(node)
                    yield type(node)(name=NameNode(value=CARRIER), arguments=node.arguments)
                continue
            if identity in specs.FEATURES and name != node.name.value:
                node = type(node)(name=NameNode(value=name), arguments=node.arguments)
            yield node

    def _check_carried(self, node: ConstDirectiveNode) -> None:
        """Refuse what `@join__directive` carries when answers would be wrong without it.

        Other directives it carries (cache tags, for example) only advise.
        """
        carried = directive_arguments(node)
        name, arguments = carried.get("name"), carried.get("args")
        url = str(arguments.get("url", "")) if isinstance(arguments, dict) else ""
        if name in ("connect", "source") or (name == "link" and url.startswith(specs.CONNECT)):
            raise SupergraphError(
                "The supergraph uses connectors (@connect, @source), which this engine does not "
                "support. Serve those fields from a GraphQL subgraph.",
                code="UNSUPPORTED_LINKED_FEATURE",
            )

    def links(self) -> Iterator[Link]:
        """Yield the links beside link and join themselves."""
        for feature in self.features.by_identity.values():
            identity = feature.url.identity
            if identity in (specs.LINK, specs.CORE, specs.JOIN):
                continue
            if identity in specs.FEATURES:
                spec = specs.FEATURES[identity]
                yield Link(feature.url.url, imports=spec.imports, purpose=feature.purpose)
            else:
                imports = tuple((item.name, item.alias) for item in feature.imports)
                yield Link(feature.url.url, feature.alias, imports, feature.purpose)


def read_header(document: DocumentNode, schema: SchemaDefinitionNode) -> Header:
    """Return the header. Raises `SupergraphError` when this is no supergraph we can serve."""
    features, link_name = _features(schema)
    join, version = _join(features)
    return Header(features, link_name, join, version, _subgraphs(document, join))


def _features(schema: SchemaDefinitionNode) -> tuple[Features, str]:
    """Return the linked features and the name `@link` (or `@core`) has in this document."""
    links = [(node, parse_link(node)) for node in schema.directives or ()]
    for node, feature in links:
        if feature is None or feature.url.identity not in (specs.LINK, specs.CORE):
            continue
        own = "link" if feature.url.identity == specs.LINK else "core"
        if node.name.value == feature.directive_name(own):
            found = {f.url.identity: f for n, f in links if f and n.name.value == node.name.value}
            return Features(found), node.name.value
    raise SupergraphError(
        "This is not a supergraph: its `schema` definition has no @link to "
        f"{specs.LINK}/{specs.LINK_VERSION}. Give the output of a composition."
    )


def _join(features: Features) -> tuple[Feature, tuple[int, int]]:
    join = features.find(specs.JOIN)
    if join is None:
        raise SupergraphError(
            f"This is not a supergraph: it does not @link {specs.JOIN}/{specs.JOIN_VERSION}."
        )
    version = join.url.version
    if version is None or version not in specs.JOIN_VERSIONS:
        raise SupergraphError(
            f"The supergraph uses {join.url}; this engine reads join v0.1 to v0.5. "
            "Compose it again with a supported version."
        )
    for feature in features.by_identity.values():
        if feature.purpose and feature.url.identity not in KNOWN:
            raise SupergraphError(
                f"The supergraph demands the feature {feature.url} for {feature.purpose}, "
                "which this engine does not know. Remove it from the subgraphs and compose "
                "again, or serve the supergraph with an engine that supports it.",
                code="UNSUPPORTED_LINKED_FEATURE",
            )
    return join, version


def _subgraphs(document: DocumentNode, join: Feature) -> tuple[Subgraph, ...]:
    wanted = join.type_name("Graph")
    directive = join.directive_name("graph")
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == wanted:
            return tuple(_subgraph(value, directive) for value in node.values or ())
    raise SupergraphError(f"The supergraph names no subgraphs: the enum {wanted} is missing.")


def _subgraph(value: EnumValueDefinitionNode, directive: str) -> Subgraph:
    graph = value.name.value
    for node in value.directives or ():
        if node.name.value == directive:
            arguments = directive_arguments(node)
            return Subgraph(
                str(arguments.get("name", graph)), graph, str(arguments.get("url") or "")
            )
    raise SupergraphError(f"The subgraph {graph} has no @{directive} with name and url.")
