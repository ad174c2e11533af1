"""The tree of a plan with deferred parts, as people and tools know it: a `Defer` node.

It is made for reading: fetches that the first answer needs stand under `primary`, each other one
under the first part that needs it. Executors run the plain plan, where a fetch starts as soon as
its own inputs are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from federation.plan import nodes
from federation.plan.deferred import DeferredPlan
from federation.plan.nodes import Defer, DeferredNode, PlanNode, QueryPlan
from federation.plan.shape import FieldShape, ListShape, ObjectShape, TypenameShape, ValueShape


def with_defer_node(plan: DeferredPlan, needs: Sequence[frozenset[int]]) -> QueryPlan:
    """Return the plan with a `Defer` node at its top.

    `needs`: ids of the fetches that the first answer, and then each part, depends on.
    """
    root = plan.plan.node
    taken = set(needs[0])
    deferred: list[DeferredNode] = []
    for part, needed in zip(plan.parts, needs[1:], strict=True):
        own = needed - taken
        node = _only(root, frozenset(own))
        waits = {number for fetch in _fetches(node) for number in fetch.depends_on} - own
        shape: ValueShape = part.shape.root
        for _ in part.path:
            shape = _below(shape)
        text = _selection(shape)
        deferred.append(DeferredNode(part.label, part.path, text, tuple(sorted(waits)), node))
        taken |= own
    primary = _only(root, frozenset(needs[0]))
    return replace(plan.plan, node=Defer(_selection(plan.primary.root), primary, tuple(deferred)))


def _only(node: PlanNode | None, wanted: frozenset[int]) -> PlanNode | None:
    """Return the tree with only these fetches, None when none is left."""
    match node:
        case nodes.Fetch() | nodes.BatchFetch():
            return node if node.id in wanted else None
        case nodes.Flatten(path, inner):
            kept = _only(inner, wanted)
            return kept and nodes.Flatten(path, kept)
        case nodes.Sequence(children) | nodes.Parallel(children):
            left = tuple(n for n in (_only(child, wanted) for child in children) if n is not None)
            if len(left) < 2:
                return left[0] if left else None
            return type(node)(left)
        case nodes.Condition(variable, then, otherwise):
            one, two = _only(then, wanted), _only(otherwise, wanted)
            return nodes.Condition(variable, one, two) if one or two else None
    return None


def _fetches(node: PlanNode | None) -> Iterator[nodes.Fetch | nodes.BatchFetch]:
    match node:
        case nodes.Fetch() | nodes.BatchFetch():
            yield node
        case nodes.Flatten(_, inner):
            yield from _fetches(inner)
        case nodes.Sequence(children) | nodes.Parallel(children):
            for child in children:
                yield from _fetches(child)
        case nodes.Condition(_, then, otherwise):
            yield from _fetches(then)
            yield from _fetches(otherwise)


def _below(shape: ValueShape) -> ValueShape:
    """Return the object that the one field leading to a part holds."""
    shape = shape.fields[0].value if isinstance(shape, ObjectShape) and shape.fields else shape
    while isinstance(shape, ListShape):
        shape = shape.item
    return shape


def _selection(shape: ValueShape) -> str:
    """Return what a shape shows as GraphQL text; aliases as the client wrote them."""
    while isinstance(shape, ListShape):
        shape = shape.item
    if not isinstance(shape, ObjectShape):
        return ""
    seen: dict[str, str] = {}
    for field in shape.fields:
        seen.setdefault(field.key, _field(field))
    return "{" + " ".join(seen.values() or ("__typename",)) + "}"


def _field(field: FieldShape) -> str:
    name = "__typename" if isinstance(field.value, TypenameShape) else field.field or field.key
    head = name if name == field.key else f"{field.key}:{name}"
    inner = field.value
    while isinstance(inner, ListShape):
        inner = inner.item
    return head + (_selection(inner) if isinstance(inner, ObjectShape) else "")
