"""`@override`: which subgraphs' own version of a field is given up, checked.

An overridden field that its subgraph's keys, requires, provides or interfaces still use stays
known there, as if it were external (`usedOverridden`); one that is not used is forgotten. With a
`label` the old place keeps resolving as long as the label says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.composition.merge.context import MergeContext
from federation.composition.result import Place
from federation.composition.subgraph.state import FieldState, SubgraphState
from federation.supergraph.model import TypeKind

FieldSource = tuple[SubgraphState, FieldState]

_LABEL = re.compile(r"^[a-zA-Z][a-zA-Z0-9_\-:./]*$")
_PERCENT = re.compile(r"^percent\((\d{1,2}(\.\d{1,8})?|100(\.0{1,8})?)\)$")


@dataclass(slots=True)
class Overrides:
    """By subgraph name: `unused` and `used` are overridden there; `labels` go with the override."""

    unused: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)

    def is_given_up(self, subgraph: str) -> bool:
        """Return whether the subgraph never resolves the field any more."""
        return (subgraph in self.unused or subgraph in self.used) and subgraph not in self.labels


def resolve_overrides(context: MergeContext, sources: Sequence[FieldSource]) -> Overrides:
    """Return what the overrides of one field do; problems and hints are reported."""
    overrides = Overrides()
    by_name = {state.name: (state, item) for state, item in sources}
    overriding = {state.name for state, item in sources if item.has("override")}
    for state, item in sources:
        if not item.has("override"):
            continue
        if _is_misplaced(context, state, item):
            continue
        origin = item.argument("override", "from")
        if _check_origin(context, state, item, origin, overriding, by_name):
            _apply(context, overrides, (state, item), by_name[origin])
    return overrides


def _is_misplaced(context: MergeContext, state: SubgraphState, item: FieldState) -> bool:
    parent = state.types[item.parent]
    if parent.kind is TypeKind.INTERFACE:
        _report(
            context,
            "OVERRIDE_ON_INTERFACE",
            f'Subgraph "{state.name}" puts @override on "{item.coordinate}", a field of an '
            "interface. Put it on the fields of the object types.",
            item,
            [(state.name, item.node)],
        )
        return True
    if parent.is_interface_object:
        _report(
            context,
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            f'Subgraph "{state.name}" puts @override on "{item.coordinate}" of an '
            "@interfaceObject type, which is not possible. Remove the @override.",
            item,
            [(state.name, item.node)],
        )
        return True
    return False


def _check_origin(
    context: MergeContext,
    state: SubgraphState,
    item: FieldState,
    origin: str,
    overriding: set[str],
    by_name: dict[str, FieldSource],
) -> bool:
    """Return whether there is something to override; report why not."""
    where: list[Place] = [(state.name, item.node)]
    if origin == state.name:
        code = "OVERRIDE_FROM_SELF_ERROR"
        text = (
            f'Subgraph "{state.name}" overrides "{item.coordinate}" from itself. Name the '
            "subgraph the field is taken from."
        )
    elif all(s.name != origin for s in context.states):
        code = "FROM_SUBGRAPH_DOES_NOT_EXIST"
        known = ", ".join(s.name for s in context.states if s is not state)
        text = (
            f'Subgraph "{state.name}" overrides "{item.coordinate}" from "{origin}", but there '
            f"is no such subgraph (there are: {known or 'none'}). Correct the name, or remove "
            "the @override."
        )
    elif origin in overriding:
        code = "OVERRIDE_SOURCE_HAS_OVERRIDE"
        text = (
            f'"{item.coordinate}" is overridden in "{state.name}" from "{origin}", which '
            "overrides it itself. Only one subgraph can take a field over: remove one @override."
        )
        where.append((origin, by_name[origin][1].node))
    elif origin not in by_name:
        code = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
        text = (
            f'Subgraph "{origin}" has no field "{item.coordinate}" any more: the @override in '
            f'"{state.name}" can be removed.'
        )
    else:
        return True
    _report(context, code, text, item, where)
    return False


def _apply(
    context: MergeContext, overrides: Overrides, target: FieldSource, origin: FieldSource
) -> None:
    state, item = target
    source, overridden = origin
    where: list[Place] = [(state.name, item.node), (source.name, overridden.node)]
    collision = _collision(target, origin)
    if collision is not None:
        _report(context, "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", collision, item, where)
        return
    if overridden.coordinate in source.usage.external:
        text = (
            f'"{item.coordinate}" is @external in "{source.name}": the @override in '
            f'"{state.name}" can be removed.'
        )
        _report(context, "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", text, item, where)
        return
    label = item.argument("override", "label")
    used = overridden.coordinate in source.usage.used
    (overrides.used if used else overrides.unused).add(source.name)
    if label is not None:
        if not (_LABEL.match(label) or _PERCENT.match(label)):
            text = (
                f'The label "{label}" of the @override on "{item.coordinate}" in "{state.name}" '
                'is malformed. Write "percent(5)" with a number from 0 to 100, or a name that '
                "starts with a letter and has letters, digits and _-:./ only."
            )
            _report(context, "OVERRIDE_LABEL_INVALID", text, item, where)
        overrides.labels[source.name] = overrides.labels[state.name] = label
        text = (
            f'"{item.coordinate}" is moving from "{source.name}" to "{state.name}". When all '
            "requests go to the new place, delete the field at the old one."
        )
        _report(context, "OVERRIDE_MIGRATION_IN_PROGRESS", text, item, where)
        return
    reason = (
        "but a directive or an interface there still uses it: mark it @external"
        if used
        else "and nothing there uses it any more: delete it"
    )
    text = f'"{item.coordinate}" of "{source.name}" is taken over by "{state.name}", {reason}.'
    _report(context, "OVERRIDDEN_FIELD_CAN_BE_REMOVED", text, item, where)


def _collision(target: FieldSource, origin: FieldSource) -> str | None:
    state, item = target
    source, overridden = origin
    for name in ("requires", "provides"):
        if overridden.has(name):
            return (
                f'"{item.coordinate}" cannot be overridden from "{source.name}", because it has '
                f"@{name} there. Remove one of the two directives."
            )
    if item.coordinate in state.usage.external:
        return (
            f'"{item.coordinate}" is both @external and @override in "{state.name}". Remove '
            "@external: a field that is taken over is resolved here."
        )
    return None


def _report(
    context: MergeContext, code: str, text: str, item: FieldState, where: list[Place]
) -> None:
    context.diagnostics.report(code, text, item.coordinate, where)
