"""Plan → JSON, in the form tools read: `{"kind": "QueryPlan", "node": {…}}`.

Member names are those other gateways expose (`serviceName`, `variableUsages`, `requires` …).
What they have no word for stands beside it under names of ours: `id`, `dependsOn`, `caution`, and
the `BatchFetch` node. The response shape is not part of it.
"""

from __future__ import annotations

from typing import Any, assert_never

from federation.plan.nodes import (
    BatchFetch,
    Condition,
    ContextValue,
    Defer,
    EntityBatch,
    Fetch,
    Flatten,
    Parallel,
    Path,
    PathKey,
    PlanNode,
    QueryPlan,
    RenameKey,
    Representation,
    RequiredField,
    RequiredSelection,
    Sequence,
    Subscription,
)

Json = dict[str, Any]


def encode_plan(plan: QueryPlan) -> Json:
    """Return the plan as JSON data."""
    if plan.node is None:
        return {"kind": "QueryPlan"}
    found: Json = {"kind": "QueryPlan", "node": encode_node(plan.node)}
    if plan.caution is not None:
        fetches = sorted(plan.caution.fetches)
        found["caution"] = {"fetches": fetches, "plan": encode_plan(plan.caution.plan)}
    return found


def encode_node(node: PlanNode) -> Json:
    """Return one node, with all below it."""
    match node:
        case Fetch():
            return _fetch(node)
        case BatchFetch():
            return _batch(node)
        case Flatten(path, inner):
            return {"kind": "Flatten", "path": encode_path(path), "node": encode_node(inner)}
        case Sequence(nodes):
            return {"kind": "Sequence", "nodes": [encode_node(n) for n in nodes]}
        case Parallel(nodes):
            return {"kind": "Parallel", "nodes": [encode_node(n) for n in nodes]}
        case Condition(variable, then, otherwise):
            found: Json = {"kind": "Condition", "condition": variable}
            if then is not None:
                found["ifClause"] = encode_node(then)
            if otherwise is not None:
                found["elseClause"] = encode_node(otherwise)
            return found
        case Subscription(primary, rest):
            found = {"kind": "Subscription", "primary": encode_node(primary)}
            if rest is not None:
                found["rest"] = encode_node(rest)
            return found
        case Defer():
            return _defer(node)
        case _:
            assert_never(node)


def _defer(defer: Defer) -> Json:
    primary: Json = {"subselection": defer.subselection}
    if defer.primary is not None:
        primary["node"] = encode_node(defer.primary)
    deferred: list[Json] = []
    for part in defer.deferred:
        found: Json = {
            "depends": [{"id": str(number)} for number in part.depends],
            "label": part.label,
            "queryPath": list(part.path),
            "subselection": part.subselection,
        }
        if part.node is not None:
            found["node"] = encode_node(part.node)
        deferred.append(found)
    return {"kind": "Defer", "primary": primary, "deferred": deferred}


def encode_path(path: Path) -> list[str]:
    """Return a path as keys; "@" is each list item, `|[T]` a condition on the object before.

    >>> encode_path((PathKey("a"), PathKey("b", ("T",))))
    ['a|[T]', 'b']
    """
    found: list[str] = []
    for element in path:
        if not isinstance(element, PathKey):
            found.append("@")
            continue
        if element.types is not None:
            condition = f"|[{','.join(element.types)}]"
            if found:
                found[-1] += condition
            else:
                found.append(condition)
        found.append(element.key)
    return found


def _fetch(fetch: Fetch) -> Json:
    found: Json = {
        "kind": "Fetch",
        "serviceName": fetch.subgraph,
        "variableUsages": list(fetch.variables),
        "operation": fetch.operation,
        "operationKind": fetch.kind.value,
        "operationName": fetch.operation_name,
        "id": fetch.id,
        "dependsOn": list(fetch.depends_on),
        "inputRewrites": None,
        "outputRewrites": _rewrites(fetch.output_rewrites),
    }
    if fetch.representations:
        found["requires"] = _representations(fetch.representations)
    return found


def _batch(batch: BatchFetch) -> Json:
    return {
        "kind": "BatchFetch",
        "serviceName": batch.subgraph,
        "variableUsages": list(batch.variables),
        "operation": batch.operation,
        "operationKind": "query",
        "operationName": batch.operation_name,
        "id": batch.id,
        "dependsOn": list(batch.depends_on),
        "entities": [_entity(entity) for entity in batch.entities],
    }


def _entity(entity: EntityBatch) -> Json:
    found: Json = {
        "alias": entity.alias,
        "variable": entity.variable,
        "paths": [encode_path(path) for path in entity.paths],
        "requires": _representations(entity.representations),
        "outputRewrites": _rewrites(entity.output_rewrites),
    }
    if entity.contexts:
        found["contexts"] = [_context(value, entity.paths[0]) for value in entity.contexts]
    return found


def _context(value: ContextValue, path: Path) -> Json:
    """`path` of a source leads to the object the value is taken from, `keys` on to the value."""
    return {
        "variable": value.variable,
        "type": value.type,
        "sources": [
            {
                "path": encode_path(path[: source.depth]),
                "types": list(source.types),
                "keys": list(source.keys),
            }
            for source in value.sources
        ],
    }


def _rewrites(rewrites: tuple[RenameKey, ...]) -> list[Json] | None:
    if not rewrites:
        return None
    return [
        {"kind": "KeyRenamer", "path": encode_path(r.path), "renameKeyTo": r.to} for r in rewrites
    ]


def _representations(representations: tuple[Representation, ...]) -> list[Json]:
    found: list[Json] = []
    for item in representations:
        for name in [item.typename] if item.typename else item.types:
            typename: Json = {"kind": "Field", "name": "__typename"}
            selections = [typename, *map(_required, item.selections)]
            found.append(
                {"kind": "InlineFragment", "typeCondition": name, "selections": selections}
            )
    return found


def _required(selection: RequiredSelection) -> Json:
    if isinstance(selection, RequiredField):
        found: Json = {"kind": "Field", "name": selection.name}
        if selection.source != selection.name:
            # Where the data has it: a field name would be misread as what the subgraph gets.
            found["source"] = selection.source
    else:
        found = {"kind": "InlineFragment", "typeCondition": selection.condition}
    if selection.selections:
        found["selections"] = [_required(inner) for inner in selection.selections]
    return found
