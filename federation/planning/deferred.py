"""Operation with deferred parts → one plan, and a response shape for each part.

All parts have one plan: what the first answer needs comes first, and what a part adds is fetched
by calls of its own wherever its objects can be entered again (`late`). Nothing is fetched twice.
Which fetches a part waits for follows from what it shows; see `federation.execution.deferred`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from federation.operation.model import Operation
from federation.operation.passes.split_deferred import PLACEHOLDER, DeferredFragment
from federation.plan.deferred import DeferredPart, DeferredPlan
from federation.plan.shape import FieldShape, ListShape, ObjectShape, ResponseShape, ValueShape
from federation.planning.late import LatePart
from federation.planning.planner import Planner


def plan_deferred(
    planner: Planner,
    operation: Operation,
    primary: Operation,
    fragments: Sequence[tuple[DeferredFragment, Operation]],
    *,
    labels: frozenset[str] = frozenset(),
    should_stop: Callable[[], bool] | None = None,
) -> DeferredPlan:
    """Return the plan of `operation`; `primary` and `fragments` are its parts, normalised.

    Raises what `Planner.plan` raises.
    """
    parts = [LatePart(part, fragment.path, fragment.parent) for fragment, part in fragments]
    plan, shapes = planner.plan_with_shapes(
        operation, primary, parts, labels=labels, should_stop=should_stop
    )
    first, *others = (ResponseShape(_object(shape.root)) for shape in shapes)
    return DeferredPlan(
        plan,
        first,
        tuple(
            DeferredPart(fragment.label, fragment.path, shape, fragment.parent)
            for (fragment, _), shape in zip(fragments, others, strict=True)
        ),
    )


def _object(shape: ObjectShape) -> ObjectShape:
    """Return the shape without placeholders."""
    fields = tuple(_field(field) for field in shape.fields if field.key != PLACEHOLDER)
    return replace(shape, fields=fields)


def _field(field: FieldShape) -> FieldShape:
    return replace(field, value=_value(field.value))


def _value(shape: ValueShape) -> ValueShape:
    match shape:
        case ObjectShape():
            return _object(shape)
        case ListShape(item, nullable_items):
            return ListShape(_value(item), nullable_items)
    return shape
