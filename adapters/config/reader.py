"""A centre is a file: `sources/<code>.yaml`, read strictly.

In: YAML of one source. Out: `SourceConfig`. What the hub does not understand is refused with line,
column and the nearest known key, and every name is checked against what exists (feed, field,
encoding, source), so that a typing mistake shows before the first pull and not in the data.

places.py   YAML → values with their places
shape.py    values → SourceConfig, key by key
names.py, expressions.py, schedule.py   what the values mean
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from adapters.config.expressions import expression_faults
from adapters.config.names import faults
from adapters.config.places import Document
from adapters.config.queries import query_faults
from adapters.config.schedule import circle, schedule_faults
from adapters.config.shape import shaped
from adapters.config.source import SourceConfig
from adapters.config.words import nearest
from adapters.errors import SourceInvalid
from adapters.feed import load_feeds


def read_sources(folder: Path) -> tuple[SourceConfig, ...]:
    """Return the sources of a folder, in pulling order.

    Raises:
        SourceInvalid: a file is wrong, two files have one code, or a schedule names a source that
            is not in the folder.
    """
    sources: dict[str, SourceConfig] = {}
    documents: dict[str, Document] = {}
    for path in sorted(folder.glob("*.yaml")):
        source, document = _read(path)
        if source.code in sources:
            message = f"another file already has the code {source.code!r}; choose a new one"
            raise SourceInvalid(str(path), 1, 1, message)
        sources[source.code], documents[source.code] = source, document
    _refuse_unknown_predecessors(sources, documents)
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
    """Return the source a file describes. What `after` names is looked for by `read_sources`.

    Raises:
        SourceInvalid: with the place of the first thing that is wrong.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[SourceConfig, Document]:
    document = Document(path)
    source = shaped(document)
    for check in (faults, expression_faults, schedule_faults, query_faults):
        for place, message in check(source):
            raise document.invalid(place, message)
    return msgspec.structs.replace(source, folder=str(path.parent)), document


def _refuse_unknown_predecessors(
    sources: Mapping[str, SourceConfig], documents: Mapping[str, Document]
) -> None:
    for code, source in sources.items():
        for number, other in enumerate(source.schedule.after if source.schedule else ()):
            place = ("schedule", "after", str(number))
            if other not in sources:
                message = f"no source {other!r} in this folder{nearest(other, sources)}"
                raise documents[code].invalid(place, message)
            if way := circle(sources, code, other):
                message = f"pulls would follow each other for ever: {' → '.join(way)}"
                raise documents[code].invalid(place, message)
