"""Directives that composition recognises but cannot carry out: refused, never dropped."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import Element, SubgraphState

_UNSUPPORTED = ("context", "fromContext", "cacheTag")


def unsupported_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        _check(state, type_, type_.name, diagnostics)
        for field in type_.fields.values():
            _check(state, field, field.coordinate, diagnostics)
            for argument in field.arguments.values():
                _check(state, argument, argument.coordinate, diagnostics)


def _check(
    state: SubgraphState, element: Element, coordinate: str, diagnostics: Diagnostics
) -> None:
    for name in _UNSUPPORTED:
        if element.has(name):
            diagnostics.report(
                "UNSUPPORTED_FEATURE",
                f'Subgraph "{state.name}" uses @{name} on "{coordinate}", which this composition '
                "does not support. Remove it.",
                coordinate,
                [(state.name, element.node)],
            )
