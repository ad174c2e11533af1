"""`@listSize`: says how long a list can be, so there must be a list, and what it names must exist.

With `sizedFields` the lists are fields of the object that the field returns (`edges`, `nodes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import FieldState, SubgraphState
from federation.composition.subgraph.usage import field_directives
from federation.language import ListOf, Named, NonNull, TypeRef, named_type


def list_size_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for field, applied in field_directives(state, "listSize"):
        for code, text in _problems(state, field, applied.arguments):
            diagnostics.report(
                code,
                f'The @listSize of "{field.coordinate}" in subgraph "{state.name}" {text}.',
                field.coordinate,
                [(state.name, applied.node)],
            )


def _problems(
    state: SubgraphState, field: FieldState, arguments: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    sized = arguments.get("sizedFields") or ()
    if not sized and not _is_list(field.type):
        yield (
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            f"is of no use, because the field is of type {field.type}: remove it, or name the "
            "lists below it in sizedFields",
        )
    size = arguments.get("assumedSize")
    if isinstance(size, int) and size < 0:
        yield (
            "LIST_SIZE_INVALID_ASSUMED_SIZE",
            f"assumes {size} items; give a number from 0 up",
        )
    for name in arguments.get("slicingArguments") or ():
        argument = field.arguments.get(name)
        if argument is None:
            known = ", ".join(field.arguments) or "none"
            text = f'slices by "{name}", which is no argument of the field; name one of: {known}'
            yield "LIST_SIZE_INVALID_SLICING_ARGUMENT", text
        elif _nullable(argument.type) != Named("Int"):
            text = f'slices by "{name}" of type {argument.type}; a slicing argument must be an Int'
            yield "LIST_SIZE_INVALID_SLICING_ARGUMENT", text
    below = state.types.get(named_type(field.type))
    for name in sized:
        target = below.fields.get(name) if below else None
        if target is None:
            owner = named_type(field.type)
            text = f'names the sized field "{name}", which {owner} does not have; name a list of it'
            yield "LIST_SIZE_INVALID_SIZED_FIELD", text
        elif not _is_list(target.type):
            text = f'names the sized field "{name}" of type {target.type}; name a list'
            yield "LIST_SIZE_INVALID_SIZED_FIELD", text


def _nullable(ref: TypeRef) -> TypeRef:
    return ref.of if isinstance(ref, NonNull) else ref


def _is_list(ref: TypeRef) -> bool:
    return isinstance(_nullable(ref), ListOf)
