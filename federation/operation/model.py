"""The normalised operation: immutable, hashable, independent of graphql-core's AST.

A selection is a `Field` or a `Fragment` on one *object* type; fragments never nest directly.
Argument values stay text exactly as written (block strings become plain ones), so that no number
loses digits. Conditions of fragments are pushed down to the fields inside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from federation.language import TypeRef
from federation.plan.nodes import OperationKind

# Conjunction of (variable, wanted value), sorted; a disjunction of them, () meaning "always".
Literals = tuple[tuple[str, bool], ...]
Conditions = tuple[Literals, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """`name: text`; `variables` are those that `text` uses."""

    name: str
    text: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field selected on `parent` (an object, interface or union of the supergraph).

    `arguments` are sorted by name: their order means nothing, and equal calls must be equal.
    `withheld`: the caller may not see it (`passes/withhold_fields`); never fetched, answered null.
    """

    key: str
    name: str
    parent: str
    arguments: tuple[Argument, ...] = ()
    conditions: Conditions = ()
    selections: tuple[Selection, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """Selections for objects of the concrete type `type_name` only."""

    type_name: str
    selections: tuple[Selection, ...]


Selection = Field | Fragment


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable definition. `default` is GraphQL text, or None when there is none."""

    name: str
    type: TypeRef
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, normalised. `root_type` is the supergraph's type for `kind`.

    `order`: see `passes/order_mutation`; empty where root fields run as they are selected.
    `lifted`: values of variables that stand for literals (`passes/lift_literals`), as JSON data.
    They are no part of what is planned: operations that differ in them only are equal.
    """

    kind: OperationKind
    name: str | None
    root_type: str
    variables: tuple[Variable, ...]
    selections: tuple[Selection, ...]
    order: tuple[tuple[str, Conditions], ...] = ()
    lifted: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def in_order(self) -> tuple[Selection, ...]:
        """Return the root selections as they run: a key may come again, under other conditions."""
        if not self.order:
            return self.selections
        fields = {item.key: item for item in self.selections if isinstance(item, Field)}
        ordered = {key for key, _ in self.order}
        free = (item for key, item in fields.items() if key not in ordered)
        return (*free, *(replace(fields[key], conditions=when) for key, when in self.order))


def both(left: Conditions, right: Conditions) -> Conditions | None:
    """Return the conjunction of two conditions, or None when it can never hold.

    >>> both(((("a", True),),), ((("b", False),),))
    ((('a', True), ('b', False)),)
    >>> both(((("a", True),),), ((("a", False),),)) is None
    True
    """
    if not left or not right:
        return left or right
    found: list[Literals] = []
    for one in left:
        for two in right:
            merged = dict(one)
            if all(merged.setdefault(name, wanted) == wanted for name, wanted in two):
                literals = tuple(sorted(merged.items()))
                if literals not in found:
                    found.append(literals)
    return _simplest(found) if found else None


def either(left: Conditions, right: Conditions) -> Conditions:
    """Return the disjunction of two conditions.

    >>> either((), ((("a", True),),))
    ()
    >>> either(((("a", True),),), ((("a", True), ("b", True)),))
    ((('a', True),),)
    """
    if not left or not right or left == right:
        return left if left == right else ()
    return _simplest([*left, *(literals for literals in right if literals not in left)])


def _simplest(found: list[Literals]) -> Conditions:
    """Drop conjunctions implied by a shorter one, and a full pair (a or not a)."""
    sets = [frozenset(literals) for literals in found]
    kept = [
        literals
        for index, literals in enumerate(found)
        if not any(other < sets[index] for other in sets)
    ]
    single = {literals[0] for literals in kept if len(literals) == 1}
    if any((name, not wanted) in single for name, wanted in single):
        return ()
    return tuple(kept)
