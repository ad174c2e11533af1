"""Section `sql` of a source file: a database of a centre, read only.

Parameters stand in queries as `:name`, whatever the driver calls them itself: `:since` is the mark
of an incremental query, `:<field of the feed>` the keys of a lookup.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from adapters.config.shared import Part, Secret

DRIVERS: Final = ("postgresql", "mysql", "sqlite")
SINCE: Final = "since"

# A parameter or the end of a statement, or what may look like one inside: quoted text, quoted
# names, comments.
_TOKEN: Final = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?<![:\w]):([A-Za-z_]\w*)|(;)",
    re.DOTALL,
)


def parameters(query: str) -> set[str]:
    """Return the names of the parameters of a query.

    >>> sorted(parameters("select a::text, ':no' from t where b > :since -- :nor"))
    ['since']
    """
    return {found[1] for found in _TOKEN.finditer(query) if found[1]}


def is_single(query: str) -> bool:
    """Return whether the query holds no `;`, but perhaps one at its end.

    >>> is_single("select ';' /* ; */;"), is_single("select 1; commit; delete from t")
    (True, False)
    """
    tidy = query.rstrip().removesuffix(";")
    return not any(found[2] for found in _TOKEN.finditer(tidy))


def split_query(query: str) -> list[tuple[str, str | None]]:
    """Return the query in pieces: text, and the parameter behind it or None at the end.

    >>> split_query("a > :since and b")
    [('a > ', 'since'), (' and b', None)]
    """
    pieces: list[tuple[str, str | None]] = []
    begin = 0
    for found in _TOKEN.finditer(query):
        if found[1]:
            pieces.append((query[begin : found.start()], found[1]))
            begin = found.end()
    return [*pieces, (query[begin:], None)]


class SqlIncremental(Part, frozen=True):
    """Only rows beyond a mark: the query compares with `:since`, the highest value of the column
    `field` the last complete pull met, or `start` at the first pull and at full ones.

    Rows that are committed late with an old mark are met when the query itself reaches back, for
    instance `changed_at > :since - interval '1 hour'`.
    """

    field: str
    start: str


class SqlLookup(Part, frozen=True):
    """How single records are asked for: in `query`, `:<field>` in brackets stands for the list of
    values of that field, for instance `where number in (:applicationNumber)`."""

    query: str
    keys: tuple[str, ...]


class SqlSection(Part, frozen=True):
    """One query. Rows are read by a cursor of the server, in a transaction that cannot write.

    `url` (a secret) or `host`, `port`, `database`, `user`, `password`; for sqlite only `database`,
    the file. With `order`, names of result columns that together are unique and never empty, an
    unfinished pull goes on behind the last row stored; incremental pulls need it.
    """

    query: str
    driver: str = "postgresql"
    url: Secret | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    database: str | None = None
    user: str | None = None
    password: Secret | None = None
    tls: Literal["disable", "require", "verify-full"] = "verify-full"
    ca_file: str | None = None
    order: tuple[str, ...] = ()
    incremental: SqlIncremental | None = None
    lookup: SqlLookup | None = None
    fetch_rows: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 5_000
