"""Which types clients can come to: from the roots, and from directives they may write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from federation.language import named_type
from federation.supergraph.model import InputValue, Supergraph, TypeDef


def reachable_types(supergraph: Supergraph, hidden: Collection[str]) -> set[str]:
    """Return the names of the types that something visible leads to.

    `hidden`: coordinates of what clients do not see (`Type`, `Type.field`, `Type.field(arg:)`). A
    visible interface or union leads to the types below it, an object to its interfaces.
    """
    below = _implementations(supergraph)
    roots = (supergraph.query, supergraph.mutation, supergraph.subscription)
    waiting = [name for name in roots if name is not None]
    for directive in supergraph.directives.values():
        waiting += [named_type(argument.type) for argument in directive.arguments]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        type_ = supergraph.types.get(name)
        if name in reached or name in hidden or type_ is None:
            continue
        reached.add(name)
        waiting += below.get(name, ())
        waiting += type_.interfaces
        waiting += type_.members
        waiting += _references(type_, hidden)
    return reached


def _implementations(supergraph: Supergraph) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for type_ in supergraph.types.values():
        for interface in type_.interfaces:
            below.setdefault(interface, []).append(type_.name)
    return below


def _references(type_: TypeDef, hidden: Collection[str]) -> Iterator[str]:
    yield from _given(type_.input_fields.values(), f"{type_.name}.{{}}", hidden)
    for field in type_.fields.values():
        coordinate = f"{type_.name}.{field.name}"
        if coordinate not in hidden:
            yield named_type(field.type)
            yield from _given(field.arguments, f"{coordinate}({{}}:)", hidden)


def _given(values: Iterable[InputValue], place: str, hidden: Collection[str]) -> Iterator[str]:
    for value in values:
        if place.format(value.name) not in hidden:
            yield named_type(value.type)
