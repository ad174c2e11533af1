"""Checks of a source file beyond its shape: every name it uses must exist.

Each check yields (place, message): the keys that lead to what is wrong, and what to do. A typing
mistake so shows before the first pull and not in the data.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from adapters.config.source import FILE_KINDS, KINDS, SourceConfig
from adapters.config.words import nearest
from adapters.feed import Feed, load_feeds, load_vocabularies, word_key
from adapters.files.header import UNITS
from adapters.value_kinds import CellContext, convert
from resolvers.values import shipped_lists, today_in_china

Fault = tuple[tuple[str, ...], str]

ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("gb18030", "gbk", "gb2312", "big5", "big5hkscs"),
)


_OF_FILES: Final = {
    "path": None,
    "pattern": "*",
    "delimiter": None,
    "records": None,
}


def faults(source: SourceConfig) -> Iterator[Fault]:
    """Yield what is wrong with the names of a source; nothing for a good one."""
    feeds = load_feeds()
    feed = feeds.get(source.feed)
    if feed is None:
        yield ("feed",), f"unknown feed {source.feed!r}{nearest(source.feed, feeds)}"
        return
    yield from _sections(source)
    yield from _fields(source, feed)
    yield from _constants(source, feed)
    yield from _lookup_keys(source, feed)
    yield from _vocabularies(source)
    yield from _files(source)
    yield from _deletions(source)


def _sections(source: SourceConfig) -> Iterator[Fault]:
    """Each kind has what it needs and nothing of another kind."""
    reads_files = source.kind in FILE_KINDS
    if reads_files:
        if source.path is None:
            yield ("kind",), f"a source of kind {source.kind} needs path: the file or folder"
        if source.kind == "packages":
            for name in ("fields", "records"):
                if getattr(source, name):
                    yield (name,), f"{name} is for records; the form of packages is known"
    elif getattr(source, source.kind) is None:
        yield ("kind",), f"a source of kind {source.kind} needs a section {source.kind}"
    for kind in KINDS:
        if kind not in FILE_KINDS and kind != source.kind and getattr(source, kind) is not None:
            yield (kind,), f"a section {kind} in a source of kind {source.kind}"
    if not reads_files:
        for name, default in _OF_FILES.items():
            if getattr(source, name) != default:
                yield (name,), f"a source of kind {source.kind} reads no files"
    if source.live is not None and _lookup(source) is None:
        yield ("live",), "live use needs lookup: how single records are asked for"
    if source.own_rows_only and not source.constants:
        yield ("own_rows_only",), "own_rows_only compares rows with constants; give constants"


def _lookup(source: SourceConfig) -> Any:
    section = None if source.kind in FILE_KINDS else getattr(source, source.kind)
    return getattr(section, "lookup", None)


def _fields(source: SourceConfig, feed: Feed) -> Iterator[Fault]:
    named = [
        *((("columns", header), field) for header, field in source.columns.items()),
        *((("fields", field), field) for field in source.fields),
        *((("constants", field), field) for field in source.constants),
        *((("units", field), field) for field in source.units),
    ]
    for place, field in named:
        if field not in feed.fields:
            yield place, f"{feed.feed} has no field {field!r}{nearest(field, feed.fields)}"
    for field, unit in source.units.items():
        if unit not in UNITS:
            yield ("units", field), f"unknown unit {unit!r}; known: {', '.join(UNITS)}"


def _constants(source: SourceConfig, feed: Feed) -> Iterator[Fault]:
    """A constant every row gets must be a value of its field."""
    for name, text in source.constants.items():
        own = source.vocabularies.get(feed.fields[name].vocabulary or "", {})
        words = {word_key(word): value for word, value in own.items()}
        context = CellContext(
            feed.fields[name], None, today_in_china(), shipped_lists(), words=words
        )
        checked = convert(text, context)
        if not checked.ok:
            found = next(found for found in checked.issues if not found.code.startswith("W_"))
            yield ("constants", name), f"{found.code}: {found.message_zh} {found.message_en}"


def _lookup_keys(source: SourceConfig, feed: Feed) -> Iterator[Fault]:
    keys = getattr(_lookup(source), "keys", ())
    for number, field in enumerate(keys):
        if field not in feed.fields:
            step = field if isinstance(keys, Mapping) else str(number)
            message = f"{feed.feed} has no field {field!r}{nearest(field, feed.fields)}"
            yield (source.kind, "lookup", "keys", step), message


def _vocabularies(source: SourceConfig) -> Iterator[Fault]:
    known = load_vocabularies()
    for name, words in source.vocabularies.items():
        if name not in known:
            yield ("vocabularies", name), f"unknown vocabulary {name!r}{nearest(name, known)}"
            continue
        values = set(known[name][1].values())
        for word, value in words.items():
            if value not in values:
                place = ("vocabularies", name, word)
                yield place, f"{name} has no value {value!r}{nearest(value, values)}"


def _files(source: SourceConfig) -> Iterator[Fault]:
    if source.encoding is not None and not is_text_encoding(source.encoding):
        known = f"one of {', '.join(ENCODINGS)}"
        yield ("encoding",), f"unknown encoding {source.encoding!r}; {known}"
    pattern = Path(source.pattern)
    if pattern.is_absolute() or ".." in pattern.parts or not pattern.parts:
        yield ("pattern",), "a pattern names files inside the folder, for instance *.csv"


def is_text_encoding(name: str) -> bool:
    """Return whether a file may declare this encoding, in any of its spellings."""
    try:
        return codecs.lookup(name).name in {codecs.lookup(known).name for known in ENCODINGS}
    except LookupError:
        return False


def _deletions(source: SourceConfig) -> Iterator[Fault]:
    """Absence tells something only where a list is whole: a file of a drop, a pull of records."""
    absent = source.deletions is not None and source.deletions.absent
    if absent and source.kind == "packages":
        message = "a package holds what one day brought, not the whole list; give field and values"
        yield ("deletions", "absent"), message
