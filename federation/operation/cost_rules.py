"""What the graph says its fields cost: `@cost` and `@listSize`, with defaults for the rest.

Public vocabulary of the cost specification v0.1, after the IBM GraphQL cost directives (draft of
2021). Two costs are kept apart, as there: that of calling a field (its own weight and that of its
arguments), once per call, and that of each object or leaf value it returns (its type's weight). By
default a call costs nothing, an object 1, a leaf 0, an input object 1. Derived once per supergraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ConstDirectiveNode, Undefined

from federation.language import const_value, directive_arguments, named_type
from federation.operation.possible_types import PossibleTypes
from federation.supergraph.model import Field, InputValue, Supergraph, TypeKind

OBJECT_COST = 1
INPUT_OBJECT_COST = 1
MUTATION_COST = 10

_ABSTRACT = (TypeKind.INTERFACE, TypeKind.UNION)
_LEAVES = (TypeKind.SCALAR, TypeKind.ENUM)


@dataclass(frozen=True, slots=True)
class ListSize:
    """`@listSize` of a field. `defaults`: of its slicing arguments, those the schema gives.

    `sized`: the list fields below that the size is for; empty: the field is the list itself.
    """

    assumed: int | None
    slicing: tuple[str, ...]
    sized: frozenset[str]
    require_one: bool
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InputCost:
    """What one argument or input field costs. `type_name`: its named type."""

    weight: int | None
    type_name: str


class CostRules:
    """The costs of one supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.types = supergraph.types
        self.possible = PossibleTypes(supergraph)
        self._of_types: dict[str, int] = {}
        self._of_inputs: dict[str, dict[str, InputCost]] = {}

    def of_type(self, name: str) -> int:
        """Return what one value of an output type costs: of an abstract one, the dearest."""
        known = self._of_types.get(name)
        if known is None:
            known = self._of_types[name] = self._of_type(name)
        return known

    def _of_type(self, name: str) -> int:
        type_def = self.types.get(name)
        if type_def is None or type_def.kind in _LEAVES:
            weight = None if type_def is None else _weight(type_def.directives)
            return weight or 0
        if type_def.kind in _ABSTRACT:
            return max(map(self.of_type, self.possible.of(name)), default=OBJECT_COST)
        weight = _weight(type_def.directives)
        return OBJECT_COST if weight is None else weight

    def of_call(self, type_name: str, field_name: str) -> int:
        """Return what calling a field costs besides its arguments."""
        weights = [_weight(field.directives) for field in self._declared(type_name, field_name)]
        return max((weight for weight in weights if weight is not None), default=0)

    def list_size(self, type_name: str, field_name: str) -> ListSize | None:
        """Return what is said about the size of a field's lists.

        Of an interface's field that says nothing itself, what the first implementation says.
        """
        for field in self._declared(type_name, field_name):
            for node in field.directives:
                if node.name.value == "listSize":
                    return _list_size(node, field)
        return None

    def arguments(self, type_name: str, field_name: str) -> dict[str, InputCost]:
        """Return the costs of a field's arguments, the dearest of its declarations."""
        found: dict[str, InputCost] = {}
        for field in self._declared(type_name, field_name):
            for argument in field.arguments:
                cost = _input_cost(argument)
                known = found.get(argument.name)
                if known is None or (known.weight or 0) < (cost.weight or 0):
                    found[argument.name] = cost
        return found

    def is_costly(self, cost: InputCost) -> bool:
        """Whether a value there can cost anything: it is weighed, or an input object."""
        type_def = self.types.get(cost.type_name)
        return bool(cost.weight) or (type_def is not None and type_def.kind is TypeKind.INPUT)

    def of_input(self, cost: InputCost, value: Any) -> int:
        """Return what a given argument or input field costs with its value (JSON data).

        Its weight counts once; without one, each input object in it counts, and what is inside
        each.
        """
        if value is None or value is Undefined:
            return 0
        inner = self._inside(cost, value)
        return inner if cost.weight is None else cost.weight + inner

    def _inside(self, cost: InputCost, value: Any) -> int:
        if isinstance(value, list):
            return sum(self._inside(cost, item) for item in value)
        if not isinstance(value, dict):
            return 0
        fields = self._fields(cost.type_name)
        if fields is None:
            return 0
        own = INPUT_OBJECT_COST if cost.weight is None else 0
        return own + sum(
            self.of_input(fields[name], item) for name, item in value.items() if name in fields
        )

    def _fields(self, type_name: str) -> dict[str, InputCost] | None:
        known = self._of_inputs.get(type_name)
        if known is None:
            type_def = self.types.get(type_name)
            if type_def is None or type_def.kind is not TypeKind.INPUT:
                return None
            fields = type_def.input_fields.values()
            known = {field.name: _input_cost(field) for field in fields}
            self._of_inputs[type_name] = known
        return known

    def _declared(self, type_name: str, field_name: str) -> Iterator[Field]:
        """Yield the field of the type, then those of its implementations."""
        for name in dict.fromkeys((type_name, *self.possible.of(type_name))):
            field = self.types[name].fields.get(field_name)
            if field is not None:
                yield field


def _weight(directives: Iterable[ConstDirectiveNode]) -> int | None:
    for node in directives:
        if node.name.value == "cost":
            weight = directive_arguments(node).get("weight")
            return weight if isinstance(weight, int) else None
    return None


def _input_cost(value: InputValue) -> InputCost:
    return InputCost(_weight(value.directives), named_type(value.type))


def _list_size(node: ConstDirectiveNode, field: Field) -> ListSize:
    given = directive_arguments(node)
    slicing = tuple(given.get("slicingArguments") or ())
    defaults = {
        argument.name: const_value(argument.default)
        for argument in field.arguments
        if argument.name in slicing and argument.default is not None
    }
    return ListSize(
        assumed=given.get("assumedSize"),
        slicing=slicing,
        sized=frozenset(given.get("sizedFields") or ()),
        require_one=given.get("requireOneSlicingArgument", True) is not False,
        defaults=defaults,
    )
