"""`@authenticated`, `@requiresScopes`, `@policy`: on objects and their fields, not on interfaces.

An interface has the requirements of all its implementations (see `merge/access.py`); one written
on the interface would not protect the objects themselves.
"""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import Element, SubgraphState
from federation.supergraph.model import TypeKind

DIRECTIVES = ("authenticated", "requiresScopes", "policy")


def auth_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        if type_.kind is TypeKind.INTERFACE:
            _check(state, type_, type_.name, "an interface", diagnostics)
            for field in type_.fields.values():
                _check(state, field, field.coordinate, "a field of an interface", diagnostics)
        elif type_.is_interface_object:
            _check(state, type_, type_.name, "an @interfaceObject", diagnostics)


def _check(
    state: SubgraphState, element: Element, coordinate: str, what: str, diagnostics: Diagnostics
) -> None:
    for name in DIRECTIVES:
        for applied in element.applied(name):
            diagnostics.report(
                "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                f'Subgraph "{state.name}" puts @{name} on "{coordinate}", {what}. Put it on the '
                "object types that implement the interface, or on their fields; the interface "
                "then has it by itself.",
                coordinate,
                [(state.name, applied.node or element.node)],
            )
