"""What merging knows of all subgraphs at once.

Built once before the types are merged; the merge modules read it and report to `diagnostics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from federation.composition.result import Diagnostics, Place
from federation.composition.subgraph.state import Element, SubgraphState, TypeState
from federation.supergraph.model import TypeKind

Source = tuple[SubgraphState, TypeState]
ROOTS = frozenset({"Query", "Mutation", "Subscription"})


@dataclass(frozen=True, slots=True)
class ComposedDirective:
    """A directive of an author's own that goes into the supergraph, as `@name`.

    `subgraphs` are those in which the name means this directive.
    """

    name: str
    repeatable: bool
    subgraphs: frozenset[str]


@dataclass(slots=True)
class MergeContext:
    """`sources`: type name → who defines it. `kinds`: the kind it has in the supergraph.

    `subtypes`: abstract type → object and interface types below it, in any subgraph.
    `composed`: local name → directive that authors asked to keep. `interface_objects`: names that
    some subgraph defines as `@interfaceObject`.
    """

    states: Sequence[SubgraphState]
    diagnostics: Diagnostics
    sources: dict[str, list[Source]] = field(default_factory=dict)
    kinds: dict[str, TypeKind] = field(default_factory=dict)
    subtypes: dict[str, set[str]] = field(default_factory=dict)
    interfaces: dict[str, list[str]] = field(default_factory=dict)
    composed: dict[str, ComposedDirective] = field(default_factory=dict)
    graphs: dict[str, str] = field(default_factory=dict)
    interface_objects: set[str] = field(default_factory=set)

    def is_entity(self, name: str) -> bool:
        return any(type_.has("key") for _, type_ in self.sources.get(name, ()))

    def interface_object_sources(self, name: str) -> list[Source]:
        """Return who stands in for an interface by `@interfaceObject`."""
        if name not in self.interface_objects:  # nearly all are not, and all fields ask
            return []
        return [s for s in self.sources.get(name, ()) if s[1].is_interface_object]

    def possible_types(self, name: str) -> set[str]:
        """Return the object types below an abstract type, over all subgraphs."""
        return {n for n in self.subtypes.get(name, ()) if self.kinds.get(n) is TypeKind.OBJECT}


def build_context(states: Sequence[SubgraphState], diagnostics: Diagnostics) -> MergeContext:
    """Collect sources and subtypes over all subgraphs."""
    context = MergeContext(states, diagnostics)
    for state in states:
        for type_ in state.types.values():
            context.sources.setdefault(type_.name, []).append((state, type_))
            if type_.is_interface_object:
                context.interface_objects.add(type_.name)
            for member in type_.members:
                context.subtypes.setdefault(type_.name, set()).add(member)
            for interface in type_.interfaces:
                context.subtypes.setdefault(interface, set()).add(type_.name)
                known = context.interfaces.setdefault(type_.name, [])
                if interface not in known:
                    known.append(interface)
    return context


def places(elements: Iterable[tuple[SubgraphState, Element]]) -> list[Place]:
    """Return where elements are written."""
    return [(state.name, element.node) for state, element in elements]


def names(elements: Iterable[tuple[SubgraphState, object]]) -> str:
    """Return the subgraphs' names for a message: `"a"`, `"b"`."""
    return ", ".join(f'"{state.name}"' for state, _ in elements)
