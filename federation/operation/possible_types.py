"""Which concrete types a type of the supergraph stands for (GraphQL §5.5.2.3)."""

from __future__ import annotations

from federation.supergraph.model import Supergraph, TypeKind


class PossibleTypes:
    """Concrete types per type name, sorted by name. Built once per supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        found: dict[str, list[str]] = {}
        for name, type_def in supergraph.types.items():
            if type_def.kind is TypeKind.OBJECT:
                found.setdefault(name, []).append(name)
                for interface in type_def.interfaces:
                    found.setdefault(interface, []).append(name)
            elif type_def.kind is TypeKind.UNION:
                found[name] = list(type_def.members)
        self._tuples = {name: tuple(sorted(set(types))) for name, types in found.items()}
        self._sets = {name: frozenset(types) for name, types in self._tuples.items()}

    def of(self, type_name: str) -> tuple[str, ...]:
        return self._tuples.get(type_name, ())

    def as_set(self, type_name: str) -> frozenset[str]:
        return self._sets.get(type_name, frozenset())
