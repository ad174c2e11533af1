"""Applied directives that go back into a subgraph, and what its schema must say for that.

Federation's own are imported from one link; directives of authors' own come back with the link of
their specification, their definition and `@composeDirective`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import ConstDirectiveNode, ObjectValueNode, print_ast

from federation.composition.split.view import SubgraphView
from federation.composition.subgraph.federation_spec import NEWEST, directives_of
from federation.language import directive_arguments, named_type
from federation.supergraph.definitions import CARRIER
from federation.supergraph.links import Feature, Features, Import, parse_feature_url
from federation.supergraph.model import DirectiveDef, Link, Supergraph
from federation.supergraph.specs import BUILT_IN_DIRECTIVES, FEATURE_OF_DIRECTIVE, FEDERATION

# Keys on interfaces and @interfaceObject need it; below it nothing else of ours is missing.
_OLDEST = (2, 3)
_FEDERATION = directives_of(NEWEST)


def composed_features(supergraph: Supergraph) -> Features:
    """Return the specifications of the directives that authors asked to keep."""
    return Features({_feature(link).url.identity: _feature(link) for link in supergraph.links})


def _feature(link: Link) -> Feature:
    return Feature(
        parse_feature_url(link.url),
        link.alias,
        tuple(Import(name, alias) for name, alias in link.imports),
        link.purpose,
    )


@dataclass(slots=True)
class Carried:
    """What one subgraph uses, collected while it is written."""

    view: SubgraphView
    features: Features
    used: set[str] = field(default_factory=set)
    composed: dict[str, DirectiveDef] = field(default_factory=dict)

    def federation(self, name: str, arguments: str = "") -> str:
        """Return a directive of federation as it is written here."""
        self.used.add(name)
        return f"@{self._local(name)}{arguments}"

    def _local(self, name: str) -> str:
        """Return the name itself, or with its prefix where the graph has its own of that name."""
        taken = name in self.view.supergraph.directives
        return f"federation__{name}" if taken else name

    def applied(self, nodes: Iterable[ConstDirectiveNode], location: str) -> Iterator[str]:
        """Yield the directives of an element that stands at a location."""
        for node in nodes:
            name = node.name.value
            if name in BUILT_IN_DIRECTIVES:
                yield print_ast(node)
            elif name == "context":
                yield from self._context(node)
            elif name == CARRIER:
                yield from self._own(node)
            elif name in FEATURE_OF_DIRECTIVE:
                yield self.federation(name, print_ast(node)[len(name) + 1 :])
            elif self._carry(name, location):
                yield print_ast(node)

    def _context(self, node: ConstDirectiveNode) -> Iterator[str]:
        prefix, _, name = str(directive_arguments(node).get("name")).rpartition("__")
        if prefix == self.view.name:
            yield self.federation("context", f'(name: "{name}")')

    def _own(self, node: ConstDirectiveNode) -> Iterator[str]:
        """Yield what the supergraph carries for single subgraphs, when it is this one's."""
        carrier = directive_arguments(node)
        name = str(carrier.get("name")).removeprefix("federation__")
        if self.view.graph not in (carrier.get("graphs") or ()) or name not in _FEDERATION:
            return  # another subgraph's, or of a specification that composition here has not
        given = next((a.value for a in node.arguments or () if a.name.value == "args"), None)
        fields = given.fields if isinstance(given, ObjectValueNode) else ()
        arguments = ", ".join(print_ast(item) for item in fields)
        yield self.federation(name, f"({arguments})" if arguments else "")

    def _carry(self, name: str, location: str) -> bool:
        """Return whether an author's directive can stand here; remember that it does."""
        definition = self.view.supergraph.directives.get(name)
        if definition is None or location not in definition.locations:
            return False
        if not self.can_define(definition):
            return False
        if self.features.directive_origin(name) is not None:
            self.composed[name] = definition
        return True

    def can_define(self, definition: DirectiveDef) -> bool:
        """Return whether the subgraph knows the types of a directive's arguments."""
        return all(self.view.defines(named_type(a.type)) for a in definition.arguments)

    def links(self) -> Iterator[str]:
        """Yield the `@link`s and `@composeDirective`s that what is used needs."""
        by_feature: dict[str, list[str]] = {}
        for name in sorted(self.composed):
            origin = self.features.directive_origin(name)
            assert origin is not None
            by_feature.setdefault(origin[0].url.identity, []).append(name)
        composing = [
            self.federation("composeDirective", f'(name: "@{name}")')
            for name in sorted(self.composed)
        ]
        yield self._federation_link()
        for name in sorted(self.used - _FEDERATION.keys()):
            spec = FEATURE_OF_DIRECTIVE[name]
            yield f'@link(url: "{spec.url}", import: ["@{name}"])'
        for identity, names in by_feature.items():
            yield _own_link(self.features.by_identity[identity], names)
        yield from composing

    def _federation_link(self) -> str:
        used = sorted(self.used & _FEDERATION.keys())
        version = max([_OLDEST, *(_FEDERATION[name].since for name in used)])
        imports = ", ".join(f'"@{name}"' for name in used if self._local(name) == name)
        text = f'@link(url: "{FEDERATION}/v{version[0]}.{version[1]}"'
        return f"{text}, import: [{imports}])" if imports else f"{text})"


def _own_link(feature: Feature, names: list[str]) -> str:
    text = f'@link(url: "{feature.url.url}"'
    if feature.alias is not None:
        text += f', as: "{feature.alias}"'
    imports = [
        f'"{item.name}"'
        if item.name == item.alias
        else f'{{name: "{item.name}", as: "{item.alias}"}}'
        for item in feature.imports
        if item.alias[1:] in names
    ]
    if imports:
        text += f", import: [{', '.join(imports)}]"
    if feature.purpose is not None:
        text += f", for: {feature.purpose}"
    return text + ")"
