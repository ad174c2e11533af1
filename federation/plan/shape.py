"""The response shape: all that projecting the answer needs, without a schema.

The executor gathers data in one tree whose members are named by the fetches. The shape says which
of them the client asked for, in which order, under which name, of which type, and what a null
means. Specification: GraphQL October 2021 §6.4 (CollectFields, CompleteValue, null propagation).
"""

from __future__ import annotations

from dataclasses import dataclass

# A disjunction of conjunctions of (variable, wanted value): (("a", True), ("b", False)) is
# `@include(if: $a) @skip(if: $b)`. The empty disjunction means: always.
Condition = tuple[tuple[tuple[str, bool], ...], ...]


@dataclass(frozen=True, slots=True)
class LeafShape:
    """A scalar (`allowed` None) or an enum (`allowed`: the values clients may see).

    `scalar` names the type; the executor checks built-in ones (Int, Float, String, Boolean, ID).
    """

    scalar: str
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object, whatever its concrete type.

    `types`: the concrete types that the client may see here (and the interface's own name where
    an interface object answers and nothing depends on the concrete type). An object of another
    type is answered as null with an error. `typename` is the one type's name where only one is
    possible: then data need not carry `__typename`.
    """

    types: tuple[str, ...]
    fields: tuple[FieldShape, ...]
    typename: str | None = None


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list; `nullable_items` False means a null item nulls the list."""

    item: ValueShape
    nullable_items: bool


@dataclass(frozen=True, slots=True)
class TypenameShape:
    """`__typename`: answered from the data or from the one possible type."""


@dataclass(frozen=True, slots=True)
class RawShape:
    """Passed on untouched: introspection data, answered beside the fetches."""


@dataclass(frozen=True, slots=True)
class WithheldShape:
    """Null, whatever the data holds: the caller may not see the field.

    Its `FieldShape.source` is empty: it is read from nowhere.
    """


ValueShape = LeafShape | ObjectShape | ListShape | TypenameShape | RawShape | WithheldShape


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One member of the answer.

    `key`: name in the answer (alias or field name). `source`: member of the gathered data.
    `types`: concrete types of the parent for which it is there (None: all).
    `field`: the schema's field name and `parent`: its type, for messages.
    """

    key: str
    source: str
    value: ValueShape
    nullable: bool
    types: tuple[str, ...] | None = None
    conditions: Condition = ()
    parent: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class ResponseShape:
    """The whole answer: an object of the root type."""

    root: ObjectShape
