"""Places in the gathered data, and the name each field has there.

The data of one operation is one tree. A `Position` is an object's place in it, whatever route
the data takes to get there: equal places are one object, so fetches can be shared and compared.

A field keeps the client's response key wherever that is possible. Two selections cannot share a
key when a subgraph would refuse them side by side (GraphQL §5.3.2: other arguments for the same
object, or another shape of type for another object) – a subgraph's own types may differ from the
API's, so clients can cause this without doing wrong – or when a key is needed for `@requires` or
`@key` data that the client asked with other arguments. The later one then gets an alias.
"""

from __future__ import annotations

from federation.language import ListOf, NonNull, TypeRef, parse_type_ref
from federation.operation.model import Argument, Field, Fragment, Selection
from federation.operation.possible_types import PossibleTypes
from federation.supergraph.model import Supergraph

Signature = tuple[str, tuple[Argument, ...]]


class FieldShapes:
    """Whether fields of two types may be answered under one key, in every subgraph."""

    def __init__(self, supergraph: Supergraph, possible: PossibleTypes) -> None:
        self._types = supergraph.types
        self._possible = possible
        self._shapes: dict[tuple[str, str], dict[str, str]] = {}
        self._merged = [
            possible.as_set(name)
            for name, type_def in supergraph.types.items()
            if any(join.is_interface_object for join in type_def.joins)
        ]

    def overlap(self, left: str, right: str) -> bool:
        """Whether a subgraph may see an object of either type as one and the same type.

        Objects of different types are the same to a subgraph that knows their interface as an
        object: there, what is asked for one is asked for the other.
        """
        if left == right:
            return True
        one, two = self._possible.as_set(left), self._possible.as_set(right)
        return not one.isdisjoint(two) or any(
            not types.isdisjoint(one) and not types.isdisjoint(two) for types in self._merged
        )

    def agree(self, left: str, left_name: str, right: str, right_name: str) -> bool:
        """Whether `left.left_name` and `right.right_name` have the same shape of type."""
        if (left, left_name) == (right, right_name):
            return True
        one, two = self._shape(left, left_name), self._shape(right, right_name)
        return one[""] == two[""] and all(one[s] == two[s] for s in one.keys() & two.keys())

    def _shape(self, type_name: str, name: str) -> dict[str, str]:
        known = self._shapes.get((type_name, name))
        if known is None:
            known = self._shapes[type_name, name] = self._build(type_name, name)
        return known

    def _build(self, type_name: str, name: str) -> dict[str, str]:
        field = None if name == "__typename" else self._types[type_name].fields.get(name)
        if field is None:
            return {"": "String!"}
        shapes = {"": self._text(field.type)}
        subgraphs = {j.subgraph for j in self._types[type_name].joins}
        declared = {j.subgraph: j.type for j in field.joins if j.subgraph}
        for subgraph in subgraphs:
            text = declared.get(subgraph)
            if subgraph in declared or not field.joins:
                shapes[subgraph] = self._text(parse_type_ref(text)) if text else shapes[""]
        return shapes

    def _text(self, ref: TypeRef) -> str:
        match ref:
            case NonNull(inner):
                return self._text(inner) + "!"
            case ListOf(inner):
                return f"[{self._text(inner)}]"
        known = self._types.get(ref.name)
        return "{}" if known is not None and (known.fields or known.members) else ref.name


class Position:
    """An object's place. `children` by key; `steps` is the way here without type conditions."""

    __slots__ = (
        "_by_request",
        "_by_signature",
        "_entries",
        "_shapes",
        "children",
        "id",
        "key",
        "parent",
    )

    def __init__(self, id: int, key: str, parent: Position | None, shapes: FieldShapes) -> None:
        self.id = id
        self.key = key
        self.parent = parent
        self.children: dict[str, Position] = {}
        self._shapes = shapes
        # key → (type, signature) of each selection that uses it
        self._entries: dict[str, list[tuple[str, Signature]]] = {}
        # signature → the keys it has, with their place among all
        self._by_signature: dict[Signature, dict[str, int]] = {}
        self._by_request: dict[tuple[str, Signature, str], str] = {}

    def selected_key(self, field: Field) -> str:
        """Return the key for a field that the client selected here."""
        if field.name == "__typename":
            return field.name
        signature = (field.name, field.arguments)
        request = (field.parent, signature, field.key)
        known = self._by_request.get(request)
        if known is None:
            known = self._by_request[request] = self._claim(field.key, field.parent, signature)
        return known

    def required_key(self, type_name: str, field: Field) -> str:
        """Return the key for a field that a representation needs; the client's, if it has one."""
        if field.name == "__typename":
            return field.name
        signature = (field.name, field.arguments)
        request = (type_name, signature, "")
        known = self._by_request.get(request)
        if known is None:
            known = self._find(type_name, signature) or self._claim(
                field.name, type_name, signature
            )
            self._by_request[request] = known
        return known

    def _find(self, type_name: str, signature: Signature) -> str | None:
        keys = self._by_signature.get(signature)
        if keys is None:
            return None
        for key in sorted(keys, key=keys.__getitem__):
            if self._fits(key, type_name, signature):
                self._entries[key].append((type_name, signature))
                return key
        return None

    def _claim(self, wanted: str, type_name: str, signature: Signature) -> str:
        key, number = wanted, 0
        while not self._fits(key, type_name, signature):
            number += 1
            key = f"{wanted}_{number}"
        entries = self._entries.setdefault(key, [])
        entries.append((type_name, signature))
        keys = self._by_signature.setdefault(signature, {})
        keys.setdefault(key, len(self._entries) if len(entries) == 1 else self._order(key))
        return key

    def _order(self, key: str) -> int:
        return next(number for number, known in enumerate(self._entries, 1) if known == key)

    def _fits(self, key: str, type_name: str, signature: Signature) -> bool:
        if key == "__typename":
            # Alias of a client's: the engine itself reads this member of every object.
            return False
        return all(
            (other == signature or not self._shapes.overlap(type_name, other_type))
            and self._shapes.agree(type_name, signature[0], other_type, other[0])
            for other_type, other in self._entries.get(key, ())
        )


class Positions:
    """All places of one operation."""

    def __init__(self, shapes: FieldShapes) -> None:
        self._shapes = shapes
        self._count = 1
        self.root = Position(0, "", None, shapes)

    def child(self, parent: Position, key: str) -> Position:
        found = parent.children.get(key)
        if found is None:
            found = parent.children[key] = Position(self._count, key, parent, self._shapes)
            self._count += 1
        return found

    def register(self, selections: tuple[Selection, ...], position: Position) -> None:
        """Give the client's selections their keys before anything else asks for one."""
        for selection in selections:
            if isinstance(selection, Fragment):
                self.register(selection.selections, position)
            else:
                key = position.selected_key(selection)
                if selection.selections:
                    self.register(selection.selections, self.child(position, key))
