"""The shapes nearly all loaders have: one row per key, and a list per parent.

Statements take the keys as `$1`; those of lists select the parent's key as `parent`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.live import Load

Row = TypeVar("Row")


class BatchStatements:
    """Makes the loaders of one request over the statements of one subgraph."""

    def __init__(self, queries: Queries, subgraph: str) -> None:
        self._queries = queries
        self._subgraph = subgraph

    async def fetch(self, name: str, statement: str, *arguments: object) -> list[Record]:
        """Return the records of a statement, named after the subgraph."""
        return await self._queries.fetch(f"{self._subgraph}.{name}", statement, *arguments)

    def one(
        self,
        name: str,
        statement: str,
        key: str,
        build: Callable[[Record], Row],
        through: Callable[[Load[Any, Any]], Load[Any, Any]] = lambda load: load,
    ) -> DataLoader[Any, Row | None]:
        """Return a loader of one row per key, which the statement gives in the column `key`.

        `through` may put something in front of it, such as `resolvers.live.refreshed`.
        """

        async def load(keys: list[Any]) -> Mapping[Any, Row]:
            return {
                record[key]: build(record) for record in await self.fetch(name, statement, keys)
            }

        return batch_loader(through(load), None)

    def many(
        self, name: str, statement: str, build: Callable[[Record], Row], *arguments: object
    ) -> DataLoader[Any, tuple[Row, ...]]:
        """Return a loader of a list per parent; `arguments` follow the keys in the statement."""

        async def load(keys: list[Any]) -> Mapping[Any, tuple[Row, ...]]:
            return await self.grouped(name, statement, build, keys, *arguments)

        return batch_loader(load, ())

    def many_by(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        parameters: Callable[[Any], tuple[object, ...]],
    ) -> LoadersByArgument[Any, Any, tuple[Row, ...]]:
        """Return loaders of a list per parent under further arguments, which `parameters` turns
        into those of the statement."""

        async def load(given: Any, keys: list[Any]) -> Mapping[Any, tuple[Row, ...]]:
            return await self.grouped(name, statement, build, keys, *parameters(given))

        return LoadersByArgument(load, ())

    def many_in_range(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        bounds: Callable[[str], tuple[str, str]],
        *arguments: object,
    ) -> DataLoader[str, tuple[Row, ...]]:
        """Return a loader of a list per code, each of which stands for a range: `$2` and `$3`."""

        async def load(keys: list[str]) -> Mapping[str, tuple[Row, ...]]:
            ranges = [bounds(key) for key in keys]
            lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
            return await self.grouped(name, statement, build, keys, lows, highs, *arguments)

        return batch_loader(load, ())

    async def grouped(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        keys: list[Any],
        *arguments: object,
    ) -> Mapping[Any, tuple[Row, ...]]:
        """Return the rows of each parent, in the statement's order."""
        records = await self.fetch(name, statement, keys, *arguments)
        return group_by_key((record["parent"], build(record)) for record in records)
