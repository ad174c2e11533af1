"""Durations as configuration files write them: `30s`, `1500ms`, `2m`, `1h30m`."""

from __future__ import annotations

import re
import typing
from typing import Annotated, Any

import msgspec

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

PATTERN = r"^(\d+(\.\d+)?(ms|s|m|h|d))+$"
_WHOLE = re.compile(PATTERN)

_META = msgspec.Meta(
    extra={"duration": True}, extra_json_schema={"type": "string", "pattern": PATTERN}
)

# Seconds in the program, a number with a unit in the file.
Duration = Annotated[float, _META]


def is_duration(wanted: Any) -> bool:
    """Return whether a Struct's field type is `Duration`."""
    return _META in typing.get_args(wanted)[1:]


def parse_duration(text: object) -> float:
    """Return the seconds; raises `ValueError` when there is no unit or no number.

    >>> parse_duration("1m30s")
    90.0
    """
    if not isinstance(text, str) or not _WHOLE.fullmatch(text.strip()):
        raise ValueError("write a number with a unit, such as 500ms, 30s, 5m or 1h")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def print_duration(seconds: float) -> str:
    """Return the shortest usual form.

    >>> print_duration(90), print_duration(120), print_duration(0.25)
    ('90s', '2m', '250ms')
    """
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"
