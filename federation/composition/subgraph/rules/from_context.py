"""`@fromContext`: on an argument of an object type's field, taking what a context can give.

The value is sent with the key when the object is fetched, so its type needs a resolvable key.
What may be selected is in `context_selection`.
"""

from __future__ import annotations

from federation.composition.result import Diagnostics, Place
from federation.composition.subgraph.context_selection import selection_problem
from federation.composition.subgraph.contexts import contextual_arguments, providers, reference
from federation.composition.subgraph.state import (
    ArgumentState,
    FieldState,
    SubgraphState,
    TypeState,
)
from federation.supergraph import specs
from federation.supergraph.model import TypeKind


def from_context_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    _check_directives(state, diagnostics)
    for type_ in state.types.values():
        for field in type_.fields.values():
            for argument in contextual_arguments(field):
                if _check_place(state, type_, field, argument, diagnostics):
                    _check_reference(state, argument, diagnostics)
                    _check_key(state, type_, argument, diagnostics)


def _check_directives(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for name, node in state.directive_definitions.items():
        for argument in node.arguments or ():
            for applied in argument.directives or ():
                origin = state.features.directive_origin(applied.name.value)
                identities = (specs.FEDERATION, specs.CONTEXT)
                if origin and origin[1] == "fromContext" and origin[0].url.identity in identities:
                    coordinate = f"@{name}({argument.name.value}:)"
                    diagnostics.report(
                        "CONTEXT_NOT_SET",
                        f'Subgraph "{state.name}" puts @fromContext on "{coordinate}", an argument '
                        "of a directive, which has no object around it. Remove it there.",
                        coordinate,
                        [(state.name, argument)],
                    )


def _check_place(
    state: SubgraphState,
    type_: TypeState,
    field: FieldState,
    argument: ArgumentState,
    diagnostics: Diagnostics,
) -> bool:
    """Return whether a context can be set for the argument; report why not."""
    where: list[Place] = [(state.name, argument.node)]
    problem = None
    if type_.kind is TypeKind.INTERFACE:
        problem = "is an argument of an interface's field; put it on the object types' fields"
    elif argument.default is not None:
        problem = "has a default value, which could never apply; remove the default"
    else:
        for name in type_.interfaces:
            interface = state.types.get(name)
            if interface is not None and field.name in interface.fields:
                where.append((state.name, interface.fields[field.name].node))
                problem = (
                    f'belongs to a field that the interface "{name}" has too, where clients '
                    "ask for it without a context; give it a field of its own"
                )
    if problem is None:
        return True
    diagnostics.report(
        "CONTEXT_NOT_SET",
        f'The argument "{argument.coordinate}" in subgraph "{state.name}" has @fromContext, but '
        f"{problem}.",
        argument.coordinate,
        where,
    )
    return False


def _check_reference(
    state: SubgraphState, argument: ArgumentState, diagnostics: Diagnostics
) -> None:
    where = [(state.name, argument.node)]
    found = reference(argument)
    if found is None:
        text = argument.argument("fromContext", "field")
        diagnostics.report(
            "NO_CONTEXT_IN_SELECTION",
            f'The @fromContext of "{argument.coordinate}" in subgraph "{state.name}" is '
            f"{_shown(text)}, which does not name a context and fields of it. Write "
            'for example field: "$userRegion { code }".',
            argument.coordinate,
            where,
        )
        return
    owners = list(providers(state, found.context))
    if not owners:
        diagnostics.report(
            "CONTEXT_NOT_SET",
            f'"{argument.coordinate}" in subgraph "{state.name}" takes the context '
            f'"{found.context}", but no type of this subgraph sets it. Put @context(name: '
            f'"{found.context}") on the type further up that has the value.',
            argument.coordinate,
            where,
        )
        return
    problem = selection_problem(state, argument, found, owners)
    if problem is not None:
        diagnostics.report(
            "CONTEXT_INVALID_SELECTION",
            f'"{argument.coordinate}" in subgraph "{state.name}" takes "{found.selection}" from '
            f'the context "{found.context}", which is not possible: {problem}.',
            argument.coordinate,
            where + [(state.name, owner.node) for owner in owners],
        )


def _check_key(
    state: SubgraphState, type_: TypeState, argument: ArgumentState, diagnostics: Diagnostics
) -> None:
    if not any(a.arguments.get("resolvable", True) for a in type_.applied("key")):
        diagnostics.report(
            "CONTEXT_NO_RESOLVABLE_KEY",
            f'"{argument.coordinate}" in subgraph "{state.name}" comes from a context, so objects '
            f'of "{type_.name}" must be fetched with it, but the type has no resolvable @key '
            "there. Give it one.",
            argument.coordinate,
            [(state.name, type_.node), (state.name, argument.node)],
        )


def _shown(text: object) -> str:
    return "empty" if text is None else f'"{text}"'
