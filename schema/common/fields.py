"""The decorator of computed fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

Method = TypeVar("Method", bound=Callable[..., Any])


def computed(*, description: str, name: str | None = None) -> Callable[[Method], Method]:
    """Return Strawberry's field decorator with a type that keeps the method's signature."""
    decorator: Callable[[Method], Method] = strawberry.field(name=name, description=description)
    return decorator
