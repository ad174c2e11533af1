"""What an answer did cost, counted from its data as the estimate counts what may come.

The same weights, with the sizes that lists really have. An object of an abstract type counts as
its type where the client asked for `__typename`, else as the dearest. What is null cost its call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.language import named_type
from federation.operation.cost_rules import MUTATION_COST, CostRules
from federation.operation.estimate_cost import CostWriter
from federation.operation.model import Field, Fragment, Operation, Selection
from federation.plan.nodes import OperationKind


@dataclass(slots=True)
class _Member:
    """One response key of an object: what the call costs, and each value it returns."""

    call: Callable[[Mapping[str, Any]], int]
    value: int
    members: dict[str, _Member] = field(default_factory=dict)
    typename: str | None = None


class ActualCost:
    """Counts the answers to one operation."""

    def __init__(self, operation: Operation, rules: CostRules) -> None:
        self._rules = rules
        self._base = MUTATION_COST if operation.kind is OperationKind.MUTATION else 0
        self._members: dict[str, _Member] = {}
        self._typename = self._collect(operation.selections, self._members)

    def of(self, data: Any, variables: Mapping[str, Any]) -> int:
        """Return the cost of an answer's decoded `data`."""
        if not isinstance(data, dict):
            return self._base
        return self._base + self._object(self._members, data, variables)

    def _object(
        self, members: Mapping[str, _Member], data: dict[str, Any], variables: Mapping[str, Any]
    ) -> int:
        total = 0
        for key, value in data.items():
            member = members.get(key)
            if member is not None:
                total += member.call(variables) + self._value(member, value, variables)
        return total

    def _value(self, member: _Member, value: Any, variables: Mapping[str, Any]) -> int:
        if value is None:
            return 0
        if isinstance(value, list):
            return sum(self._value(member, item, variables) for item in value)
        if not member.members or not isinstance(value, dict):
            return member.value
        own = member.value
        name = None if member.typename is None else value.get(member.typename)
        if isinstance(name, str):
            own = self._rules.of_type(name)
        return own + self._object(member.members, value, variables)

    def _collect(self, selections: tuple[Selection, ...], into: dict[str, _Member]) -> str | None:
        """Fill `into`; return the key under which the object's type is answered, if it is."""
        typename = None
        for item in selections:
            if isinstance(item, Fragment):
                self._collect(item.selections, into)
            elif item.name == "__typename":
                typename = item.key
            elif not item.name.startswith("__") and not item.withheld:
                self._add(item, into)
        return typename

    def _add(self, item: Field, into: dict[str, _Member]) -> None:
        member = into.get(item.key)
        if member is None:
            declared = self._rules.types[item.parent].fields[item.name].type
            value = self._rules.of_type(named_type(declared))
            member = into[item.key] = _Member(_call(item, self._rules), value)
        typename = self._collect(item.selections, member.members)
        if typename is not None:
            member.typename = typename


def _call(item: Field, rules: CostRules) -> Callable[[Mapping[str, Any]], int]:
    writer = CostWriter(rules, 0)
    cost = writer.call(item)
    if isinstance(cost, int):
        return lambda _: cost
    _, function = writer.function(str(cost))
    return lambda variables: function(variables, False)
