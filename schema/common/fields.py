"""The decorator of computed fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import strawberry

Method = TypeVar("Method", bound=Callable[..., Any])


def requiring(fields: str, *, description: str) -> Callable[[Method], Method]:
    """Return the decorator of a field that needs others' fields (`@requires`), a selection."""
    decorator: Callable[[Method], Method] = strawberry.federation.field(
        requires=[fields], description=description
    )
    return decorator


def computed(
    *, description: str, name: str | None = None, directives: Sequence[object] = ()
) -> Callable[[Method], Method]:
    """Return Strawberry's field decorator with a type that keeps the method's signature."""
    decorator: Callable[[Method], Method] = strawberry.field(
        name=name, description=description, directives=directives
    )
    return decorator


def scoped(scope: str, *, description: str) -> Callable[[Method], Method]:
    """Return the decorator of a field for callers with a scope (`@requiresScopes`); the resolver
    checks it as well, since a subgraph may be asked past the gateway."""
    decorator: Callable[[Method], Method] = strawberry.federation.field(
        requires_scopes=[[scope]], description=description
    )
    return decorator
