"""Operation → response shape (GraphQL October 2021 §6.3.2 CollectFields, §6.4.3 CompleteValue).

All that needs a schema is decided here: which concrete types a field is there for, its type for
each of them, which enum values and types clients may see. Types marked `@inaccessible` are left
out, so that an object of such a type is answered as null with an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from federation.language import ListOf, Named, NonNull, TypeRef
from federation.operation.model import Conditions, Field, Fragment, Operation, Selection, either
from federation.plan.shape import (
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    RawShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)
from federation.query_graph.model import QueryGraph
from federation.query_graph.positions import Position, Positions
from federation.supergraph.model import TypeKind


class ShapeTypes:
    """What shapes need to know of the types; derived once per supergraph."""

    def __init__(self, graph: QueryGraph) -> None:
        self.types = graph.supergraph.types
        self._possible = graph.possible
        self._interface_objects = graph.interface_objects
        self._visible: dict[str, tuple[str, ...]] = {}
        self._leaves: dict[str, LeafShape] = {}

    def visible(self, type_name: str) -> tuple[str, ...]:
        """Return the concrete types clients may see where `type_name` is declared."""
        known = self._visible.get(type_name)
        if known is None:
            known = self._visible[type_name] = tuple(
                name
                for name in self._possible.of(type_name)
                if not _is_hidden(self.types[name].directives)
            )
        return known

    def accepted(self, type_name: str) -> tuple[str, ...]:
        """As `visible`, and the name an interface object gives before its type is known."""
        names = self.visible(type_name)
        return (*names, type_name) if type_name in self._interface_objects else names

    def is_object(self, type_name: str) -> bool:
        known = self.types.get(type_name)
        return known is not None and known.kind is TypeKind.OBJECT

    def is_composite(self, type_name: str) -> bool:
        known = self.types.get(type_name)
        return known is not None and known.kind in (
            TypeKind.OBJECT,
            TypeKind.INTERFACE,
            TypeKind.UNION,
        )

    def leaf(self, type_name: str) -> LeafShape:
        known = self._leaves.get(type_name)
        if known is None:
            known = self._leaves[type_name] = self._leaf(type_name)
        return known

    def _leaf(self, type_name: str) -> LeafShape:
        type_def = self.types.get(type_name)
        if type_def is None or type_def.kind is not TypeKind.ENUM:
            return LeafShape(type_name)
        return LeafShape(
            type_name,
            tuple(v.name for v in type_def.values.values() if not _is_hidden(v.directives)),
        )


@dataclass(slots=True)
class _Entry:
    """One selected field and the concrete types it was selected for."""

    field: Field
    types: tuple[str, ...]


class ShapeBuilder:
    """Builds the shape of one operation."""

    def __init__(self, types: ShapeTypes, positions: Positions) -> None:
        self._types = types
        self._positions = positions

    def build(self, operation: Operation) -> ResponseShape:
        root = operation.root_type
        fields = self._fields(operation.selections, root, (root,), self._positions.root)
        return ResponseShape(ObjectShape((root,), tuple(fields), typename=root))

    def _object(
        self, selections: tuple[Selection, ...], type_name: str, position: Position
    ) -> ObjectShape:
        visible = self._types.visible(type_name)
        fields = tuple(self._fields(selections, type_name, visible, position))
        typename = type_name if self._types.is_object(type_name) else None
        return ObjectShape(self._types.accepted(type_name), fields, typename)

    def _fields(
        self,
        selections: tuple[Selection, ...],
        type_name: str,
        visible: tuple[str, ...],
        position: Position,
    ) -> Iterable[FieldShape]:
        entries: dict[str, list[_Entry]] = {}
        order: list[tuple[str, int]] = []
        for field, types in _flat(selections, visible):
            known = entries.setdefault(field.key, [])
            order.append((field.key, len(known)))
            known.append(_Entry(field, types))
        for key, index in order:
            for types, fields in self._groups(entries[key], index, visible):
                everywhere = types == visible
                yield self._field(fields, type_name, types, everywhere, position)

    def _groups(
        self, entries: list[_Entry], index: int, visible: tuple[str, ...]
    ) -> Iterable[tuple[tuple[str, ...], tuple[Field, ...]]]:
        """Group the types whose *first* selection of this key is `entries[index]`.

        Types are together when the same selections apply to them with the same type of field.
        """
        name = entries[index].field.name
        if not visible:
            # An interface without implementations: only ever seen through interface objects.
            if index == 0:
                yield (), tuple(e.field for e in entries)
            return
        groups: dict[tuple[tuple[int, ...], str], list[str]] = {}
        for type_name in entries[index].types:
            applying = tuple(i for i, e in enumerate(entries) if type_name in e.types)
            if applying[0] == index:
                declared = self._types.types[type_name].fields.get(name)
                text = str(declared.type) if declared else ""
                groups.setdefault((applying, text), []).append(type_name)
        for (applying, _), types in groups.items():
            yield tuple(types), tuple(entries[i].field for i in applying)

    def _field(
        self,
        fields: tuple[Field, ...],
        parent: str,
        types: tuple[str, ...],
        everywhere: bool,
        position: Position,
    ) -> FieldShape:
        first = fields[0]
        conditions: Conditions = first.conditions
        selections = first.selections
        for other in fields[1:]:
            conditions = either(conditions, other.conditions)
            selections = (*selections, *other.selections)
        only = None if everywhere else types
        if first.name.startswith("__"):
            value: ValueShape = TypenameShape() if first.name == "__typename" else RawShape()
            source = first.key if isinstance(value, RawShape) else first.name
            return FieldShape(first.key, source, value, False, only, conditions, parent, first.name)
        owner = types[0] if types else parent
        declared = self._types.types[owner].fields.get(first.name)
        if declared is None:
            declared = self._types.types[first.parent].fields[first.name]
        if all(field.withheld for field in fields):
            nullable = not isinstance(declared.type, NonNull)
            value = WithheldShape()
            return FieldShape(first.key, "", value, nullable, only, conditions, owner, first.name)
        source = position.selected_key(first)
        value, nullable = self._value(declared.type, selections, position, source)
        return FieldShape(first.key, source, value, nullable, only, conditions, owner, first.name)

    def _value(
        self, ref: TypeRef, selections: tuple[Selection, ...], position: Position, key: str
    ) -> tuple[ValueShape, bool]:
        nullable = True
        if isinstance(ref, NonNull):
            nullable, ref = False, ref.of
        match ref:
            case ListOf(inner):
                item, nullable_items = self._value(inner, selections, position, key)
                return ListShape(item, nullable_items), nullable
            case Named(name):
                if self._types.is_composite(name):
                    child = self._positions.child(position, key)
                    return self._object(selections, name, child), nullable
                return self._types.leaf(name), nullable


def _flat(
    selections: tuple[Selection, ...], types: tuple[str, ...]
) -> Iterable[tuple[Field, tuple[str, ...]]]:
    for selection in selections:
        if isinstance(selection, Fragment):
            if selection.type_name in types:
                yield from _flat(selection.selections, (selection.type_name,))
        else:
            yield selection, types


def _is_hidden(directives: Iterable[object]) -> bool:
    return any(d.name.value == "inaccessible" for d in directives)  # type: ignore[attr-defined]
