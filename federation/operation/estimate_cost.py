"""Operation → a function that estimates its cost for one request's variables.

What does not depend on variables is summed up here; the function holds the rest as straight code:
one line a field, deepest first, so it costs a request little more than reading its variables.

cost(field) = max(0, weight + arguments) + instances × (type + what is selected below)

Instances are 1, or the size of the list: from the slicing argument, `assumedSize`, or the default.
Below an abstract type the dearest of the concrete types counts. A mutation costs 10 more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import parse_value, value_from_ast_untyped

from federation.language import ListOf, NonNull, TypeRef, named_type
from federation.operation.cost_rules import MUTATION_COST, CostRules, InputCost, ListSize
from federation.operation.model import (
    Argument,
    Conditions,
    Field,
    Fragment,
    Operation,
    Selection,
)
from federation.plan.nodes import OperationKind

# A number, or the name of a local of the generated function.
Term = int | str


class SlicingError(Exception):
    """Not exactly one slicing argument is given where one must be. `field`: its coordinate."""

    def __init__(self, field_name: str, slicing: tuple[str, ...]) -> None:
        super().__init__(field_name)
        self.field = field_name
        self.slicing = slicing


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """`fixed`: the cost where no variable plays a part. `source`: the generated code, else empty.

    `of` raises `SlicingError` when it is strict.
    """

    fixed: int | None
    source: str
    _function: Callable[[Mapping[str, Any], bool], int] | None

    def of(self, variables: Mapping[str, Any], *, strict: bool) -> int:
        """Return the cost with these variables.

        Without `strict` a list whose slicing arguments are not as they must be has the size it
        would have without any.
        """
        if self.fixed is not None:
            return self.fixed
        assert self._function is not None
        return self._function(variables, strict)


def estimate_cost(operation: Operation, rules: CostRules, list_size: int) -> CostEstimate:
    """Return the estimate of a normalised operation, lifted or not.

    `list_size`: what is assumed of lists of which the graph says nothing.
    """
    writer = CostWriter(rules, list_size)
    base = MUTATION_COST if operation.kind is OperationKind.MUTATION else 0
    total = writer.add([base, writer.selections(operation.selections, None)])
    if isinstance(total, int) and not writer.lines:
        return CostEstimate(total, "", None)
    # Also where the sum is known: what is left is to see that slicing arguments are there.
    source, function = writer.function(str(total))
    return CostEstimate(None, source, function)


@dataclass(slots=True)
class CostWriter:
    """Writes one function. `places`, when there, is filled with how many objects there are where.

    Places are paths of response keys; `at` is the one being written, `objects` how many are there.
    """

    rules: CostRules
    list_size: int
    places: dict[tuple[str, ...], Term] | None = None
    at: tuple[str, ...] = ()
    objects: Term = 1
    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def function(self, result: str) -> tuple[str, Callable[[Mapping[str, Any], bool], Any]]:
        """Return the source of the function that returns the expression `result`, and itself."""
        body = "\n    ".join((*self.lines, f"return {result}"))
        source = f"def estimate(v, strict):\n    {body}\n"
        space: dict[str, Any] = {"sliced": _sliced, **self.names}
        exec(compile(source, "<cost>", "exec"), space)  # noqa: S102 - made of our own names only
        return source, space["estimate"]

    # Sums

    def local(self, expression: str) -> str:
        name = f"t{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {expression}")
        return name

    def constant(self, value: Any) -> str:
        """Return a name for a value that the code reads."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def add(self, terms: Iterable[Term]) -> Term:
        fixed, others = 0, []
        for term in terms:
            if isinstance(term, int):
                fixed += term
            else:
                others.append(term)
        if not others:
            return fixed
        parts = others if not fixed else [*others, str(fixed)]
        return parts[0] if len(parts) == 1 else self.local(" + ".join(parts))

    def times(self, one: Term, other: Term) -> Term:
        if isinstance(one, int) and isinstance(other, int):
            return one * other
        if 0 in (one, other):
            return 0
        if 1 in (one, other):
            return other if one == 1 else one
        return self.local(f"{one} * {other}")

    def dearest(self, terms: list[Term]) -> Term:
        fixed = max((term for term in terms if isinstance(term, int)), default=0)
        others = [term for term in terms if isinstance(term, str)]
        return self.local(f"max({', '.join([*others, str(fixed)])})") if others else fixed

    # The operation

    def selections(self, selections: tuple[Selection, ...], size: _Sized | None) -> Term:
        """Return the cost of what is selected on one object; `size`: of lists among it."""
        common = [self.field(item, size) for item in selections if isinstance(item, Field)]
        by_type = [
            self.selections(item.selections, size)
            for item in selections
            if isinstance(item, Fragment)
        ]
        return self.add([*common, self.dearest(by_type)])

    def field(self, item: Field, size: _Sized | None) -> Term:
        if item.withheld or item.name.startswith("__"):
            return 0
        rules = self.rules
        declared = rules.types[item.parent].fields[item.name].type
        listed = rules.list_size(item.parent, item.name)
        given = None if listed is None else self.sliced(item, listed)
        below = None
        own: Term | None = None
        if listed is not None and given is not None:
            if listed.sized:
                below = _Sized(listed.sized, given)
            else:
                own = given
        if size is not None and item.name in size.fields:
            own = size.size
        instances = self.instances(declared, own)
        around, above = self.at, self.objects
        if self.places is not None and item.selections:
            self.at = (*around, item.key)
            self.objects = self.times(above, instances)
            known = self.places.get(self.at)
            here = [self.objects] if known is None else [known, self.objects]
            self.places[self.at] = self.dearest(here)
        inner = self.add(
            [rules.of_type(named_type(declared)), self.selections(item.selections, below)]
        )
        self.at, self.objects = around, above
        total = self.add([self.call(item), self.times(instances, inner)])
        return self.under(item.conditions, total)

    def under(self, conditions: Conditions, cost: Term) -> Term:
        if not conditions or cost == 0:
            return cost
        alternatives = (
            "(" + " and ".join(f"v.get({name!r}) is {wanted}" for name, wanted in literals) + ")"
            for literals in conditions
        )
        return self.local(f"{cost} if {' or '.join(alternatives)} else 0")

    def instances(self, ref: TypeRef, own: Term | None) -> Term:
        """Return how many values a field returns; `own`: the size of its outermost list."""
        depth = _depth(ref)
        if not depth:
            return 1
        outer: Term = self.list_size if own is None else own
        return self.times(outer, self.list_size ** (depth - 1))

    def call(self, item: Field) -> Term:
        weight = self.rules.of_call(item.parent, item.name)
        if not item.arguments:
            return max(0, weight)
        costs = self.rules.arguments(item.parent, item.name)
        terms: list[Term] = [weight]
        for argument in item.arguments:
            cost = costs.get(argument.name)
            if cost is not None and self.rules.is_costly(cost):
                terms.append(self.argument(argument, cost))
        total = self.add(terms)
        return max(0, total) if isinstance(total, int) else self.local(f"max(0, {total})")

    def argument(self, argument: Argument, cost: InputCost) -> Term:
        if not argument.variables:
            value = value_from_ast_untyped(parse_value(argument.text))
            return self.rules.of_input(cost, value)
        read = self.constant(_reader(argument))
        return self.local(f"{self.constant(self.rules.of_input)}({self.constant(cost)}, {read}(v))")

    def sliced(self, item: Field, listed: ListSize) -> Term:
        """Return the size that a field's arguments give its lists."""
        otherwise = self.list_size if listed.assumed is None else listed.assumed
        if not listed.slicing:
            return otherwise
        given = [one for one in item.arguments if one.name in listed.slicing]
        slicing = _Slicing(
            f"{item.parent}.{item.name}",
            listed,
            otherwise,
            tuple(_reader(one) for one in given),
        )
        if not any(one.variables for one in given) and not slicing.is_wrong({}):
            return _sliced(slicing, {}, False)
        return self.local(f"sliced({self.constant(slicing)}, v, strict)")


