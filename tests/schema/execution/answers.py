"""When two answers say the same: the same data, and the same is null for an error."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

Answer = dict[str, Any]


def assert_same(found: Answer, expected: Answer) -> None:
    """Fail unless the answers say the same.

    Data count to the order of fields. Errors are compared by the position that is null for them: of
    a field that may be null, exactly; where one of several failures has taken a whole object along,
    it is a matter of time which.
    """
    assert json.dumps(found["data"]) == json.dumps(expected["data"])
    theirs, ours = by_null(expected), by_null(found)
    assert ours.keys() == theirs.keys()
    for place, errors in theirs.items():
        # a request that is refused has errors without a path
        if all(error.get("path", []) == list(place) for error in errors):
            assert ours[place] == errors
        else:
            assert all(error["path"][: len(place)] == list(place) for error in ours[place])


def by_null(answer: Answer) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the errors by the position that is null because of them."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for error in answer["errors"]:
        value, place = answer["data"], ()
        for key in error.get("path", ()):
            if value is None:
                break
            value, place = value[key], (*place, key)
        assert value is None, error
        found[place].append(error)
    return dict(found)
