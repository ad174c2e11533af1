"""The careful road from data to answer: paths, errors, null propagation.

Taken when the generated projection met something irregular. GraphQL October 2021 §6.4.3
(CompleteValue) and §6.4.4 (handling field errors): a null or unusable value of a nullable field
is null; of a non-null field it makes the nearest nullable parent null. An error is added unless
one that is already reported explains the null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.execution.errors import ErrorList
from federation.execution.locate import ClientPath, is_included, object_type
from federation.execution.runtime import LEAVES, Irregular, is_writable, leaf_enum
from federation.plan.shape import (
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    RawShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)

CODE = "RESPONSE_VALIDATION_FAILED"


class _NullError(Exception):
    """A non-null position is null; the error is already reported."""


def complete(
    shape: ResponseShape, data: Mapping[str, Any], variables: Mapping[str, Any], errors: ErrorList
) -> dict[str, Any] | None:
    """Return the answer's `data` and add what is wrong with it to `errors`."""
    try:
        return _Completion(variables, errors).object(shape.root, data, (), is_root=True)
    except _NullError:
        return None


def complete_object(
    shape: ObjectShape,
    value: Any,
    path: ClientPath,
    variables: Mapping[str, Any],
    errors: ErrorList,
) -> dict[str, Any] | None:
    """Return an object of the answer that stands at `path`, or None when it must be null."""
    try:
        return _Completion(variables, errors).object(shape, value, path)
    except _NullError:
        return None


@dataclass(frozen=True, slots=True)
class _Completion:
    variables: Mapping[str, Any]
    errors: ErrorList

    def object(
        self, shape: ObjectShape, value: Any, path: ClientPath, is_root: bool = False
    ) -> dict[str, Any]:
        typename = shape.typename if is_root else object_type(shape, value)
        answer: dict[str, Any] = {}
        for field in shape.fields:
            if field.types is not None and typename not in field.types:
                continue
            if not is_included(field.conditions, self.variables):
                continue
            if isinstance(field.value, TypenameShape):
                answer[field.key] = typename
            else:
                answer[field.key] = self.position(
                    field, field.value, field.nullable, value.get(field.source), (*path, field.key)
                )
        return answer

    def position(
        self, field: FieldShape, shape: ValueShape, nullable: bool, value: Any, path: ClientPath
    ) -> Any:
        """Return the completed value of a field or list item, null where that is allowed.

        Raises `_NullError` where it is not.
        """
        if isinstance(shape, RawShape):
            return value
        if isinstance(shape, WithheldShape):
            # The error is told already, for all such places at once.
            if nullable:
                return None
            raise _NullError
        try:
            if value is not None:
                return self.value(field, shape, value, path)
            if not nullable:
                self.report(f"Cannot return null for non-nullable field {_name(field)}.", path)
                raise _NullError
        except _NullError:
            if not nullable:
                raise
        return None

    def value(self, field: FieldShape, shape: ValueShape, value: Any, path: ClientPath) -> Any:
        match shape:
            case LeafShape():
                return self.leaf(field, shape, value, path)
            case ListShape(item, nullable_items):
                if value.__class__ is not list:
                    self.refuse(f"{_name(field)} must be a list.", path)
                return [
                    self.position(field, item, nullable_items, one, (*path, index))
                    for index, one in enumerate(value)
                ]
            case ObjectShape():
                if value.__class__ is not dict:
                    self.refuse(f"{_name(field)} must be an object.", path)
                typename = object_type(shape, value)
                if typename.__class__ is not str or typename not in shape.types:
                    self.refuse(f"{_name(field)} is of a type that cannot be answered here.", path)
                return self.object(shape, value, path)
            case TypenameShape() | RawShape() | WithheldShape():
                return value

    def leaf(self, field: FieldShape, shape: LeafShape, value: Any, path: ClientPath) -> Any:
        try:
            if shape.allowed is not None:
                return leaf_enum(value, shape.allowed)
            check = LEAVES.get(shape.scalar)
            if is_writable(value):
                return value if check is None else check(value)
            raise Irregular
        except Irregular:
            self.refuse(f"The value of {_name(field)} is not a valid {shape.scalar}.", path)

    def refuse(self, message: str, path: ClientPath) -> Any:
        self.errors.add(message, code=CODE, path=path)
        raise _NullError

    def report(self, message: str, path: ClientPath) -> None:
        if not self.errors.explains(path):
            self.errors.add(message, code=CODE, path=path)


def _name(field: FieldShape) -> str:
    return f"{field.parent}.{field.field}" if field.parent else field.field or field.key
