"""Where in a document its records are: `data.records[]`, `[].legalList[]`, any JMESPath.

Every `[]` followed by a dot begins a list inside the records of the list before. A record of an
inner list is one row; it carries the keys of the records around it, its own keys come first. So an
interface that answers patents with their events in them (`legalList`) is a table of events whose
rows know their patent. What stands around the outermost list (an envelope) is not carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import jmespath

_OPEN: Final = "([{"
_CLOSE: Final = ")]}"


class RecordPath:
    """A compiled path. An object in place of a list is a list of one.

    >>> path = RecordPath("[].events[]")
    >>> list(path.take({"no": 1, "events": [{"day": "a"}, {"day": "b"}]}))
    [{'no': 1, 'day': 'a'}, {'no': 1, 'day': 'b'}]
    """

    def __init__(self, path: str) -> None:
        """Raises jmespath.exceptions.JMESPathError when it is none."""
        self._steps = [_compiled(step) for step in split_steps(path)]

    def take(self, document: Any) -> Iterator[Any]:
        """Yield the records of a document, in order; nothing when there is no such list."""
        yield from self._inside(document, {}, 0)

    def _inside(self, around: Any, carried: Mapping[str, Any], level: int) -> Iterator[Any]:
        for record in _listed(self._steps[level](around)):
            if not isinstance(record, dict):
                yield record
                continue
            row = {**carried, **record} if carried else record
            if level + 1 == len(self._steps):
                yield row
            else:
                yield from self._inside(record, _without_lists(row), level + 1)


def split_steps(path: str) -> list[str]:
    """Return the JMESPath of each list, the inner ones relative to a record of the outer one.

    >>> split_steps("data.records[].legalList[]"), split_steps("[].a[?b[].c].d[]")
    (['data.records', 'legalList'], ['@', 'a[?b[].c].d'])
    """
    steps, begin, depth, quote = [], 0, 0, ""
    for at, char in enumerate(path):
        if quote:
            quote = "" if char == quote and path[at - 1] != "\\" else quote
        elif char in "'\"`":
            quote = char
        elif char in _OPEN:
            if depth == 0 and path.startswith("[].", at):
                steps.append(path[begin:at])
                begin = at + 3
            depth += 1
        elif char in _CLOSE:
            depth -= 1
    steps.append(path[begin:])
    return [step.strip().removesuffix("[]") or "@" for step in steps]


def _compiled(step: str) -> Callable[[Any], Any]:
    search = jmespath.compile(step).search

    def get(value: Any) -> Any:
        try:
            return search(value)
        except jmespath.exceptions.JMESPathError:
            return None  # a function met a value of another type: no list there

    return get


def _listed(found: Any) -> list[Any]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _without_lists(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what inner records carry along: no lists of objects, which are rows themselves."""
    return {
        name: value
        for name, value in record.items()
        if not (isinstance(value, list) and any(isinstance(part, dict) for part in value))
    }
