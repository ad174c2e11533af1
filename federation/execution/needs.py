"""Which steps of a plan a part of the answer waits for.

A part needs the steps that bring a field it shows, and all that those steps wait for. A step that
merely repeats a field which a step before it has already brought to the same objects (a key, say)
is not needed for that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from federation.execution.steps import Step
from federation.plan.nodes import PathKey, RenameKey, Selected, SelectedField, SelectedFragment
from federation.plan.shape import (
    ListShape,
    ObjectShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)

Keys = tuple[str, ...]
# One member of the data: its keys, and for each the types of object it is there for.
_Types = tuple[frozenset[str] | None, ...]
_Supply = tuple[Keys, _Types]


def needed_steps(steps: Sequence[Step], shape: ResponseShape) -> frozenset[int]:
    """Return the indexes of the steps that what `shape` shows depends on."""
    supplies = [tuple(_supplies(step)) for step in steps]
    ancestors: list[frozenset[int]] = []
    for step in steps:
        found: set[int] = set(step.waits_for)
        for earlier in step.waits_for:
            found |= ancestors[earlier]
        ancestors.append(frozenset(found))
    needed: set[int] = set()
    objects: list[list[int]] = []
    for keys, wanted, is_object in set(_wanted(shape.root, (), ())):
        bringing = [
            index
            for index, supplied in enumerate(supplies)
            if any(
                own[: len(keys)] == keys
                and _meet(types, wanted)
                and not _is_repeated(own, types, ancestors[index], supplies)
                for own, types in supplied
            )
        ]
        if is_object:
            objects.append(bringing)
        else:
            needed.update(bringing)
    for index in tuple(needed):
        needed |= ancestors[index]
    # An object is there once any step has brought something of it.
    for bringing in sorted(objects):
        if bringing and needed.isdisjoint(bringing):
            needed |= {bringing[0]} | ancestors[bringing[0]]
    return frozenset(needed)


def _meet(one: _Types, two: _Types) -> bool:
    """Whether there may be objects of both, as far as both go."""
    pairs = zip(one, two, strict=False)
    return all(a is None or b is None or not a.isdisjoint(b) for a, b in pairs)


def _is_repeated(
    keys: Keys, types: _Types, before: frozenset[int], supplies: Sequence[tuple[_Supply, ...]]
) -> bool:
    return any(
        other == keys
        and all(one is None or one == two for one, two in zip(earlier, types, strict=True))
        for index in before
        for other, earlier in supplies[index]
    )


def _wanted(shape: ObjectShape, keys: Keys, types: _Types) -> Iterator[tuple[Keys, _Types, bool]]:
    """Yield what is shown: a member, or an object of which nothing else is."""
    for field in shape.fields:
        if isinstance(field.value, TypenameShape):
            if keys:
                yield keys, types, True
        elif not isinstance(field.value, WithheldShape):
            here = None if field.types is None else frozenset(field.types)
            yield from _wanted_value(field.value, (*keys, field.source), (*types, here))


def _wanted_value(
    shape: ValueShape, keys: Keys, types: _Types
) -> Iterator[tuple[Keys, _Types, bool]]:
    while isinstance(shape, ListShape):
        shape = shape.item
    if isinstance(shape, ObjectShape):
        yield keys, types, True
        yield from _wanted(shape, keys, types)
    else:
        yield keys, types, False


def _supplies(step: Step) -> Iterator[_Supply]:
    if not step.entities:
        yield from _selected(step.selections, (), (), None, (), step.output_rewrites)
    for batch in step.entities:
        wanted = {name for item in batch.representations for name in item.types}
        for path in batch.paths:
            elements = [element for element in path if isinstance(element, PathKey)]
            keys = tuple(element.key for element in elements)
            types = tuple(
                None if element.types is None else frozenset(element.types) for element in elements
            )
            scope = frozenset(wanted) if wanted else None
            yield from _selected(batch.selections, keys, types, scope, (), batch.output_rewrites)


def _selected(
    selections: Sequence[Selected],
    keys: Keys,
    types: _Types,
    scope: frozenset[str] | None,
    own: Keys,
    rewrites: Sequence[RenameKey],
) -> Iterator[_Supply]:
    """Yield each leaf below; `own` are the keys within the step's answer, before renaming."""
    for item in selections:
        match item:
            case SelectedFragment(allowed, inner):
                yield from _selected(inner, keys, types, frozenset(allowed), own, rewrites)
            case SelectedField(key, _, inner):
                here = (*own, key)
                found = (*keys, _renamed(here, key, rewrites))
                if inner:
                    yield from _selected(inner, found, (*types, scope), None, here, rewrites)
                else:
                    yield found, (*types, scope)


def _renamed(own: Keys, key: str, rewrites: Sequence[RenameKey]) -> str:
    for rewrite in rewrites:
        if tuple(e.key for e in rewrite.path if isinstance(e, PathKey)) == own:
            return rewrite.to
    return key
