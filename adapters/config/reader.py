"""A centre is a file: `sources/<code>.yaml`, read strictly.

In: YAML of one source. Out: `SourceConfig`. What the hub does not understand is refused with line,
column and the nearest known key, and every name is checked against what exists (feed, field,
encoding), so that a typing mistake shows before the first pull and not in the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from adapters.config.names import faults, nearest
from adapters.config.source import SourceConfig
from adapters.errors import SourceInvalid
from adapters.feed import load_feeds

MAX_FILE_BYTES = 256 * 1024

_OWN_FIELDS = {"folder"}


def read_sources(folder: Path) -> tuple[SourceConfig, ...]:
    """Return the sources of a folder, in pulling order.

    Raises:
        SourceInvalid: a file is wrong, or two files have one code.
    """
    sources: dict[str, SourceConfig] = {}
    for path in sorted(folder.glob("*.yaml")):
        source = read_source(path)
        if source.code in sources:
            raise SourceInvalid(
                str(path),
                1,
                1,
                f"another file already has the code {source.code!r}; choose a new one",
            )
        sources[source.code] = source
    return in_pulling_order(sources.values())


def in_pulling_order(sources: Iterable[SourceConfig]) -> tuple[SourceConfig, ...]:
    """Return sources so that facts come before the rows that are checked against them; of one feed
    the stronger class comes first."""
    feeds = load_feeds()
    return tuple(
        sorted(
            sources,
            key=lambda source: (feeds[source.feed].order, source.precedence.rank, source.code),
        )
    )


def read_source(path: Path) -> SourceConfig:
    """Return the source a file describes.

    Raises:
        SourceInvalid: with the place of the first thing that is wrong.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceInvalid(str(path), 1, 1, error.strerror or "cannot be read") from error
    if len(raw) > MAX_FILE_BYTES:
        raise SourceInvalid(str(path), 1, 1, "the file is larger than 256 KiB")
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise SourceInvalid(str(path), 1, 1, "the file is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise SourceInvalid(str(path), line, column, error.problem or "not YAML") from error
    return _Reader(path).read(node)


class _Reader:
    """Keeps the place of every key, so that a refusal can name it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[tuple[str, ...], yaml.Mark] = {}

    def read(self, node: yaml.Node | None) -> SourceConfig:
        if not isinstance(node, yaml.MappingNode):
            raise SourceInvalid(str(self._path), 1, 1, "expected keys and values of one source")
        document = self._mapping(node, ())
        self._refuse_unknown(document, SourceConfig, ())
        try:
            source = msgspec.convert(document, SourceConfig)
        except msgspec.ValidationError as error:
            raise self._from_msgspec(error) from error
        for place, message in faults(source):
            raise self._invalid(place, message)
        return msgspec.structs.replace(source, folder=str(self._path.parent))

    def _refuse_unknown(self, document: Any, kind: type, path: tuple[str, ...]) -> None:
        """Refuse keys no section has, down to the innermost, with the nearest that is known."""
        fields = {
            field.encode_name: field.type
            for field in msgspec.structs.fields(kind)
            if field.name not in _OWN_FIELDS
        }
        for key, value in document.items():
            if key not in fields:
                raise self._invalid((*path, key), f"unknown key {key!r}{nearest(key, fields)}")
            for part in (fields[key], *get_args(fields[key])):
                if isinstance(part, type) and issubclass(part, msgspec.Struct):
                    if isinstance(value, dict):
                        self._refuse_unknown(value, part, (*path, key))
                    break

    def _mapping(self, node: yaml.MappingNode, path: tuple[str, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(getattr(key_node, "value", ""))
            place = (*path, key)
            if place in self._places:
                self._places[place] = key_node.start_mark
                raise self._invalid(place, f"the key {key!r} stands twice")
            self._places[place] = key_node.start_mark
            if isinstance(value_node, yaml.MappingNode):
                result[key] = self._mapping(value_node, place)
            else:
                # SafeLoader builds plain scalars and lists; the tag decides as YAML says.
                result[key] = _construct(value_node)
        return result

    def _from_msgspec(self, error: msgspec.ValidationError) -> SourceInvalid:
        message, _, place = str(error).partition(" - at `$")
        keys = tuple(part for part in place.rstrip("`").replace("[...]", "").split(".") if part)
        if not keys and "missing required field" in message:
            return self._invalid((), message[0].lower() + message[1:])
        return self._invalid(
            keys, f"{'.'.join(keys) or 'source'}: {message[0].lower()}{message[1:]}"
        )

    def _invalid(self, place: tuple[str, ...], message: str) -> SourceInvalid:
        mark = self._places.get(place)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return SourceInvalid(str(self._path), line, column, message)


def _construct(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
