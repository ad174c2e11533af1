"""Section `sql` of a source file: a database of a centre, read only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from adapters.config.shared import Part, Secret


class SqlIncremental(Part, frozen=True):
    """`field`: the column whose highest value the last complete pull met is given to the query as
    its first parameter; `start` at the first pull."""

    field: str
    start: str


class SqlLookup(Part, frozen=True):
    """How single records are asked for: `query` takes a list of keys per field of `keys`."""

    query: str
    keys: tuple[str, ...]


class SqlSection(Part, frozen=True):
    """One query. Rows are read by a cursor of the server; with `order`, the columns of a unique
    order, an unfinished pull goes on behind the last row stored.
    """

    query: str
    driver: Literal["postgresql", "mysql", "oracle", "sqlserver", "sqlite"] = "postgresql"
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
