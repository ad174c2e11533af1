"""YAML of a source file as plain values, with the place of every key and every item of a list.

Stricter than YAML: one document; no aliases (a file of 256 KiB could stand for gigabytes); keys are
texts and stand once; dates stay texts, since every value of a source file is compared with texts.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import yaml

from adapters.errors import SourceInvalid

Path_ = tuple[str, ...]
"""Keys (and positions in lists, as texts) that lead to a value."""

MAX_FILE_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 40


class _Loader(yaml.SafeLoader):
    """Refuses aliases while the nodes are put together."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "aliases are not used in source files; write the value out", mark
            )
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Document:
    """The values of a file and where they stand.

    `values`: the mapping of the file. A place is that of the key, or of the item in a list.
    """

    def __init__(self, path: Path) -> None:
        """Read a file.

        Raises:
            SourceInvalid: it cannot be read, is too large, no UTF-8, or no YAML of one mapping.
        """
        self.path = path
        self._places: dict[Path_, yaml.Mark] = {}
        self.values = self._read()

    def invalid(self, place: Path_, message: str) -> SourceInvalid:
        """Return the refusal of what stands at a place; of a key that is missing, its section."""
        while place and place not in self._places:
            place = place[:-1]
        mark = self._places.get(place)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return SourceInvalid(str(self.path), line, column, message)

    def _read(self) -> dict[str, Any]:
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise self.invalid((), error.strerror or "cannot be read") from error
        if len(raw) > MAX_FILE_BYTES:
            raise self.invalid((), "the file is larger than 256 KiB")
        try:
            node = yaml.compose(raw.decode("utf-8"), Loader=_Loader)
            if not isinstance(node, yaml.MappingNode):
                raise self.invalid((), "expected keys and values of one source")
            return self._mapping(node, ())
        except UnicodeDecodeError as error:
            raise self.invalid((), "the file is not UTF-8") from error
        except RecursionError as error:
            raise self.invalid((), "nested too deeply") from error
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error.problem_mark, error.problem) from error
        except yaml.reader.ReaderError as error:
            raise self.invalid((), f"a character YAML does not allow: {error.reason}") from error

    def _not_yaml(self, mark: yaml.Mark | None, problem: str | None) -> SourceInvalid:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return SourceInvalid(str(self.path), line, column, problem or "not YAML")

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._not_yaml(key_node.start_mark, "a key must be a text")
            key = key_node.value
            place = (*path, key)
            repeated = place in self._places
            self._places[place] = key_node.start_mark
            if repeated:
                raise self.invalid(place, f"the key {key!r} stands twice")
            result[key] = self._value(value_node, place)
        return result

    def _value(self, node: yaml.Node, place: Path_) -> Any:
        if len(place) > MAX_DEPTH:
            raise self.invalid(place, "nested too deeply")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                self._places[*place, str(number)] = item.start_mark
                items.append(self._value(item, (*place, str(number))))
            return items
        value = _scalar(node)
        if isinstance(value, float) and not math.isfinite(value):
            raise self.invalid(place, "expected a number")
        return value


def _scalar(node: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            None, None, f"no value: {error}", node.start_mark
        ) from error
    finally:
        loader.dispose()
