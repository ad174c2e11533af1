"""How fields of our GraphQL APIs are found: attributes and methods by their Python names.

A field `publishedAt` is the attribute or method `published_at` of its object, so that the model's
own records can be answered as they are; a few fields with other names are in a table. Objects of
union and interface types say what they are by `typename`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from inspect import isawaitable
from typing import Any

from graphql import GraphQLAbstractType, GraphQLResolveInfo

from federation.registry.model import GraphRef

# `Type.field` → how it is found from the object, the context and the arguments.
Table = Mapping[str, Callable[..., Any]]

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=1024)
def python_name(name: str) -> str:
    """Return the name as Python writes it.

    >>> python_name("publishedAt"), python_name("targetURL")
    ('published_at', 'target_url')
    """
    return _WORD.sub("_", name).lower()


def field_resolver(table: Table) -> Callable[..., Any]:
    """Return the resolver of all fields of a schema."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = {python_name(name): value for name, value in arguments.items()}
        found = table.get(f"{info.parent_type.name}.{info.field_name}")
        if found is not None:
            value = found(source, info.context, **given)
        else:
            if source is None:
                # The root: the context has an object for each kind of operation.
                source = getattr(info.context, info.parent_type.name.lower())
            name = python_name(info.field_name)
            value = source[name] if isinstance(source, Mapping) else getattr(source, name)
            if callable(value):
                value = value(**given)
        if isawaitable(value):
            return _plain_later(value)
        return plain(value)

    return resolve


def resolve_type(value: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
    """Return which type an object of a union or interface is."""
    name: str = value.typename
    return name


async def _plain_later(value: Awaitable[Any]) -> Any:
    return plain(await value)


def plain(value: Any) -> Any:
    """Return the value as GraphQL's scalars and enums have it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, GraphRef):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    return value
