"""The decorator of computed fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import strawberry

Method = TypeVar("Method", bound=Callable[..., Any])

LOADS_ONLY: Final = "loads_only"
"""Attribute of an asynchronous method that waits for loaders and for nothing else."""


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


def loads_only(method: Method) -> Method:
    """Mark a resolver that waits for loaders and for nothing else.

    It is executed without a task of its own (`schema.execution.pending`), so it must not use what
    belongs to a task: time limits, task groups, changes of context variables.
    """
    setattr(method, LOADS_ONLY, True)
    return method


def loaded(
    *, description: str, name: str | None = None, directives: Sequence[object] = ()
) -> Callable[[Method], Method]:
    """Return the decorator of a computed field that waits for loaders only (`loads_only`)."""
    decorate: Callable[[Method], Method] = computed(
        description=description, name=name, directives=directives
    )

    return lambda method: decorate(loads_only(method))


def scoped(scope: str, *, description: str) -> Callable[[Method], Method]:
    """Return the decorator of a field for callers with a scope (`@requiresScopes`); the resolver
    checks it as well, since a subgraph may be asked past the gateway."""
    decorator: Callable[[Method], Method] = strawberry.federation.field(
        requires_scopes=[[scope]], description=description
    )
    return decorator
