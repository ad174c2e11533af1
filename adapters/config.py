"""A centre is a file: `sources/<code>.yaml`, read strictly.

In: YAML of one source. Out: `SourceConfig`. What the hub does not understand is refused with line,
column and the nearest known key, and every name is checked against what exists (feed, field,
encoding), so that a typing mistake shows before the first pull and not in the data.
"""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from adapters.errors import SourceInvalid
from adapters.feed import load_feeds
from adapters.model import SourceClass

MAX_FILE_BYTES = 256 * 1024

CODE_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("gb18030", "gbk", "gb2312", "big5", "big5hkscs"),
)
CENTER_PATTERN = "^(FT|FF|FS|FU|RC|IC)-[0-9]{6}-[0-9]{2}$"


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source of one centre.

    `center`: code of the operation centre the data come from. `precedence`: whose word it is
    (DOMAIN §4.1). `path`: folder or file, relative to the source file. `columns`: header as met →
    field of the feed. `constants`: fields every row gets, unless the file says otherwise;
    `own_rows_only`: a row that says otherwise is refused. `refused_limit`: share of refused rows
    above which nothing is loaded.
    """

    code: Annotated[str, msgspec.Meta(pattern=CODE_PATTERN)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    center: Annotated[str, msgspec.Meta(pattern=CENTER_PATTERN)]
    kind: Literal["file_drop"]
    feed: str
    path: Annotated[str, msgspec.Meta(min_length=1)]
    precedence: SourceClass = SourceClass.CENTER
    pattern: str = "*"
    encoding: str | None = None
    delimiter: Literal[",", "\t", ";"] | None = None
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    own_rows_only: bool = False
    refused_limit: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.30
    folder: str = ""
    """Where the file was read from; set by the reader, not in the file."""

    @property
    def location(self) -> Path:
        """Return the file or folder to read."""
        return Path(self.folder, self.path)


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
        known = {name for name in SourceConfig.__struct_fields__ if name not in _OWN_FIELDS}
        for key in document:
            if key not in known:
                raise self._invalid((key,), f"unknown key {key!r}{_nearest(key, known)}")
        try:
            source = msgspec.convert(document, SourceConfig)
        except msgspec.ValidationError as error:
            raise self._from_msgspec(error) from error
        self._check_names(source)
        return msgspec.structs.replace(source, folder=str(self._path.parent))

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

    def _check_names(self, source: SourceConfig) -> None:
        feeds = load_feeds()
        if source.feed not in feeds:
            raise self._invalid(
                ("feed",), f"unknown feed {source.feed!r}{_nearest(source.feed, feeds)}"
            )
        fields = feeds[source.feed].fields
        for header, field in source.columns.items():
            if field not in fields:
                raise self._invalid(
                    ("columns", header),
                    f"{source.feed} has no field {field!r}{_nearest(field, fields)}",
                )
        for field in source.constants:
            if field not in fields:
                raise self._invalid(
                    ("constants", field),
                    f"{source.feed} has no field {field!r}{_nearest(field, fields)}",
                )
        if source.encoding is not None and not is_text_encoding(source.encoding):
            known = f"one of {', '.join(ENCODINGS)}"
            raise self._invalid(("encoding",), f"unknown encoding {source.encoding!r}; {known}")
        pattern = Path(source.pattern)
        if pattern.is_absolute() or ".." in pattern.parts or not pattern.parts:
            raise self._invalid(
                ("pattern",), "a pattern names files inside the folder, for instance *.csv"
            )

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


def is_text_encoding(name: str) -> bool:
    """Return whether a file may declare this encoding, in any of its spellings."""
    try:
        return codecs.lookup(name).name in {codecs.lookup(known).name for known in ENCODINGS}
    except LookupError:
        return False


def _construct(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def _nearest(word: str, known: Iterable[str] | Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