@dataclass(frozen=True, slots=True)
class _Sized:
    """The list fields of an object whose size the field that returned it has given."""

    fields: frozenset[str]
    size: Term


@dataclass(frozen=True, slots=True)
class _Slicing:
    """The slicing arguments that one selection gives. `otherwise`: the size without any."""

    coordinate: str
    listed: ListSize
    otherwise: int
    given: tuple[Callable[[Mapping[str, Any]], Any], ...]

    def sizes(self, variables: Mapping[str, Any]) -> list[int]:
        """Return the sizes that are given, or else those that are defaults of the schema."""
        sizes = [_size(read(variables)) for read in self.given]
        found = [size for size in sizes if size is not None]
        if not found:
            defaults = (_size(value) for value in self.listed.defaults.values())
            found = [size for size in defaults if size is not None][:1]
        return found

    def is_wrong(self, variables: Mapping[str, Any]) -> bool:
        return self.listed.require_one and len(self.sizes(variables)) != 1


def _sliced(slicing: _Slicing, variables: Mapping[str, Any], strict: bool) -> int:
    sizes = slicing.sizes(variables)
    if strict and slicing.listed.require_one and len(sizes) != 1:
        raise SlicingError(slicing.coordinate, slicing.listed.slicing)
    return max(sizes, default=slicing.otherwise)


def _size(value: Any) -> int | None:
    """Return the size an argument asks for: a number, or as many as a list has; None for null."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0, int(value))


def _reader(argument: Argument) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function that gives an argument's value as JSON data; absent is None."""
    if len(argument.variables) == 1 and argument.text == f"${argument.variables[0]}":
        name = argument.variables[0]
        return lambda variables: variables.get(name)
    node = parse_value(argument.text)
    return lambda variables: value_from_ast_untyped(node, dict(variables))


def _depth(ref: TypeRef) -> int:
    """Return in how many lists a value of a type is.

    >>> from federation.language import parse_type_ref
    >>> _depth(parse_type_ref("[[Int!]!]"))
    2
    """
    depth = 0
    while isinstance(ref, NonNull | ListOf):
        depth += isinstance(ref, ListOf)
        ref = ref.of
    return depth
