"""How a field's resolver is called: straight, where Strawberry would add nothing to the call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from graphql import GraphQLField, GraphQLResolveInfo, Undefined
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry import Info
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.common.fields import LOADS_ONLY
from schema.execution.leaves import Odd

if TYPE_CHECKING:
    from schema.execution.executor import CompiledExecutor
    from schema.execution.fields import ResolvedField

_SHARED: Final = frozenset(
    {str, int, float, bool, type(None), date, datetime, Decimal, UUID, type(Undefined)}
)


@dataclass(frozen=True, slots=True)
class Resolver:
    """A method or function, with what it takes beside the arguments of the field.

    `stepped`: it is asynchronous and waits for loaders only.
    """

    call: Callable[..., Any]
    field: StrawberryField
    takes_self: bool
    takes_info: bool
    takes_arguments: bool
    is_async: bool
    stepped: bool


def strawberry_field(definition: GraphQLField) -> StrawberryField | None:
    """Return what a field was made from; None for fields of introspection."""
    found = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return found if isinstance(found, StrawberryField) else None


def attribute_of(field: StrawberryField, config: StrawberryConfig) -> str | None:
    """Return the attribute that a field without a resolver shows; None for any other field."""
    if field.is_basic_field and config.default_resolver is getattr:
        return field.python_name
    return None


def resolver_of(field: StrawberryField, config: StrawberryConfig) -> Resolver | None:
    """Return the resolver, None where Strawberry has more to do than to call it."""
    resolver = field.base_resolver
    if (
        resolver is None
        or field.extensions
        or field.is_subscription
        or config.info_class is not Info
        or resolver.root_parameter is not None
        or resolver.parent_parameter is not None
        or type(field).get_result is not StrawberryField.get_result
        or not callable(resolver.wrapped_func)
    ):
        return None
    info = resolver.info_parameter
    if info is not None and info.name != "info":
        return None
    call = resolver.wrapped_func
    is_async = inspect.iscoroutinefunction(call)
    if is_async != field.is_async:
        return None
    return Resolver(
        call,
        field,
        resolver.self_parameter is not None,
        info is not None,
        bool(field.arguments),
        is_async,
        is_async and getattr(call, LOADS_ONLY, False),
    )


class FieldInfo(Info):
    """Strawberry's `Info`, whose larger part is only made when a resolver looks at it."""

    context: Any = None

    def __init__(self, executor: CompiledExecutor, field: ResolvedField, path: Path | None) -> None:
        self.context = executor.context_value
        self._field = field.resolver.field
        self._made_of = (executor, field, path)

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        executor, field, path = self._made_of
        return field.resolve_info(executor, path)


def arguments_of(
    executor: CompiledExecutor, field: ResolvedField, *, shared: bool
) -> dict[str, Any]:
    """Return the arguments of a field as the resolver takes them; `shared`: for several objects.

    Raises:
        Odd: they are refused, or such that objects must not share them.
    """
    details = field.details[0]
    config = field.config
    try:
        given = get_argument_values(
            field.definition,
            details.node,
            executor.variable_values,
            details.fragment_variable_values,
            executor.hide_suggestions,
        )
        found = convert_arguments(
            given,
            field.resolver.field.arguments,
            scalar_registry=config.scalars,
            config=config.config,
            info=FieldInfo(executor, field, None),
        )
    except Exception:
        raise Odd from None
    for value in found.values():
        if shared and type(value) not in _SHARED and not isinstance(value, Enum):
            raise Odd
    return found
