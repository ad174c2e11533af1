"""Arguments of entity fetches that come from objects further up (`EntityBatch.contexts`).

Before the representations are gathered, each value is put beside the entity's own members, under
a name no field can have; there it is part of the representation, so that two objects are one
entity only where the values agree, too. Then the representations are sorted by their values. One
group is the call as planned; several are asked for in one call under an alias each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from federation.execution.runtime import key_of
from federation.execution.transport import SubgraphResponse
from federation.plan.nodes import (
    CONTEXT_MARK,
    ContextValue,
    EntityBatch,
    Path,
    PathKey,
    Representation,
    RequiredField,
)


def with_context_members(batch: EntityBatch) -> EntityBatch:
    """Return the batch with the values of its contexts in its representations."""
    members = tuple(
        RequiredField(_member(one), _member(one), (), nullable=not one.type.endswith("!"))
        for one in batch.contexts
    )
    representations = tuple(
        Representation(one.types, (*one.selections, *members), one.typename)
        for one in batch.representations
    )
    return replace(batch, representations=representations)


# A null that was put into an object: the object, the member, and where it was copied from.
CopiedNull = tuple[Any, str, Any, str]


def put_contexts(data: Mapping[str, Any], batch: EntityBatch) -> list[CopiedNull]:
    """Write the values of the batch's contexts into the objects at its paths.

    Returns the nulls among them, which may stand for values that could not be had.
    """
    nulls: list[CopiedNull] = []
    for path in batch.paths:
        _put(data, path, (), batch.contexts, nulls)
    return nulls


def _member(context: ContextValue) -> str:
    return CONTEXT_MARK + context.variable


def _put(
    value: Any,
    path: Path,
    above: tuple[Any, ...],
    contexts: tuple[ContextValue, ...],
    nulls: list[CopiedNull],
) -> None:
    depth, above = len(above), (*above, value)
    if depth == len(path):
        if value.__class__ is dict:
            for one in contexts:
                found, container, key = _value(one, above)
                value[_member(one)] = found
                if found is None:
                    nulls.append((value, _member(one), container, key))
        return
    element = path[depth]
    if isinstance(element, PathKey):
        if value.__class__ is dict and (
            element.types is None or value.get("__typename") in element.types
        ):
            _put(value.get(element.key), path, above, contexts, nulls)
    elif value.__class__ is list:
        for item in value:
            _put(item, path, above, contexts, nulls)


def _value(context: ContextValue, above: Sequence[Any]) -> tuple[Any, Any, str]:
    """Return the value, and the last object on the way to it with the member it has it from."""
    for source in context.sources:
        value = above[source.depth]
        if value.get("__typename", source.types[0]) in source.types:
            container, member = value, ""
            for key in source.keys:
                if value.__class__ is not dict:
                    return None, container, member
                container, member, value = value, key, value.get(key)
            return value, container, member
    return None, None, ""


@dataclass(frozen=True, slots=True)
class ContextCall:
    """One call for all groups. `operation`: None for the text as planned.

    `groups`: for each alias the positions of its representations among all.
    """

    operation: str | None
    variables: dict[str, Any]
    groups: tuple[tuple[int, ...], ...]
    alias: str

    def as_planned(self, response: SubgraphResponse) -> SubgraphResponse:
        """Return the response as if all entities had been asked for under the planned alias."""
        if self.operation is None:
            return response
        aliases = [f"{self.alias}_{number}" for number in range(len(self.groups))]
        errors = tuple(self._error(error, aliases) for error in response.errors)
        data = response.data
        if data.__class__ is not dict:
            return replace(response, errors=errors)
        entities: list[Any] = [None] * sum(map(len, self.groups))
        for alias, group in zip(aliases, self.groups, strict=True):
            found = data.get(alias)
            if found is None and errors:
                continue
            if found.__class__ is not list or len(found) != len(group):
                return replace(response, data={}, errors=errors, memo=None)
            for position, entity in zip(group, found, strict=True):
                entities[position] = entity
        return replace(response, data={self.alias: entities}, errors=errors, memo=None)

    def _error(self, error: Any, aliases: list[str]) -> Any:
        path = error.get("path") if isinstance(error, dict) else None
        if not isinstance(path, list) or not path or path[0] not in aliases:
            return error
        group = self.groups[aliases.index(path[0])]
        if len(path) < 2 or type(path[1]) is not int or not 0 <= path[1] < len(group):
            return {**error, "path": [self.alias]}
        return {**error, "path": [self.alias, group[path[1]], *path[2:]]}


def split_by_contexts(
    batch: EntityBatch, representations: Sequence[Mapping[str, Any]], definitions: str, name: str
) -> ContextCall:
    """Return the call for representations that hold the values of contexts."""
    members = [_member(context) for context in batch.contexts]
    groups: dict[Any, list[int]] = {}
    for position, item in enumerate(representations):
        groups.setdefault(key_of([item[member] for member in members]), []).append(position)
    many = len(groups) > 1
    variables: dict[str, Any] = {}
    defined, fields = [], []
    for number, group in enumerate(groups.values()):
        end = f"_{number}" if many else ""
        variables[batch.variable + end] = [
            {key: value for key, value in representations[position].items() if key not in members}
            for position in group
        ]
        defined.append(f"${batch.variable}{end}:[_Any!]!")
        for context, member in zip(batch.contexts, members, strict=True):
            variables[context.variable + end] = representations[group[0]][member]
            defined.append(f"${context.variable}{end}:{context.type}")
        body = batch.body.replace(CONTEXT_MARK, end)
        fields.append(f"{batch.alias}{end}:_entities(representations:${batch.variable}{end}){body}")
    operation = None
    if many:
        head = f"query {name}(" if name else "query("
        last = [definitions] if definitions else []
        operation = head + ",".join([*defined, *last]) + "){" + " ".join(fields) + "}"
    return ContextCall(operation, variables, tuple(map(tuple, groups.values())), batch.alias)
