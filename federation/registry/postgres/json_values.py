"""Parts of the model that are stored as JSON: findings, git contexts, results of checks."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")


def to_json(value: object) -> Any:
    """Return plain lists, dicts and texts that `jsonb` can hold.

    It cannot hold NUL, which a message may quote from a schema's text; that becomes U+FFFD.
    """
    plain = msgspec.to_builtins(value)
    return _without_nul(plain) if b"\\u0000" in msgspec.json.encode(plain) else plain


def from_json(value: Any, type_: type[T]) -> T:
    """Return the value that `to_json` was given. Keys that are new have their defaults."""
    return msgspec.convert(value, type_)


def is_uuid(text: str) -> bool:
    """Whether a text can be an id here; others are not sent to PostgreSQL, which refuses them."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_nul(item) for item in value]
    return value
