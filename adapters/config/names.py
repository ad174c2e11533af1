"""Checks of a source file beyond its shape: every name it uses must exist.

Each check yields (place, message): the keys that lead to what is wrong, and what to do. A typing
mistake so shows before the first pull and not in the data.
"""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import jmespath
import jmespath.exceptions

from adapters.config.source import FILE_KINDS, KINDS, SourceConfig
from adapters.feed import Feed, load_feeds, load_vocabularies
from adapters.files.header import UNITS

Fault = tuple[tuple[str, ...], str]

ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("gb18030", "gbk", "gb2312", "big5", "big5hkscs"),
)


def faults(source: SourceConfig) -> Iterator[Fault]:
    """Yield what is wrong with the names of a source; nothing for a good one."""
    feeds = load_feeds()
    feed = feeds.get(source.feed)
    if feed is None:
        yield ("feed",), f"unknown feed {source.feed!r}{nearest(source.feed, feeds)}"
        return
    yield from _sections(source)
    yield from _fields(source, feed)
    yield from _vocabularies(source)
    yield from _paths(source)
    yield from _files(source)


def _sections(source: SourceConfig) -> Iterator[Fault]:
    """Each kind has what it needs and nothing of another kind."""
    if source.kind in FILE_KINDS:
        if source.path is None:
            yield ("kind",), f"a source of kind {source.kind} needs path: the file or folder"
    elif getattr(source, source.kind) is None:
        yield ("kind",), f"a source of kind {source.kind} needs a section {source.kind}"
    for kind in KINDS:
        if kind not in FILE_KINDS and kind != source.kind and getattr(source, kind) is not None:
            yield (kind,), f"a section {kind} in a source of kind {source.kind}"
    if source.kind not in FILE_KINDS and source.path is not None:
        yield ("path",), f"a source of kind {source.kind} reads no files"
    section = None if source.kind in FILE_KINDS else getattr(source, source.kind)
    if source.live is not None and getattr(section, "lookup", None) is None:
        yield ("live",), "live use needs lookup: how single records are asked for"


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


def _paths(source: SourceConfig) -> Iterator[Fault]:
    if source.fields and source.kind in FILE_KINDS:
        yield ("fields",), "fields are for records; name the columns of files in columns"
    for field, path in source.fields.items():
        try:
            jmespath.compile(path)
        except jmespath.exceptions.JMESPathError as error:
            reason = str(error).splitlines()[0]
            yield ("fields", field), f"{path!r} is no JMESPath: {reason}"


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


def nearest(word: str, known: Iterable[str] | Mapping[str, object]) -> str:
    """Return the end of a message: the known word that was meant, or all of them."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
