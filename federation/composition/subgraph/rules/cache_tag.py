"""`@cacheTag`: on entities, with `$key`, and on fields of the query root, with `$args`.

The format is text with `{$key.a.b}` or `{$args.x}` in it, filled in for each answer; so what it
names must exist, be a single value and never be null. An object can be fetched by any of its
keys, so what the tag of an entity names must be in each of them.
Source: federation v2.12, response caching.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import FieldNode, SelectionSetNode

from federation.composition.result import Diagnostics
from federation.composition.subgraph import field_sets
from federation.composition.subgraph.state import Applied, FieldState, SubgraphState, TypeState
from federation.language import ListOf, NonNull, TypeRef, named_type
from federation.supergraph.model import TypeKind

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_VARIABLE = re.compile(r"^\$(\w+)((?:\.\w+)*)$")
_LEAVES = (TypeKind.SCALAR, TypeKind.ENUM)

Problem = tuple[str, str]


def cache_tag_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        for applied in type_.applied("cacheTag"):
            _report(state, type_.name, applied, _on_type(state, type_, applied), diagnostics)
        for field in type_.fields.values():
            for applied in field.applied("cacheTag"):
                found = _on_field(state, type_, field, applied)
                _report(state, field.coordinate, applied, found, diagnostics)


def _report(
    state: SubgraphState,
    coordinate: str,
    applied: Applied,
    problems: Iterator[Problem],
    diagnostics: Diagnostics,
) -> None:
    for code, text in problems:
        diagnostics.report(
            code,
            f'The @cacheTag(format: "{applied.arguments.get("format")}") on "{coordinate}" in '
            f'subgraph "{state.name}" cannot be used: {text}.',
            coordinate,
            [(state.name, applied.node)],
        )


def _on_type(state: SubgraphState, type_: TypeState, applied: Applied) -> Iterator[Problem]:
    keys = [a for a in type_.applied("key") if a.arguments.get("resolvable", True)]
    if not keys:
        text = f'"{type_.name}" has no resolvable @key; give it one, or tag the root fields'
        yield "CACHE_TAG_ENTITY_NOT_RESOLVABLE", text
        return
    for placeholder in _placeholders(applied):
        match = _VARIABLE.match(placeholder)
        if match is None:
            yield "CACHE_TAG_INVALID_FORMAT", _malformed(placeholder, "$key.id")
        elif match[1] != "key" or not match[2]:
            text = f'"{{{placeholder}}}" is no key field; an entity is tagged by {{$key.<field>}}'
            yield "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY", text
        else:
            yield from _key_path(state, type_, keys, match[2][1:].split("."))


def _key_path(
    state: SubgraphState, type_: TypeState, keys: list[Applied], path: list[str]
) -> Iterator[Problem]:
    problem = _path_problem(state, type_, path)
    if problem is not None:
        yield problem
    elif not all(_contains(field_sets.parse(key), path) for key in keys):
        text = f'"{".".join(path)}" is not in every @key of "{type_.name}"; use one that is'
        yield "CACHE_TAG_INVALID_FORMAT_FIELD_SET_ON_ENTITY", text


def _on_field(
    state: SubgraphState, type_: TypeState, field: FieldState, applied: Applied
) -> Iterator[Problem]:
    if type_.name != "Query":
        text = "only fields of the query root and entities can be tagged; tag the type instead"
        yield "CACHE_TAG_NOT_ON_ROOT_FIELD", text
        return
    for placeholder in _placeholders(applied):
        match = _VARIABLE.match(placeholder)
        if match is None:
            yield "CACHE_TAG_INVALID_FORMAT", _malformed(placeholder, "$args.id")
        elif match[1] != "args" or not match[2]:
            text = f'"{{{placeholder}}}" is no argument; a root field is tagged by {{$args.<name>}}'
            yield "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD", text
        else:
            yield from _argument_path(state, field, match[2][1:].split("."))


def _argument_path(state: SubgraphState, field: FieldState, path: list[str]) -> Iterator[Problem]:
    argument = field.arguments.get(path[0])
    if argument is None:
        text = f'"{field.coordinate}" has no argument "{path[0]}"'
        yield "CACHE_TAG_INVALID_FORMAT", text
        return
    where, ref = argument.coordinate, argument.type
    for name in path[1:]:
        below = state.types.get(named_type(ref))
        value = below.input_fields.get(name) if below else None
        if value is None:
            yield "CACHE_TAG_INVALID_FORMAT", f'"{where}" has no field "{name}"'
            return
        if not isinstance(ref, NonNull):
            break
        where, ref = value.coordinate, value.type
    if not isinstance(ref, NonNull):
        text = f'"{where}" of type {ref} can be null; make it {ref}!, or leave it out'
        yield "CACHE_TAG_FORMAT_NULLABLE_ARGUMENT", text
    elif not _is_leaf(state, ref):
        text = f'"{where}" of type {ref} is no single scalar or enum value'
        yield "CACHE_TAG_INVALID_FORMAT", text


def _path_problem(state: SubgraphState, type_: TypeState, path: list[str]) -> Problem | None:
    current: TypeState | None = type_
    for index, name in enumerate(path):
        field = current.fields.get(name) if current else None
        if field is None:
            return "CACHE_TAG_INVALID_FORMAT", f'there is no field "{".".join(path[: index + 1])}"'
        if not isinstance(field.type, NonNull):
            text = f'"{field.coordinate}" of type {field.type} can be null; use a field that cannot'
            return "CACHE_TAG_FORMAT_NULLABLE_FIELD", text
        if index == len(path) - 1 and not _is_leaf(state, field.type):
            text = f'"{field.coordinate}" of type {field.type} is no single scalar or enum value'
            return "CACHE_TAG_INVALID_FORMAT", text
        current = state.types.get(named_type(field.type))
    return None


def _is_leaf(state: SubgraphState, ref: TypeRef) -> bool:
    if isinstance(ref.of if isinstance(ref, NonNull) else ref, ListOf):
        return False
    type_ = state.types.get(named_type(ref))
    return type_ is None or type_.kind in _LEAVES


def _contains(selection_set: SelectionSetNode | None, path: list[str]) -> bool:
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode) and node.name.value == path[0]:
            return len(path) == 1 or _contains(node.selection_set, path[1:])
    return False


def _placeholders(applied: Applied) -> list[str]:
    text = str(applied.arguments.get("format"))
    found = [placeholder.strip() for placeholder in _PLACEHOLDER.findall(text)]
    rest = _PLACEHOLDER.sub("", text)
    # A brace without its partner: told like a malformed placeholder.
    return [*found, rest] if "{" in rest or "}" in rest else found


def _malformed(placeholder: str, example: str) -> str:
    return f'"{placeholder}" in braces is no variable; write for example "tag-{{{example}}}"'
