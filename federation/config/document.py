"""YAML text → a tree of values that know where they stand.

PyYAML's own loader forgets positions and lets a repeated key win silently. This reads the node
graph instead: every value keeps line and column, a repeated key is refused, and the whole tree is
bounded, so that anchors that multiply ("billion laughs") end in an error and not in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from federation.config.errors import ConfigError

# A hundred sources with all their settings are below 10,000 values.
MAX_VALUES = 100_000
MAX_DEPTH = 50
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. `path` is dotted from the root of the document."""

    source: str
    line: int
    column: int
    path: str

    def error(self, problem: str) -> ConfigError:
        return ConfigError(
            problem, source=self.source, line=self.line, column=self.column, path=self.path
        )


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written. `plain`: without quotes, so that YAML decides on its type."""

    place: Place
    text: str
    tag: str
    plain: bool


@dataclass(frozen=True, slots=True)
class ListValue:
    place: Place
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class MapValue:
    """`entries`: key → (where the key stands, value), in the order of the file."""

    place: Place
    entries: dict[str, tuple[Place, Value]]


Value = Scalar | ListValue | MapValue


def read_yaml(text: str, source: str) -> Value | None:
    """Return the document's tree; None for an empty document.

    Raises `ConfigError` for text that is not YAML, several documents, a repeated or non-string
    key, a tag (`!python/…`), and a document beyond the bounds of this module.
    """
    if len(text) > MAX_BYTES:
        raise ConfigError(f"the file is larger than {MAX_BYTES} bytes", source=source)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = f"not valid YAML: {error.problem or error.context}"
        raise ConfigError(problem, source=source, line=line, column=column) from None
    except yaml.YAMLError as error:
        problem = "not valid YAML: " + " ".join(str(error).split())
        raise ConfigError(problem, source=source) from None
    if root is None:
        return None
    return _Reader(source).read(root, "", 0)


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._values = 0

    def read(self, node: Node, path: str, depth: int) -> Value:
        place = Place(self._source, node.start_mark.line + 1, node.start_mark.column + 1, path)
        self._values += 1
        if self._values > MAX_VALUES:
            raise place.error(f"more than {MAX_VALUES} values (do aliases multiply?)")
        if depth > MAX_DEPTH:
            raise place.error(f"nested deeper than {MAX_DEPTH} levels")
        if node.tag not in _TAGS:
            raise place.error(f"the tag {node.tag!r} is not allowed; write a plain value")
        match node:
            case ScalarNode():
                return Scalar(place, node.value, node.tag, plain=not node.style)
            case SequenceNode():
                items = (
                    self.read(item, f"{path}[{index}]", depth + 1)
                    for index, item in enumerate(node.value)
                )
                return ListValue(place, tuple(items))
            case MappingNode():
                return self._read_map(node, place, depth)
        raise place.error("neither a value, nor a list, nor a map")

    def _read_map(self, node: MappingNode, place: Place, depth: int) -> MapValue:
        entries: dict[str, tuple[Place, Value]] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, ScalarNode):
                raise Place(self._source, line, column, place.path).error("a key must be a text")
            key = str(key_node.value)
            path = f"{place.path}.{key}" if place.path else key
            key_place = Place(self._source, line, column, path)
            if key in entries:
                first = entries[key][0].line
                raise key_place.error(f"the key is there twice (first in line {first})")
            entries[key] = (key_place, self.read(value_node, path, depth + 1))
        return MapValue(place, entries)
