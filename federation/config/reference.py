"""Struct → a page that lists every key of a configuration file: its values, default and meaning."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from federation.config.convert import Subtree
from federation.config.descriptions import describe_keys, describe_section
from federation.config.duration import is_duration, print_duration
from federation.config.structs import structs_of

_HEAD = "| key | values | default | meaning |\n|---|---|---|---|"
_WORDS = {str: "text", int: "whole number", float: "number", bool: "true, false", Subtree: "map"}
# What each bound of msgspec's Meta is called.
_BOUNDS = (("ge", "≥ {}"), ("gt", "> {}"), ("le", "≤ {}"), ("lt", "< {}"))
_LENGTHS = (("min_length", "at least {} characters"), ("max_length", "at most {} characters"))


def print_reference(struct: type[msgspec.Struct]) -> str:
    """Return the page in Markdown, a table for each top-level key."""
    page = _Page()
    whole = struct()
    parts = []
    for field in msgspec.structs.fields(struct):
        rows = page.rows(
            field, field.encode_name, getattr(whole, field.name), describe_keys(struct)
        )
        parts.append("\n".join([f"## {field.encode_name}\n", *_about(field.type), _HEAD, *rows]))
    return "\n\n".join(parts) + "\n"


class _Page:
    """Remembers where each Struct was listed: one that comes again, as it did, is not repeated."""

    def __init__(self) -> None:
        self._listed: dict[tuple[type, str], str] = {}

    def rows(
        self,
        field: msgspec.structs.FieldInfo,
        path: str,
        value: object,
        told: Mapping[str, str],
    ) -> Iterator[str]:
        """Yield the rows of one key and all below it. `value`: its default."""
        inner = next(structs_of(field.type), None)
        meaning = told.get(field.encode_name, "")
        if inner is None:
            default = "required" if field.required else _default(field.type, value)
            yield _row(path, _values(field.type), default, meaning or _usual(field))
            return
        below = path + _suffix(field.type)
        whole = isinstance(value, msgspec.Struct)
        default = "" if whole else "required" if field.required else _default(field.type, value)
        usual = not whole or _is_usual(value)
        same = self._listed.setdefault((inner, "" if usual else repr(value)), below)
        if same != below:
            yield _row(below, f"as `{same}`", default, meaning)
            return
        if not whole or meaning:
            yield _row(below, _values(field.type), default, meaning)
        yield from self._below(inner, below, value)

    def _below(self, struct: type[msgspec.Struct], path: str, value: object) -> Iterator[str]:
        told = describe_keys(struct)
        for field in msgspec.structs.fields(struct):
            own = (
                getattr(value, field.name)
                if isinstance(value, struct)
                else None
                if field.required
                else field.default_factory()
                if field.default is msgspec.NODEFAULT
                else field.default
            )
            yield from self.rows(field, f"{path}.{field.encode_name}", own, told)


def _about(kind: Any) -> list[str]:
    """Return the description of a top-level section, and an empty line."""
    inner = next(structs_of(kind), None)
    text = "" if inner is None else describe_section(inner)
    return [text + "\n"] if text else []


def _usual(field: msgspec.structs.FieldInfo) -> str:
    return "Whether it is on." if field.encode_name == "enabled" else ""


def _is_usual(value: object) -> bool:
    """Return whether every key of a section is what it is by default."""
    try:
        return value == type(value)()
    except TypeError:
        return False  # it has keys without a default


def _suffix(kind: Any) -> str:
    """Return how the keys below are reached: in a map by a name, in a list in each item."""
    bare = _bare(kind)
    origin = typing.get_origin(bare)
    if origin in (dict, Mapping):
        return ".<name>"
    return "[]" if origin in (list, tuple) else ""


def _bare(kind: Any) -> Any:
    """Return the type without `| None`."""
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    origin = typing.get_origin(kind)
    if len(options) == 1 and origin not in (dict, list, tuple, Mapping, typing.Annotated):
        return _bare(options[0]) if origin is not typing.Literal else kind
    return kind


def _values(kind: Any) -> str:
    if is_duration(kind):
        return "duration"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "section"
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _bounded(arguments[0], arguments[1:])
    if origin is typing.Literal:
        return ", ".join(f"`{option}`" for option in arguments)
    if origin in (list, tuple):
        return f"list of {_values(arguments[0])}"
    if origin in (dict, Mapping):
        return f"map of {_values(arguments[1])}"
    if arguments:
        return " or ".join(_values(one) for one in arguments if one is not type(None))
    return _WORDS.get(kind, "any")


def _bounded(kind: Any, meta: tuple[Any, ...]) -> str:
    words = [_values(kind)]
    for one in meta:
        for names in (_BOUNDS, _LENGTHS):
            for name, phrase in names:
                bound = getattr(one, name, None)
                if bound is not None:
                    words.append(phrase.format(bound))
    return ", ".join(words)


def _default(kind: Any, value: object) -> str:
    if value is None:
        return "not set"
    if is_duration(_bare(kind)) and isinstance(value, float | int):
        return f"`{print_duration(value)}`"
    if isinstance(value, Subtree):
        return "`{}`"
    if isinstance(value, str):
        return f"`{value}`"
    return f"`{orjson.dumps(value).decode()}`"


def _row(*cells: str) -> str:
    written = [f"`{cells[0]}`", *cells[1:]]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in written) + " |"
