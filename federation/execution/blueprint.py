"""An answer that several requests hold: prepared once, copied fast by each.

Every request writes into what it was answered. Where the answer is shared, a request copies just
the objects that it will write into, and each of them once however often the answer repeats it.
What to copy and how the copies hang together is found out once; after that a copy is a flat list
of steps, without looking at the answer again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federation.execution.runtime import Spine, Walks


@dataclass(frozen=True, slots=True)
class _Object:
    """Stands for the copy of an object."""

    number: int


# An object, a list of templates, or anything that is not copied.
_Template = Any


class Blueprint:
    """`data` with the walks found in it; nothing of either is ever written into again."""

    def __init__(self, data: Any, spine: Spine, walks: Walks) -> None:
        self._numbers: dict[int, int] = {}
        self._originals: list[dict[str, Any]] = []
        self._links: list[tuple[int, str, int]] = []
        self._lists: list[tuple[int, str, tuple[int, ...]]] = []
        self._others: list[tuple[int, str, _Template]] = []
        # Kept, since objects are known by identity.
        self._data = data
        self._root = self._template(data, spine)
        self._walks = [
            (number, tuple(self._numbers.get(id(item), -1) for item in found), found)
            for number, found in walks.items()
        ]
        self._repeated = [self._numbers[identity] for identity in walks.repeated]

    def _template(self, value: Any, spine: Spine) -> _Template:
        if value.__class__ is dict:
            return _Object(self._object(value, spine))
        if value.__class__ is list:
            return [self._template(item, spine) for item in value]
        return value

    def _object(self, value: dict[str, Any], spine: Spine) -> int:
        known = self._numbers.get(id(value))
        if known is not None:
            return known
        number = self._numbers[id(value)] = len(self._originals)
        self._originals.append(value)
        for name, inner in spine.items():
            member = value.get(name)
            if member.__class__ is not dict and member.__class__ is not list:
                continue
            template = self._template(member, inner)
            if isinstance(template, _Object):
                self._links.append((number, name, template.number))
            elif all(isinstance(item, _Object) for item in template):
                self._lists.append((number, name, tuple(item.number for item in template)))
            else:
                self._others.append((number, name, template))
        return number

    def copy(self, walks: Walks) -> Any:
        """Return an answer to write into; what is known of it goes into `walks`."""
        copies = [original.copy() for original in self._originals]
        for number, name, inner in self._links:
            copies[number][name] = copies[inner]
        for number, name, items in self._lists:
            copies[number][name] = [copies[item] for item in items]
        for number, name, template in self._others:
            copies[number][name] = _fill(template, copies)
        for key, numbers, found in self._walks:
            walks[key] = [
                copies[number] if number >= 0 else item
                for number, item in zip(numbers, found, strict=True)
            ]
        walks.repeated.update([id(copies[number]) for number in self._repeated])
        return _fill(self._root, copies)


def _fill(template: _Template, copies: list[dict[str, Any]]) -> Any:
    if isinstance(template, _Object):
        return copies[template.number]
    if template.__class__ is list:
        return [_fill(item, copies) for item in template]
    return template
