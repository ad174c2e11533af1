"""JMESPath per field: how the values of a nested record become the cells of a flat one.

Simple paths (`a`, `a.b`) are taken by plain lookups, which are ten times as fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jmespath

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")

Getter = Callable[[Any], Any]


class FieldPaths:
    """The mapping `field → path` of one source."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = dict(paths)
        self._getters: dict[str, Getter] = {name: _getter(path) for name, path in paths.items()}

    def take(self, record: Any) -> dict[str, Any]:
        """Return path as written → value; the path plays the part of a header."""
        return {self.paths[name]: get(record) for name, get in self._getters.items()}


def _getter(path: str) -> Getter:
    if _PLAIN.match(path):
        return _plain(path.split("."))
    search = jmespath.compile(path).search

    def get(record: Any) -> Any:
        try:
            return search(record)
        except jmespath.exceptions.JMESPathError:
            # A function met a value of another type: this record has no such value.
            return None

    return get


def _plain(names: list[str]) -> Getter:
    def get(record: Any) -> Any:
        for name in names:
            if not isinstance(record, dict):
                return None
            record = record.get(name)
        return record

    return get
