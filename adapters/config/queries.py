"""What the parts of a section `sql` demand of each other, with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.config.names import Fault
from adapters.config.source import SourceConfig
from adapters.config.sql import DRIVERS, SINCE, SqlLookup, SqlSection, is_single, parameters
from adapters.config.words import nearest


def query_faults(source: SourceConfig) -> Iterator[Fault]:
    """Yield what is wrong with a section `sql`."""
    section = source.sql
    if section is None:
        return
    if section.driver not in DRIVERS:
        known = nearest(section.driver, DRIVERS)
        yield ("sql", "driver"), f"no driver for databases of kind {section.driver!r}{known}"
    yield from _access(section)
    yield from _order(section)
    allowed = {SINCE} if section.incremental is not None else set()
    if odd := parameters(section.query) ^ allowed:
        names = ", ".join(f":{name}" for name in sorted(odd))
        message = f"query and incremental differ in {names}: only :since is a parameter of it"
        yield ("sql", "query"), message
    if not is_single(section.query):
        yield ("sql", "query"), "query must be a single statement"
    if section.lookup is not None:
        yield from _lookup(section.lookup)


def _access(section: SqlSection) -> Iterator[Fault]:
    if section.driver == "sqlite":
        if section.database is None or section.url is not None:
            yield ("sql", "driver"), "sqlite needs database, the path of the file, and no url"
        return
    if section.url is not None:
        for name in ("database", "user", "password"):
            if getattr(section, name) is not None:
                yield ("sql", name), f"{name}: url says it already"
    elif section.database is None or section.user is None:
        yield ("sql",), "sql needs url (a secret), or host, database, user and password"


def _order(section: SqlSection) -> Iterator[Fault]:
    if section.incremental is not None and not section.order:
        message = "incremental pulls need order: the result columns of a unique order"
        yield ("sql", "incremental"), message
    if len(set(section.order)) != len(section.order):
        yield ("sql", "order"), "order names a column twice"


def _lookup(lookup: SqlLookup) -> Iterator[Fault]:
    place = ("sql", "lookup", "query")
    if not is_single(lookup.query):
        yield place, "query must be a single statement"
    if not lookup.keys:
        yield ("sql", "lookup", "keys"), "keys: the fields single records are asked for by"
    if odd := set(lookup.keys) ^ parameters(lookup.query):
        names = ", ".join(f":{name}" for name in sorted(odd))
        yield place, f"keys and the parameters of the query differ in {names}"
