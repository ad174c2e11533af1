"""Cache tags: names under which an answer can be dropped before its time is over.

They come from `@cacheTag` in the supergraph, handed in as plain data (the executor knows no
schemas), and from the subgraph itself: in the header `cache-tag`, which holds for all of a
response, or in `extensions`, under the names that federation routers read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ROOT_TAGS = "apolloCacheTags"
ENTITY_TAGS = "apolloEntityCacheTags"

_PLACEHOLDER = re.compile(r"\{\s*\$(?:key|args)\.([\w.]+)\s*\}")


@dataclass(frozen=True, slots=True)
class TagFormats:
    """The `@cacheTag` formats of one subgraph, by entity type and by field of the query root."""

    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The same text for equal formats."""
        return repr((sorted(self.types.items()), sorted(self.fields.items())))

    def of_entity(self, representation: Mapping[str, Any]) -> Iterator[str]:
        """Yield the tags of the entity of a representation."""
        formats = self.types.get(str(representation.get("__typename")), ())
        yield from fill_all(formats, representation)

    def of_field(self, name: str, arguments: Mapping[str, Any]) -> Iterator[str]:
        """Yield the tags of a field of the query root."""
        yield from fill_all(self.fields.get(name, ()), arguments)


def fill_all(formats: Iterable[str], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the formats with their values filled in; one whose value is not there is left out.

    >>> list(fill_all(["patent-{$key.office.code}", "x-{$key.y}"], {"office": {"code": "CN"}}))
    ['patent-CN']
    """
    for text in formats:
        missing: list[str] = []

        def fill(match: re.Match[str], missing: list[str] = missing) -> str:
            value = _at(values, match[1].split("."))
            if value is None:
                missing.append(match[1])
            return str(value).lower() if isinstance(value, bool) else str(value)

        filled = _PLACEHOLDER.sub(fill, text)
        if not missing:
            yield filled


def told_for_all(headers: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the tags of the header `cache-tag`, which lists them with commas between."""
    return frozenset(
        tag.strip()
        for name, value in headers
        if name == "cache-tag"
        for tag in value.split(",")
        if tag.strip()
    )


def told_for_entities(extensions: Mapping[str, Any], key: str, count: int) -> Sequence[Any]:
    """Return the tags that a response tells for each of `count` entities of the field `key`.

    A list has a list of tags per entity of the only `_entities` field; an object has such a list
    per key, for responses with several of these fields.
    """
    told = extensions.get(ENTITY_TAGS)
    if isinstance(told, Mapping):
        told = told.get(key)
    return told if isinstance(told, list) and len(told) == count else ()


def texts(value: Any) -> Iterator[str]:
    """Yield the texts of what should be a list of tags."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))


def _at(values: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = values
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str | int | float | bool) else None
