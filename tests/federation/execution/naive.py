"""A second executor, written for plainness: what the compiled one must agree with.

One call per object, no sharing, no de-duplication, everything merged deeply, one fetch after
another in the order of the tree, projection by recursion over the shape. Data only, no errors.
An entity that is neither an object nor null is a failure: what it should have brought is unknown,
and who needs it is not asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from federation.plan.nodes import (
    BatchFetch,
    Condition,
    Fetch,
    Flatten,
    Parallel,
    Path,
    PathKey,
    PlanNode,
    QueryPlan,
    RequiredField,
    RequiredSelection,
    Selected,
    SelectedField,
    Sequence,
)
from federation.plan.shape import (
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    TypenameShape,
    ValueShape,
)

# (subgraph, representation or None for a root fetch) -> data
Subgraphs = Callable[[str, dict[str, Any] | None], Any]


class Null(Exception):
    pass


# Members that failed: object by identity (the data keeps it), key.
Lost = set[tuple[int, str]]


def execute(plan: QueryPlan, subgraphs: Subgraphs, variables: Mapping[str, Any]) -> Any:
    data: dict[str, Any] = {}
    if plan.node is not None:
        _run(plan.node, data, subgraphs, variables, set())
    try:
        return _object(plan.shape.root, data, variables, "root")
    except Null:
        return None


def _run(
    node: PlanNode, data: Any, subgraphs: Subgraphs, variables: Mapping[str, Any], lost: Lost
) -> None:
    match node:
        case Sequence(nodes) | Parallel(nodes):
            for child in nodes:
                _run(child, data, subgraphs, variables, lost)
        case Flatten(_, inner):
            _run(inner, data, subgraphs, variables, lost)
        case Condition(variable, then, otherwise):
            branch = then if variables[variable] else otherwise
            if branch is not None:
                _run(branch, data, subgraphs, variables, lost)
        case Fetch(representations=()):
            answer = copy.deepcopy(subgraphs(node.subgraph, None))
            if isinstance(answer, dict):
                _merge(data, answer, _keys(node.selections))
        case Fetch():
            _entities(node.subgraph, (node.path,), node, data, subgraphs, lost)
        case BatchFetch():
            for batch in node.entities:
                _entities(node.subgraph, batch.paths, batch, data, subgraphs, lost)


def _entities(
    subgraph: str, paths: tuple[Path, ...], fetch: Any, data: Any, subgraphs: Subgraphs, lost: Lost
) -> None:
    pairs = []
    unknown = []
    for path in paths:
        for item in _find(data, path):
            if _needs_lost(fetch.representations, item, lost):
                unknown.append(item)
                continue
            representation = _representation(fetch.representations, item)
            if representation is not None:
                pairs.append((item, subgraphs(subgraph, representation)))
    for item, entity in pairs:
        if isinstance(entity, dict):
            _merge(item, copy.deepcopy(entity), _keys(fetch.selections))
        elif entity is not None:
            unknown.append(item)
    lost.update((id(item), name) for item in unknown for name in _keys(fetch.selections))


def _needs_lost(variants: Any, item: Any, lost: Lost) -> bool:
    typename = _typename(variants, item)
    return any(
        isinstance(one, RequiredField)
        and item.get(one.source) is None
        and (id(item), one.source) in lost
        for variant in variants
        if isinstance(item, dict) and typename in variant.types
        for one in variant.selections
    )


def _typename(variants: Any, item: Any) -> Any:
    alone = len(variants) == 1 and len(variants[0].types) == 1
    only = variants[0].types[0] if alone else None
    return item.get("__typename", only) if isinstance(item, dict) else None


def _find(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
    elif isinstance(path[0], PathKey):
        first = path[0]
        if isinstance(value, dict) and (
            first.types is None or value.get("__typename") in first.types
        ):
            yield from _find(value.get(first.key), path[1:])
    elif isinstance(value, list):
        for item in value:
            yield from _find(item, path[1:])


def _representation(variants: Any, item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        return None
    typename = _typename(variants, item)
    for variant in variants:
        if typename in variant.types:
            members = _required(variant.selections, item)
            if members is None:
                return None
            return {"__typename": variant.typename or typename, **members}
    return None


def _required(selections: tuple[RequiredSelection, ...], item: Any) -> dict[str, Any] | None:
    members: dict[str, Any] = {}
    for selection in selections:
        assert isinstance(selection, RequiredField)
        value = item.get(selection.source)
        if value is None and not selection.nullable:
            return None
        if selection.selections and value is not None:
            if not isinstance(value, dict):
                return None
            value = _required(selection.selections, value)
            if value is None:
                return None
        members[selection.name] = value
    return members


def _keys(selections: tuple[Selected, ...]) -> set[str]:
    found: set[str] = set()
    for selection in selections:
        if isinstance(selection, SelectedField):
            found.add(selection.key)
        else:
            found |= _keys(selection.selections)
    return found


def _merge(target: dict[str, Any], answer: dict[str, Any], keys: set[str] | None = None) -> None:
    for key, value in answer.items():
        if keys is not None and key not in keys:
            continue
        old = target.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            if len(old) == len(value):
                for index, (left, right) in enumerate(zip(old, value, strict=True)):
                    if isinstance(left, dict) and isinstance(right, dict):
                        _merge(left, right)
                    elif left is None:
                        old[index] = right
        elif old is None or (value is not None and not isinstance(old, dict | list)):
            target[key] = value


def _object(shape: ObjectShape, item: Any, variables: Mapping[str, Any], where: str = "") -> Any:
    if not isinstance(item, dict):
        raise Null
    typename = item.get("__typename")
    if typename is None:
        typename = shape.typename
    if where == "root":
        typename = shape.typename
    elif not isinstance(typename, str) or typename not in shape.types:
        raise Null
    answer: dict[str, Any] = {}
    for field in shape.fields:
        included = not field.conditions or any(
            all(variables[name] == wanted for name, wanted in conjunction)
            for conjunction in field.conditions
        )
        if included and (field.types is None or typename in field.types):
            if isinstance(field.value, TypenameShape):
                answer[field.key] = typename
            else:
                answer[field.key] = _member(field, item.get(field.source), variables)
    return answer


def _member(field: FieldShape, value: Any, variables: Mapping[str, Any]) -> Any:
    return _nullable(field.nullable, field.value, value, variables)


def _nullable(nullable: bool, shape: ValueShape, value: Any, variables: Mapping[str, Any]) -> Any:
    try:
        if value is None:
            raise Null
        return _value(shape, value, variables)
    except Null:
        if nullable:
            return None
        raise


def _value(shape: ValueShape, value: Any, variables: Mapping[str, Any]) -> Any:
    match shape:
        case ObjectShape():
            return _object(shape, value, variables)
        case ListShape(item, nullable_items):
            if not isinstance(value, list):
                raise Null
            return [_nullable(nullable_items, item, one, variables) for one in value]
        case LeafShape():
            return _leaf(shape, value)
    raise AssertionError(shape)


def _leaf(shape: LeafShape, value: Any) -> Any:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if shape.allowed is not None:
        good = isinstance(value, str) and value in shape.allowed
    elif shape.scalar == "String":
        good = isinstance(value, str)
    elif shape.scalar == "Boolean":
        good = isinstance(value, bool)
    elif shape.scalar == "Float":
        good = number
    elif shape.scalar == "ID":
        good = isinstance(value, str) or (isinstance(value, int) and number)
        value = str(value)
    elif shape.scalar == "Int":
        good = number and value == int(value) and abs(value) < 2**31
        value = int(value) if good else value
    else:
        good = True
    if not good:
        raise Null
    return value
