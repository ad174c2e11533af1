"""Value tree → msgspec Structs, with an error that points at the line.

msgspec checks leaf values (types, bounds, patterns); the walk over structs, maps and lists is
ours, because msgspec has no positions: it would name a path in the data but not a line, and not
the key that was probably meant.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, TypeVar, cast

import msgspec
import yaml

from federation.config.document import ListValue, MapValue, Place, Scalar, Value
from federation.config.duration import is_duration, parse_duration
from federation.config.errors import ConfigError
from federation.config.expansion import Expander

S = TypeVar("S", bound=msgspec.Struct)

# What is shorter is no secret, and stands in any sentence.
_SHORTEST_SECRET = 4

# How sections' own checks begin: "'listen' must be host:port".
_QUOTED = re.compile(r"'([^']+)'")

_RESOLVER = yaml.resolver.Resolver()

_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "nothing",
}


def build_struct(value: MapValue, struct: type[S], expander: Expander) -> S:
    """Return the struct that `value` describes. Raises `ConfigError`."""
    return cast(S, _Builder(expander).struct(value, struct))


class Subtree:
    """A map whose Struct is known only once another key was read, as the type of a Struct's key.

    It keeps the values with their places: who knows the Struct reads them as all others are read.
    """

    def __init__(self, value: MapValue, expander: Expander) -> None:
        self._value = value
        self._expander = expander

    def read(self, struct: type[S]) -> S:
        """Return the struct that is written here. Raises `ConfigError`."""
        return build_struct(self._value, struct, self._expander)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the map, in the order of the file."""
        return tuple(self._value.entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Subtree):
            return NotImplemented
        return (self._value, self._expander) == (other._value, other._expander)

    def __hash__(self) -> int:
        return hash(self.keys)

    # A value may be a secret.
    def __repr__(self) -> str:
        return "Subtree(…)"


class _Builder:
    def __init__(self, expander: Expander) -> None:
        self._expander = expander
        self._filled: set[str] = set()

    def build(self, value: Value, wanted: Any, base: Any = None) -> Any:
        """Return the value of the type `wanted`. `base`: the default it is written over."""
        if wanted is Subtree:
            return self._subtree(value)
        origin = typing.get_origin(wanted)
        if origin is typing.Annotated and _is_plain(typing.get_args(wanted)[0]):
            return self._leaf(value, wanted)
        if origin is typing.Annotated:
            return self.build(value, typing.get_args(wanted)[0], base)
        if origin in (typing.Union, types.UnionType):
            return self._union(value, wanted, base)
        if origin in (dict, Mapping):
            return self._map(value, typing.get_args(wanted)[1])
        if origin in (list, tuple):
            items = self._list(value, typing.get_args(wanted)[0])
            return items if origin is list else tuple(items)
        if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
            if isinstance(value, Scalar) and _is_null(value):
                # `cors:` with nothing below it means: the defaults.
                value = MapValue(value.place, {})
            if not isinstance(value, MapValue):
                raise value.place.error(f"expected a map of settings, got {_kind(value)}")
            return self.struct(value, wanted, base)
        return self._leaf(value, wanted)

    def struct(
        self, value: MapValue, struct: type[msgspec.Struct], base: Any = None
    ) -> msgspec.Struct:
        """Return the struct; what is not written is as in `base`, where that is such a struct."""
        base = base if isinstance(base, struct) else None
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        arguments: dict[str, Any] = {}
        for key, (place, item) in value.entries.items():
            field = fields.get(key)
            if field is None:
                raise place.error(_unknown_key(key, fields))
            below = field.default if base is None else getattr(base, field.name)
            arguments[field.name] = self.build(item, field.type, below)
        for field in fields.values():
            if base is None and field.required and field.name not in arguments:
                raise value.place.error(f"the key {field.encode_name!r} is missing")
        try:
            if base is None:
                return struct(**arguments)
            replaced: msgspec.Struct = msgspec.structs.replace(base, **arguments)
            return replaced
        except ConfigError:
            raise  # of a `Subtree`: it knows its place
        except (ValueError, TypeError) as error:
            problem = str(error)
            raise _place_of(problem, value).error(self._without_filled(problem)) from None

    def _without_filled(self, problem: str) -> str:
        """Return what a section's own check says, without values that were filled in."""
        for text in sorted(self._filled, key=len, reverse=True):
            problem = problem.replace(text, "…").replace(repr(text)[1:-1], "…")
        return problem

    def _subtree(self, value: Value) -> Subtree:
        if isinstance(value, Scalar) and _is_null(value):
            value = MapValue(value.place, {})
        if not isinstance(value, MapValue):
            raise value.place.error(f"expected a map, got {_kind(value)}")
        return Subtree(value, self._expander)

    def _union(self, value: Value, wanted: Any, base: Any) -> Any:
        options = [option for option in typing.get_args(wanted) if option is not type(None)]
        if len(options) < len(typing.get_args(wanted)) and _is_null(value):
            return None
        if len(options) == 1:
            return self.build(value, options[0], base)
        if isinstance(value, Scalar):
            plain = [option for option in options if _is_plain(option)]
            return self._leaf(value, reduce(or_, plain) if plain else options[0])
        kinds = [option for option in options if not _is_plain(option)]
        if len(kinds) != 1:
            raise value.place.error(f"expected {_words(wanted)}, got {_kind(value)}")
        return self.build(value, kinds[0], base)

    def _map(self, value: Value, wanted: Any) -> dict[str, Any]:
        if isinstance(value, Scalar) and _is_null(value):
            return {}
        if not isinstance(value, MapValue):
            raise value.place.error(f"expected a map, got {_kind(value)}")
        return {key: self.build(item, wanted) for key, (_, item) in value.entries.items()}

    def _list(self, value: Value, wanted: Any) -> list[Any]:
        if isinstance(value, Scalar) and _is_null(value):
            return []
        if not isinstance(value, ListValue):
            raise value.place.error(f"expected a list, got {_kind(value)}")
        return [self.build(item, wanted) for item in value.items]

    def _leaf(self, value: Value, wanted: Any) -> Any:
        if not isinstance(value, Scalar):
            raise value.place.error(f"expected {_words(wanted)}, got {_kind(value)}")
        text = self._expander.expand(value.text, value.place)
        expanded = text is not value.text
        if expanded and len(text) >= _SHORTEST_SECRET:
            self._filled.add(text)
        data: Any = text
        if not (expanded and _accepts_text(wanted)):
            data = _resolve(text, value, expanded)
        if is_duration(wanted):
            try:
                return parse_duration(data)
            except ValueError as error:
                raise value.place.error(str(error)) from None
        try:
            return msgspec.convert(data, wanted)
        except msgspec.ValidationError as error:
            raise value.place.error(_leaf_problem(error, value, data, wanted)) from None


