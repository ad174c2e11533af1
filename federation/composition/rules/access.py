"""A field that needs protected data must be protected as much (MISSING_TRANSITIVE_AUTH…).

With `@requires` or `@fromContext` a subgraph sees other subgraphs' data and may answer with what
follows from it; a client that may not see that data must not see the answer. Since v2.9.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from graphql import ConstDirectiveNode, FieldNode, InlineFragmentNode, SelectionSetNode

from federation.composition.result import Diagnostics
from federation.composition.subgraph.contexts import Reference
from federation.composition.subgraph.state import SubgraphState
from federation.language import directive_arguments, named_type, parse_field_set
from federation.supergraph.model import Field, JoinField, Supergraph, TypeDef

Alternatives = list[frozenset[str]]

_MAX_WAYS = 100_000


@dataclass(slots=True)
class _Access:
    """What a client must have; scopes and policies as alternatives of names all needed."""

    authenticated: bool = False
    scopes: list[Alternatives] = field(default_factory=list)
    policies: list[Alternatives] = field(default_factory=list)

    def add(self, directives: Iterable[ConstDirectiveNode]) -> None:
        for node in directives:
            arguments = directive_arguments(node)
            match node.name.value:
                case "authenticated":
                    self.authenticated = True
                case "requiresScopes":
                    self.scopes.append(_alternatives(arguments.get("scopes")))
                case "policy":
                    self.policies.append(_alternatives(arguments.get("policies")))

    def covers(self, other: _Access) -> bool:
        """Return whether a client that meets this meets `other` too."""
        return (
            (self.authenticated or not other.authenticated)
            and _covers(self.scopes, other.scopes)
            and _covers(self.policies, other.policies)
        )


def access_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    by_name = {state.name: state for state in states}
    for type_ in supergraph.types.values():
        for item in type_.fields.values():
            for join in item.joins:
                _check(supergraph, by_name, type_, item, join, diagnostics)


def _check(
    supergraph: Supergraph,
    states: dict[str, SubgraphState],
    type_: TypeDef,
    item: Field,
    join: JoinField,
    diagnostics: Diagnostics,
) -> None:
    needed = [(at, "@requires") for at in _required(supergraph, type_, join)]
    needed += [(at, "@fromContext") for at in _from_contexts(supergraph, join)]
    if not needed or join.subgraph is None:
        return
    own = _Access()
    own.add(type_.directives)
    own.add(item.directives)
    state = states[join.subgraph]
    for (coordinate, directives), how in dict.fromkeys(needed):
        other = _Access()
        other.add(directives)
        if not own.covers(other):
            wanted = ", ".join(f"@{node.name.value}" for node in directives if _is_access(node))
            declared = state.types[type_.name].fields[item.name]
            diagnostics.report(
                "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                f'"{type_.name}.{item.name}" in subgraph "{state.name}" needs "{coordinate}" by '
                f"{how}, which is protected by {wanted}, but is not protected as much itself. Add "
                f"{wanted} with the same values to the field or its type.",
                f"{type_.name}.{item.name}",
                [(state.name, declared.node)],
            )


_Protected = tuple[str, tuple[ConstDirectiveNode, ...]]


def _required(supergraph: Supergraph, type_: TypeDef, join: JoinField) -> Iterator[_Protected]:
    if join.requires is not None:
        yield from _protected(supergraph, type_, parse_field_set(join.requires))


def _from_contexts(supergraph: Supergraph, join: JoinField) -> Iterator[_Protected]:
    for argument in join.context_arguments:
        selection_set = Reference(argument.context, argument.selection).parse()
        for type_ in supergraph.types.values():
            contexts = [directive_arguments(n) for n in type_.directives if _is_context(n)]
            if any(context.get("name") == argument.context for context in contexts):
                if any(_is_access(node) for node in type_.directives):
                    yield type_.name, type_.directives
                yield from _protected(supergraph, type_, selection_set)


def _protected(
    supergraph: Supergraph, type_: TypeDef, selection_set: SelectionSetNode | None
) -> Iterator[_Protected]:
    """Yield what a selection touches that has access requirements, with its coordinate."""
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, InlineFragmentNode):
            name = node.type_condition.name.value if node.type_condition else type_.name
            condition = supergraph.types[name]
            if any(_is_access(d) for d in condition.directives):
                yield name, condition.directives
            yield from _protected(supergraph, condition, node.selection_set)
        elif isinstance(node, FieldNode) and node.name.value in type_.fields:
            item = type_.fields[node.name.value]
            if any(_is_access(d) for d in item.directives):
                yield f"{type_.name}.{item.name}", item.directives
            below = supergraph.types.get(named_type(item.type))
            if below is not None:
                if any(_is_access(d) for d in below.directives):
                    yield below.name, below.directives
                yield from _protected(supergraph, below, node.selection_set)


def _is_access(node: ConstDirectiveNode) -> bool:
    return node.name.value in ("authenticated", "requiresScopes", "policy")


def _is_context(node: ConstDirectiveNode) -> bool:
    return node.name.value == "context"


def _alternatives(value: object) -> Alternatives:
    return [frozenset(map(str, names)) for names in value] if isinstance(value, list) else []


def _covers(given: list[Alternatives], wanted: list[Alternatives]) -> bool:
    """Whether whoever meets all of `given` meets all of `wanted`.

    Each way to meet `given` is one alternative of each of its conditions, taken together.
    """
    ways: Alternatives = [frozenset()]
    for alternatives in given:
        if len(ways) * len(alternatives) > _MAX_WAYS:
            return not wanted  # too many to look at: told as if not protected
        ways = [way | names for way in ways for names in alternatives]
    return all(
        any(names <= way for names in alternatives) for alternatives in wanted for way in ways
    )
