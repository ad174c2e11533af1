"""What "the same answer" means.

1. `data` is equal; including the order of members, where neither fragments nor conditions make
   the order depend on an object's type or on variables.
2. Every error of the engine has the path of a resolver that fails in the monolith.
3. Both sides' errors explain the same nulls. A null is explained by an error whose path is there
   or below: null propagation carries it up. Where the failing field itself may be null this
   says that the paths are equal.

What may differ, and why:

- The order of members of an object whose fields come first in one fragment for one type and
  later for another, or first where a condition leaves them out: the specification says "should"
  (§7.2.2), and an answer's shape has one order.
- Where an object of an abstract type became null, the engine cannot know its type. If the failed
  field has different names in the answer for different types, the error's path ends at that null
  (only long runs meet this, so only they allow it).
- Of several failures below one place that became null, the specification (October 2021 §6.4.4)
  leaves open which are reported, since the others' fields may be cancelled; so 3 compares
  places, and 2 keeps the reported ones true.
- Where a failing field took other values of its answer along, the engine may add, below the same
  null, an error of its own: for a value that must not be null and is missing
  (`RESPONSE_VALIDATION_FAILED`), or for one that was not asked for since what it is computed from
  was taken along (`REQUIRED_VALUE_UNAVAILABLE`). The monolith would have cancelled those fields
  (§6.4.4); the engine asked another subgraph for them, so there it is a failure like others.
- The order of errors, their messages and extensions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.differential.federation import Federation, Reply

Path = tuple[Any, ...]

# Errors of the engine about values that another failure took along.
_OWN = frozenset({"RESPONSE_VALIDATION_FAILED", "REQUIRED_VALUE_UNAVAILABLE"})


class Difference(AssertionError):
    """The engine's answer is not the monolith's."""


async def check(
    federation: Federation, query: str, variables: Mapping[str, Any], *, exact: bool = True
) -> Reply:
    """Raise `Difference` (or what the engine raised) unless both sides answer alike.

    Without `exact` an error's path may end at the null it explains.
    """
    expected = federation.expected(query, variables)
    found = await federation.answer(query, variables)
    ordered = "..." not in query and "@" not in query
    if not _same(expected.data, found.data, ordered):
        raise Difference(
            f"data at {_first_difference(expected.data, found.data)}\n"
            f"monolith: {json.dumps(expected.data, ensure_ascii=False)}\n"
            f"engine:   {json.dumps(found.data, ensure_ascii=False)}\nerrors: {found.errors}"
        )
    if not expected.errors and not found.errors:
        return found
    true = federation.failures(query, variables)
    nulls = _places(expected.data, expected.errors)
    for error in found.errors:
        path = tuple(error.get("path", ()))
        own = error["extensions"]["code"] in _OWN
        if own and any(path[: len(null)] == null for null in nulls):
            continue
        if path not in true and (exact or path not in nulls):
            raise Difference(f"error at a place where nothing fails: {error}; failing: {true}")
    places = [_places(found.data, one.errors) for one in (expected, found)]
    if places[0] != places[1]:
        raise Difference(
            f"not reported: {sorted(places[0] - places[1], key=str)}; "
            f"too many: {sorted(places[1] - places[0], key=str)}"
        )
    return found


def _same(left: Any, right: Any, ordered: bool) -> bool:
    return json.dumps(left, sort_keys=not ordered) == json.dumps(right, sort_keys=not ordered)


def _places(data: Any, errors: Iterable[Mapping[str, Any]]) -> set[Path]:
    """Return the nulls that the errors explain."""
    found: set[Path] = set()
    for error in errors:
        path = tuple(error["path"])
        value, length = data, 0
        while value is not None and length < len(path):
            value, length = value[path[length]], length + 1
        if value is not None:
            raise Difference(f"an error at {path}, but there is a value")
        found.add(path[:length])
    return found


def _first_difference(left: Any, right: Any, path: Path = ()) -> Path:
    if isinstance(left, dict) and isinstance(right, dict) and set(left) == set(right):
        for key in left:
            if not _same(left[key], right[key], False):
                return _first_difference(left[key], right[key], (*path, key))
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            if not _same(one, other, False):
                return _first_difference(one, other, (*path, index))
    return path