def _resolve(text: str, value: Scalar, expanded: bool) -> Any:
    """Return the Python value of a scalar as YAML's core types see it."""
    tag = value.tag
    if expanded:
        # `port: ${env.PORT}` is a number when the variable holds one.
        tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind not in ("null", "bool", "int", "float"):
        return text  # also dates: settings have none, and "2024-01-01" is a text
    node = yaml.ScalarNode(tag, text)
    return yaml.constructor.SafeConstructor().construct_object(node)


def _is_plain(option: Any) -> bool:
    """Return whether the type is written as one scalar."""
    origin = typing.get_origin(option)
    if origin is typing.Annotated:
        return _is_plain(typing.get_args(option)[0])
    if origin is not None:
        return origin is typing.Literal
    return not (isinstance(option, type) and issubclass(option, msgspec.Struct))


def _accepts_text(wanted: Any) -> bool:
    if is_duration(wanted):
        return True
    if typing.get_origin(wanted) is typing.Annotated:
        wanted = typing.get_args(wanted)[0]
    return wanted is str or typing.get_origin(wanted) is typing.Literal


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.tag.endswith(":null")


def _kind(value: Value | object) -> str:
    match value:
        case MapValue():
            return "a map"
        case ListValue():
            return "a list"
        case Scalar():
            return _kind(_resolve(value.text, value, False))
    return _WORDS.get(type(value), "something else")


def _words(wanted: Any) -> str:
    origin = typing.get_origin(wanted)
    if origin is typing.Annotated:
        return _words(typing.get_args(wanted)[0])
    if origin is typing.Literal:
        return "one of " + ", ".join(str(option) for option in typing.get_args(wanted))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_words(option) for option in typing.get_args(wanted))
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return "a map of settings"
    return _WORDS.get(wanted, "a list" if origin in (list, tuple) else "a map")


def _leaf_problem(error: msgspec.ValidationError, value: Scalar, data: object, wanted: Any) -> str:
    """Return what is wrong. Never says the value itself: it may be a secret that was expanded."""
    detail = str(error)
    if ", got `" in detail:
        quotes = value.plain and data is not None and _accepts_text(wanted)
        hint = "; write it in quotes" if quotes else ""
        return f"expected {_words(wanted)}, got {_kind(data)}{hint}"
    if detail.startswith("Invalid enum value"):
        return f"expected {_words(wanted)}"
    return detail.replace("`", "")


def _place_of(problem: str, value: MapValue) -> Place:
    """Return where the key stands that a section's own check begins its sentence with."""
    named = _QUOTED.match(problem)
    entry = value.entries.get(named[1]) if named is not None else None
    return value.place if entry is None else entry[0]


def _unknown_key(key: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if near:
        return f"unknown key {key!r}; did you mean {near[0]!r}?"
    if not known:
        return f"unknown key {key!r}; there are no keys here"
    return f"unknown key {key!r}; known here: {', '.join(sorted(known))}"
