"""What the graph demands of a caller: `@authenticated`, `@requiresScopes`, `@policy`.

Public vocabulary of the specifications authenticated v0.1, requiresScopes v0.1 and policy v0.1: a
rule on a field holds for the field; one on a type (object, interface, scalar, enum) holds wherever
a field returns it and for all of its fields. How rules of several subgraphs become one is
composition's business. Derived once per supergraph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from graphql import ConstDirectiveNode

from federation.language import directive_arguments, named_type
from federation.operation.model import Field, Fragment, Operation, Selection
from federation.operation.possible_types import PossibleTypes
from federation.supergraph.model import Field as FieldDef
from federation.supergraph.model import Supergraph, TypeDef, TypeKind

# Texts of rules, see `AccessRule.text`.
Rules = frozenset[str]

_NONE: Rules = frozenset()
_ARGUMENTS = {"authenticated": "", "requiresScopes": "scopes", "policy": "policies"}


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One demand. `alternatives`: the caller must have all names of one of them.

    `text` is the rule as it is written in the graph, in one form: equal rules have equal texts.
    """

    directive: str
    alternatives: tuple[frozenset[str], ...]
    text: str

    def holds(self, names: Collection[str]) -> bool:
        """Return whether scopes or policies with these names are enough."""
        return any(alternative.issubset(names) for alternative in self.alternatives)


class AccessRules:
    """The rules of one supergraph. `rules` by text; empty for a graph without any."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.rules: dict[str, AccessRule] = {}
        self.possible = PossibleTypes(supergraph)
        self.types = supergraph.types
        self._of_types = {
            name: found
            for name, type_def in supergraph.types.items()
            if (found := self._read(type_def.directives))
        }
        self._of_fields = {
            (name, field.name): found
            for name, type_def in supergraph.types.items()
            for field in type_def.fields.values()
            if (found := self._read(field.directives))
        }
        self._known: dict[tuple[str, str], Rules] = {}

    def __bool__(self) -> bool:
        return bool(self.rules)

    def is_abstract(self, type_name: str) -> bool:
        return self.types[type_name].kind in (TypeKind.INTERFACE, TypeKind.UNION)

    def demanded(self, type_name: str, field_name: str) -> Rules:
        """Return what selecting a field of a type demands.

        Meta fields demand nothing: what returns the object was asked for, with its own demands.
        """
        if field_name.startswith("__"):
            return _NONE
        key = (type_name, field_name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = frozenset(self._demanded(*key))
        return known

    def touched(self, operation: Operation) -> tuple[AccessRule, ...]:
        """Return the rules on which depends what of the operation a caller may see, in order."""
        if not self.rules:
            return ()
        found = set(self._touched(operation.selections, self.possible.as_set(operation.root_type)))
        return tuple(self.rules[text] for text in sorted(found))

    def _demanded(self, type_name: str, field_name: str) -> Iterator[str]:
        type_def = self.types[type_name]
        yield from self._of_types.get(type_name, ())
        yield from self._of_fields.get((type_name, field_name), ())
        field = type_def.fields.get(field_name)
        if field is None:
            return
        yield from self._of_types.get(named_type(field.type), ())
        if _is_of_interface_object(field):
            # Who resolves it knows the interface only, so that is where its author put the rules.
            for interface in self._interface_objects(type_def, field_name):
                yield from self._of_types.get(interface, ())
                yield from self._of_fields.get((interface, field_name), ())

    def _interface_objects(self, type_def: TypeDef, field_name: str) -> Iterator[str]:
        for name in type_def.interfaces:
            interface = self.types.get(name)
            if interface is not None and field_name in interface.fields:
                yield name

    def _touched(
        self, selections: tuple[Selection, ...], possible: frozenset[str]
    ) -> Iterator[str]:
        for item in selections:
            if isinstance(item, Fragment):
                yield from self._touched(item.selections, frozenset((item.type_name,)))
                continue
            yield from self.demanded(item.parent, item.name)
            if item.name.startswith("__"):
                continue
            if self.is_abstract(item.parent):
                for type_name in possible:
                    yield from self.demanded(type_name, item.name)
            if item.selections:
                yield from self._touched(item.selections, self.below(item))

    def below(self, field: Field) -> frozenset[str]:
        """Return the concrete types of the objects a field may return."""
        declared = self.types[field.parent].fields[field.name].type
        return self.possible.as_set(named_type(declared))

    def _read(self, directives: Iterable[ConstDirectiveNode]) -> Rules:
        found = set()
        for node in directives:
            argument = _ARGUMENTS.get(node.name.value)
            if argument is not None:
                rule = _rule(node, argument)
                self.rules[rule.text] = rule
                found.add(rule.text)
        return frozenset(found)


def _rule(node: ConstDirectiveNode, argument: str) -> AccessRule:
    directive = node.name.value
    if not argument:
        return AccessRule(directive, (), f"@{directive}")
    given = directive_arguments(node).get(argument)
    # Input coercion makes a list of a single value (GraphQL §3.11), at both levels.
    outer = given if isinstance(given, list) else [given]
    lists = [inner if isinstance(inner, list) else [inner] for inner in outer]
    alternatives = sorted({tuple(sorted(map(str, inner))) for inner in lists})
    text = f"@{directive}({argument}: {[list(names) for names in alternatives]})"
    return AccessRule(directive, tuple(map(frozenset, alternatives)), text)


def _is_of_interface_object(field: FieldDef) -> bool:
    """Whether no subgraph resolves the field on its type, see `JoinField.subgraph`."""
    return bool(field.joins) and all(join.subgraph is None for join in field.joins)
