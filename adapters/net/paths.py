"""JMESPath where a source says how it went: cursors, totals, envelopes, lists.

Unlike the paths of fields (`adapters.mapping_paths`) a path that cannot be followed here is a
fault of the answer: taken for "nothing", it would end a pull too early.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jmespath
import jmespath.exceptions

from adapters.net.problems import unusable


def compile_path(path: str) -> Callable[[Any], Any]:
    """Return a function that finds what stands at a path, None when nothing does.

    It raises CallFailed `SOURCE_ANSWER` when a function of the path meets a value of a wrong type.
    """
    search = jmespath.compile(path).search

    def find(document: Any) -> Any:
        try:
            return search(document)
        except jmespath.exceptions.JMESPathError:
            pass
        raise unusable(f"路径 {path} 不适用 / the path {path} does not fit")

    return find


def read_total(found: Any, path: str) -> int | None:
    """Return a number of rows, which some sources write as text."""
    if found is None or found == "":
        return None
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found[:18])
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise unusable(f"{path} 处不是总数 / no total at {path}")
    return found


def read_cursor(found: Any, path: str) -> str | None:
    """Return a cursor or address as text; null, false and the empty text mean the end."""
    if found is None or found is False or found == "":
        return None
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise unusable(f"{path} 处不是游标 / no cursor at {path}")
    return str(found)
