"""Pass: mark what the caller may not see, so that it is never fetched and answered null.

A field of an abstract type is withheld for those concrete types that demand more than the caller
has, and stays for the others. An object of which nothing is left to ask is withheld itself: it
would be fetched for nothing, and its being there be told.

Runs after merging: a rule holds for a field of a type, whichever fragments asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from federation.language import ListOf, NonNull, TypeRef, named_type
from federation.operation.access_rules import AccessRules, Rules
from federation.operation.model import (
    Conditions,
    Field,
    Fragment,
    Operation,
    Selection,
    both,
    either,
)
from federation.operation.passes.merge_selections import merge_selections

# Response keys; `@` is each item of a list.
ResponsePath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithheldField:
    """A place of the answer that is null because of an access rule, and when it is asked for."""

    path: ResponsePath
    conditions: Conditions = ()


@dataclass(frozen=True, slots=True)
class Withholding:
    """`emptied`: objects that are withheld since nothing of them is left."""

    operation: Operation
    fields: tuple[WithheldField, ...]
    emptied: frozenset[ResponsePath]


def withhold_fields(
    operation: Operation,
    access: AccessRules,
    denied: Rules,
    emptied: frozenset[ResponsePath] | None = None,
) -> Withholding:
    """Return the operation with all fields marked that demand one of the `denied` rules.

    `emptied`: of an operation that this one is a part of; which objects are empty is decided there.
    """
    marking = _Marking(access, denied, emptied)
    root = operation.root_type
    selections = marking.selections(operation.selections, frozenset((root,)), (), ())
    fields = tuple(WithheldField(path, when) for path, when in marking.found.items())
    marked = replace(operation, selections=selections)
    return Withholding(marked, fields, frozenset(marking.emptied))


def without_withheld(operation: Operation) -> Operation:
    """Return what is to be fetched of an operation."""
    if not _has_withheld(operation.selections):
        return operation
    selections = tuple(_fetched(operation.selections))
    keys = {item.key for item in selections if isinstance(item, Field)}
    order = tuple(place for place in operation.order if place[0] in keys)
    return replace(operation, selections=selections, order=order)


def _has_withheld(selections: tuple[Selection, ...]) -> bool:
    return any(
        (isinstance(item, Field) and item.withheld) or _has_withheld(item.selections)
        for item in selections
    )


def _fetched(selections: tuple[Selection, ...]) -> Iterator[Selection]:
    for item in selections:
        if isinstance(item, Field) and item.withheld:
            continue
        if not item.selections:
            yield item
            continue
        inner = tuple(_fetched(item.selections))
        if inner:
            yield replace(item, selections=inner)
        elif isinstance(item, Field):
            # Whether the object is there has to be known.
            yield replace(item, selections=(Field("__typename", "__typename", item.parent),))


@dataclass(slots=True)
class _Marking:
    access: AccessRules
    denied: Rules
    given: frozenset[ResponsePath] | None
    found: dict[ResponsePath, Conditions] = field(default_factory=dict)
    emptied: set[ResponsePath] = field(default_factory=set)

    def selections(
        self,
        selections: tuple[Selection, ...],
        possible: frozenset[str],
        path: ResponsePath,
        conditions: Conditions,
    ) -> tuple[Selection, ...]:
        """Return the selections on objects of the `possible` types, marked.

        `conditions`: when the answer comes to `path`.
        """
        result: list[Selection] = []
        split = False
        for item in selections:
            if isinstance(item, Fragment):
                only = frozenset((item.type_name,))
                inner = self.selections(item.selections, only, path, conditions)
                result.append(replace(item, selections=inner))
                continue
            closed = self._closed(item, possible)
            if not closed:
                result.append(self._open(item, path, conditions))
            elif closed == possible or not possible:
                result.append(self._withheld(item, path, conditions))
            else:
                split = True
                result += self._by_type(item, possible, closed, path, conditions)
        return merge_selections(tuple(result)) if split else tuple(result)

    def _closed(self, item: Field, possible: frozenset[str]) -> frozenset[str]:
        """Return the types for whose objects the caller may not see the field."""
        if not self.denied.isdisjoint(self.access.demanded(item.parent, item.name)):
            return possible or frozenset((item.parent,))
        if not self.access.is_abstract(item.parent):
            return frozenset()
        return frozenset(
            name
            for name in possible
            if not self.denied.isdisjoint(self.access.demanded(name, item.name))
        )

    def _by_type(
        self,
        item: Field,
        possible: frozenset[str],
        closed: frozenset[str],
        path: ResponsePath,
        conditions: Conditions,
    ) -> Iterator[Fragment]:
        for name in sorted(possible):
            own = self._narrowed(item, name)
            made = (
                self._withheld(own, path, conditions)
                if name in closed
                else self._open(own, path, conditions)
            )
            yield Fragment(name, (made,))

    def _withheld(self, item: Field, path: ResponsePath, conditions: Conditions) -> Field:
        self._report((*path, item.key), both(conditions, item.conditions))
        return replace(item, arguments=(), selections=(), withheld=True)

    def _report(self, path: ResponsePath, conditions: Conditions | None) -> None:
        if conditions is None:
            return
        known = self.found.get(path)
        self.found[path] = conditions if known is None else either(known, conditions)

    def _open(self, item: Field, path: ResponsePath, conditions: Conditions) -> Field:
        if not item.selections:
            return item
        ref = self._type(item)
        here = (*path, item.key)
        below = (*here, *_items(ref))
        when = both(conditions, item.conditions)
        if when is None:
            return item
        inner = self.selections(item.selections, self.access.below(item), below, when)
        if self.given is None:
            empty = _is_empty(inner) and any(not one.conditions for one in _leaves(inner))
        else:
            empty = here in self.given
        if empty:
            self.emptied.add(here)
        return replace(item, selections=inner, withheld=empty)

    def _type(self, item: Field) -> TypeRef:
        return self.access.types[item.parent].fields[item.name].type

    def _narrowed(self, item: Field, type_name: str) -> Field:
        """Return the field as it is selected on an object type that implements its parent."""
        own = replace(item, parent=type_name)
        if not item.selections:
            return own
        was, now = named_type(self._type(item)), named_type(self._type(own))
        return replace(own, selections=tuple(self._on(item.selections, was, now)))

    def _on(self, selections: tuple[Selection, ...], was: str, now: str) -> Iterator[Selection]:
        """Yield selections on type `was` as they are on `now`, which is one of its subtypes."""
        if was == now:
            yield from selections
            return
        possible = self.access.possible.as_set(now)
        for item in selections:
            if isinstance(item, Field):
                meta = item.name.startswith("__")
                yield replace(item, parent=now) if meta else self._narrowed(item, now)
            elif item.type_name == now:
                yield from item.selections
            elif item.type_name in possible:
                yield item


def _items(ref: TypeRef) -> Iterator[str]:
    """Yield `@` for each list that a value of this type is in."""
    while isinstance(ref, NonNull | ListOf):
        if isinstance(ref, ListOf):
            yield "@"
        ref = ref.of


def _is_empty(selections: tuple[Selection, ...]) -> bool:
    return all(
        _is_empty(item.selections) if isinstance(item, Fragment) else item.withheld
        for item in selections
    )


def _leaves(selections: tuple[Selection, ...]) -> Iterator[Field]:
    """Yield the fields of one object, of whichever type it is."""
    for item in selections:
        if isinstance(item, Fragment):
            yield from _leaves(item.selections)
        else:
            yield item
