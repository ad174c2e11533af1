"""What generated code calls: keys of values, deep merge, checks of leaf values.

The generated projection is the fast road: it raises `Irregular` at the first thing that is not
as the response shape says, and the answer is then completed by `completion`, which knows paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any


class Irregular(Exception):
    """The data is not as the response shape says; nothing more is known here."""


class Walks(dict[int, list[Any]]):
    """What one request has found out about its data.

    The objects found on shared walks, by number; `repeated` are the identities of objects that
    stand for several equal ones.
    """

    __slots__ = ("repeated",)

    def __init__(self) -> None:
        self.repeated: set[int] = set()


class Missing:
    """Marks a representation that cannot be made."""


MISSING = Missing()

_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1


def key_of(value: Any) -> Any:
    """Return a hashable that is equal for equal JSON values only.

    Python holds 1, 1.0 and True for equal; JSON does not, so the class is part of the key.

    >>> key_of([1, "a"]) == key_of([True, "a"])
    False
    """
    kind = value.__class__
    if kind is str or kind is int or value is None:
        return value
    if kind is dict:
        return (dict, *sorted((name, key_of(item)) for name, item in value.items()))
    if kind is list:
        return (list, *[key_of(item) for item in value])
    return (kind, value)


def members(found: list[Any], key: str) -> list[Any]:
    """Return the member of each that is an object, where it is there and not null."""
    return [
        value for item in found if item.__class__ is dict and (value := item.get(key)) is not None
    ]


def members_of_types(found: list[Any], key: str, types: tuple[str, ...]) -> list[Any]:
    """Return the same of objects of these types only."""
    return [
        value
        for item in found
        if item.__class__ is dict
        and item.get("__typename") in types
        and (value := item.get(key)) is not None
    ]


def listed(found: list[Any], key: str) -> list[Any]:
    """Return the items of the list that is the member of each object."""
    return [
        value
        for item in found
        if item.__class__ is dict and (values := item.get(key)).__class__ is list
        for value in values
    ]


def listed_of_types(found: list[Any], key: str, types: tuple[str, ...]) -> list[Any]:
    """Return the same of objects of these types only."""
    return [
        value
        for item in found
        if item.__class__ is dict
        and item.get("__typename") in types
        and (values := item.get(key)).__class__ is list
        for value in values
    ]


def items_of(found: list[Any]) -> list[Any]:
    """Return the items of the lists among what was found."""
    return [item for items in found if items.__class__ is list for item in items]


def placing(names: frozenset[str]) -> Callable[[list[list[dict[str, Any]]], list[Any]], bool]:
    """Return a function that assigns the members `names` of entities to the objects they are for.

    It returns whether all entities were objects or null.
    """

    def place(targets: list[list[dict[str, Any]]], entities: list[Any]) -> bool:
        regular = True
        for objects, entity in zip(targets, entities, strict=False):
            if entity.__class__ is dict:
                members = entity if entity.keys() == names else _only(entity, names)
                for item in objects:
                    item.update(members)
            elif entity is not None:
                regular = False
        return regular

    return place


def placing_root(names: frozenset[str]) -> Callable[[dict[str, Any], dict[str, Any]], bool]:
    """Return the same for an answer and the root of the data."""

    def place(data: dict[str, Any], answer: dict[str, Any]) -> bool:
        data.update(answer if answer.keys() == names else _only(answer, names))
        return True

    return place


def _only(value: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key in names}


def merge_member(
    target: dict[str, Any], key: str, value: Any, vague: frozenset[str] = frozenset()
) -> None:
    """Merge `value` into `target[key]`: objects member by member, lists index by index.

    For members that several fetches ask for. A null never replaces what is there; lists of
    different length do not describe the same items, so the one that is there stays. What is
    taken over is copied: the same entity may be placed into several objects. `vague` are the type
    names by which a subgraph calls objects whose concrete type it does not know (interface
    objects): they never replace a name that is there, whichever answer comes first.
    """
    present = target.get(key)
    if present is None:
        target[key] = copy_tree(value)
    elif present.__class__ is dict and value.__class__ is dict:
        for name, item in value.items():
            merge_member(present, name, item, vague)
    elif present.__class__ is list and value.__class__ is list:
        _merge_lists(present, value, vague)
    elif (
        value is not None
        and present.__class__ not in (dict, list)
        and not (key == "__typename" and value in vague)
    ):
        target[key] = value


def _merge_lists(present: list[Any], value: list[Any], vague: frozenset[str]) -> None:
    if len(present) != len(value):
        return
    for index, (old, new) in enumerate(zip(present, value, strict=True)):
        if old is None:
            present[index] = copy_tree(new)
        elif old.__class__ is dict and new.__class__ is dict:
            for name, item in new.items():
                merge_member(old, name, item, vague)
        elif old.__class__ is list and new.__class__ is list:
            _merge_lists(old, new, vague)


def copy_tree(value: Any) -> Any:
    """Return a copy of a JSON tree that shares no object and no list with it."""
    if value.__class__ is dict:
        return {name: copy_tree(item) for name, item in value.items()}
    if value.__class__ is list:
        return [copy_tree(item) for item in value]
    return value


# Which members of an answer the executor will write into: a tree of member names.
Spine = dict[str, "Spine"]


def copy_spine(value: Any, spine: Spine) -> Any:
    """Return `value` with only those objects copied that will be written into."""
    kind = value.__class__
    if kind is dict:
        own = value.copy()
        for name, inner in spine.items():
            member = own.get(name)
            if member is not None:
                own[name] = copy_spine(member, inner)
        return own
    if kind is list:
        return [copy_spine(item, spine) for item in value]
    return value


# The writer's own limit is 254 levels, and the answer has some of its own.
_MAX_DEPTH = 128


def is_writable(value: Any, depth: int = _MAX_DEPTH) -> bool:
    """Return whether a value can be part of an answer: JSON, valid Unicode, not too deep.

    >>> is_writable({"a": [1, None, "x"]}), is_writable("\\ud800"), is_writable({1: 2})
    (True, False, False)
    """
    kind = value.__class__
    if kind is str:
        return not any("\ud800" <= char <= "\udfff" for char in value)
    if kind is dict or kind is list:
        if depth == 0:
            return False
        items = value if kind is list else [*value, *value.values()]
        regular = kind is list or all(name.__class__ is str for name in value)
        return regular and all(is_writable(item, depth - 1) for item in items)
    return value is None or kind in (int, float, bool, Decimal)


def rename(objects: list[Any], types: Collection[str] | None, key: str, to: str) -> None:
    """Rename member `key` of those `objects` whose `__typename` is among `types`."""
    for item in objects:
        if (
            item.__class__ is dict
            and key in item
            and (types is None or item.get("__typename") in types)
        ):
            item[to] = item.pop(key)


def leaf_string(value: Any) -> str:
    if value.__class__ is str:
        return value
    raise Irregular


def leaf_id(value: Any) -> str:
    """An ID is written as a string; an integer is taken as one (GraphQL October 2021 §3.5.5)."""
    if value.__class__ is str:
        return value
    if value.__class__ is int:
        return str(value)
    raise Irregular


def leaf_int(value: Any) -> int:
    """An Int has 32 bits; a float without a fraction is taken as one (§3.5.1)."""
    if value.__class__ is float and value.is_integer():
        value = int(value)
    if value.__class__ is int and _INT_MIN <= value <= _INT_MAX:
        return value
    raise Irregular


def leaf_float(value: Any) -> float | Decimal:
    if value.__class__ is float or value.__class__ is int:
        return value
    if value.__class__ is Decimal and value.is_finite():
        return value
    raise Irregular


def leaf_boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise Irregular


def leaf_enum(value: Any, allowed: Collection[str]) -> str:
    if value.__class__ is str and value in allowed:
        return value
    raise Irregular


LEAVES = {
    "String": leaf_string,
    "ID": leaf_id,
    "Int": leaf_int,
    "Float": leaf_float,
    "Boolean": leaf_boolean,
}
