"""What subgraphs say in their responses' `extensions`, passed on to the client by name.

One value per name from all responses of an operation, in the order of the plan and not of arrival:
lists are joined, equal items once; objects are merged member by member by the same rules; of any
other two values the first stays. A value has a bound in bytes; what would pass it is left out, and
its name is told in `extensions.truncated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import orjson

from federation.execution.json_codec import decode, encode

TRUNCATED: Final = "truncated"

_WORD: Final = b'"extensions"'


class _Envelope(msgspec.Struct, gc=False):
    extensions: msgspec.Raw = msgspec.Raw(b"null")


_decoder: Final = msgspec.json.Decoder(_Envelope)


def read_extensions(body: bytes | bytearray) -> Mapping[str, Any]:
    """Return the `extensions` of a response's bytes, of which nothing else is wanted."""
    if _WORD not in body:
        return {}
    try:
        found = decode(bytes(_decoder.decode(body).extensions))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Propagation:
    """`names`: the keys that are passed on, no others. `max_bytes`: of the value of each."""

    names: tuple[str, ...]
    max_bytes: int = 64 * 1024

    def merge(self, found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the extensions for the client; empty when no response had any of the names."""
        merged: dict[str, Any] = {}
        truncated = []
        responses = list(found)
        for name in self.names:
            values = [each[name] for each in responses if each.get(name) is not None]
            if values:
                joining = _Joining(self.max_bytes)
                value = joining.join_all(values)
                if value is not _NOTHING:
                    merged[name] = value
                if joining.is_full:
                    truncated.append(name)
        if truncated:
            merged[TRUNCATED] = truncated
        return merged


_NOTHING: Final = object()


class _Joining:
    """Joins the values of one name. What is given belongs to others and is never written into."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._items: dict[int, set[bytes]] = {}
        self.is_full = False

    def join_all(self, values: Iterable[Any]) -> Any:
        held: Any = _NOTHING
        for value in values:
            try:
                held = self._join(held, value)
            except (TypeError, RecursionError):
                self.is_full = True  # too deep, or no text: nothing that could be written
        return held

    def _join(self, held: Any, given: Any) -> Any:
        if held is _NOTHING:
            if given.__class__ is list:
                return self._extend([], given)
            if given.__class__ is dict:
                return self._update({}, given)
            return given if self._pays(encode(given)) else _NOTHING
        if held.__class__ is list and given.__class__ is list:
            return self._extend(held, given)
        if held.__class__ is dict and given.__class__ is dict:
            return self._update(held, given)
        return held

    def _extend(self, held: list[Any], given: list[Any]) -> list[Any]:
        seen = self._items.setdefault(id(held), set())
        for item in given:
            written = _canonical(item)
            if written not in seen and self._pays(written):
                seen.add(written)
                held.append(item)
        return held

    def _update(self, held: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        for key, value in given.items():
            if key in held:
                held[key] = self._join(held[key], value)
            elif self._pays(encode(key)):
                joined = self._join(_NOTHING, value)
                if joined is not _NOTHING:
                    held[key] = joined
        return held

    def _pays(self, written: bytes) -> bool:
        cost = len(written) + 1
        if cost > self._left:
            self.is_full = True
            return False
        self._left -= cost
        return True


def _canonical(value: Any) -> bytes:
    """Return a value as JSON in which the order of members makes no difference."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return encode(value)
