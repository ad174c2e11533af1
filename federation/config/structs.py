"""Which Structs a Struct is made of."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec


def structs_in(struct: type[msgspec.Struct]) -> tuple[type[msgspec.Struct], ...]:
    """Return `struct` and every Struct that stands anywhere in it, each once, outermost first."""
    found: dict[type[msgspec.Struct], None] = {struct: None}
    waiting = [struct]
    while waiting:
        for field in msgspec.structs.fields(waiting.pop(0)):
            for inner in structs_of(field.type):
                if inner not in found:
                    found[inner] = None
                    waiting.append(inner)
    return tuple(found)


def structs_of(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the Structs that the type of a field names: itself, or what it holds."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        return
    for inner in typing.get_args(kind):
        yield from structs_of(inner)
