"""Batch loaders of `featured`: one statement per batch; lists are kept by what the caller sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.conditions import Conditions
from resolvers.database.pool import Queries
from resolvers.featured import sql
from resolvers.featured.rows import (
    AdvancedTechRow,
    InternationalRow,
    advanced_tech_row,
    international_row,
)
from resolvers.featured.sight import Sight

Row = TypeVar("Row")
Advanced: TypeAlias = tuple[AdvancedTechRow, ...]
International: TypeAlias = tuple[InternationalRow, ...]

MOST: Final = 1_000
"""Lists without pages in the schema have a bound."""


class FeaturedLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.advanced_tech = self._one("advanced_tech", sql.ADVANCED_TECH, advanced_tech_row)
        self.international = self._one("international", sql.INTERNATIONAL, international_row)
        self.patents_of_advanced = self._codes(
            "patents_of_advanced", sql.PATENTS_OF_ADVANCED, "application_number"
        )
        self.patents_of_international = self._codes(
            "patents_of_international", sql.PATENTS_OF_INTERNATIONAL, "application_number"
        )
        self.offices_of_international = self._codes(
            "offices_of_international", sql.OFFICES_OF_INTERNATIONAL, "office_code"
        )
        advanced, international = self._advanced, self._international
        self.advanced_of_patent = advanced("advanced_of_patents", sql.ADVANCED_OF_PATENT)
        self.advanced_of_organization = advanced(
            "advanced_of_organizations", sql.OF_OWNER_OR_ADOPTER
        )
        self.advanced_of_platform = advanced(
            "advanced_of_platforms", "p.platform_code = asked.parent"
        )
        self.international_of_patent = international(
            "international_of_patents", sql.INTERNATIONAL_OF_PATENT
        )
        self.international_of_organization = international(
            "international_of_organizations", "p.owner_uscc = asked.parent"
        )
        self.international_of_platform = international(
            "international_of_platforms", "p.platform_code = asked.parent"
        )
        self.international_of_office = international(
            "international_of_offices", sql.INTERNATIONAL_OF_OFFICE
        )

    async def listed_advanced(
        self, stage: str | None, platform: str | None, sight: Sight
    ) -> Advanced:
        """Return the projects the caller may know of, newest first, at most MOST."""
        where = Conditions().add_given("p.stage = {}", stage)
        where.add_given("p.platform_code = {}", platform)
        sight.limit_advanced_tech(where)
        statement = f"{sql.ADVANCED_TECH} {where.sql} order by p.id desc limit {MOST}"
        records = await self._queries.fetch(
            "featured.advanced_listed", statement, *where.parameters
        )
        return tuple(advanced_tech_row(record) for record in records)

    async def listed_international(
        self, office: str | None, kind: str | None, sight: Sight
    ) -> International:
        """Return the projects the caller may know of, newest first, at most MOST."""
        where = Conditions().add_given("p.kind = {}", kind)
        where.add_given(sql.TARGETS_OFFICE, office)
        sight.limit_international(where)
        statement = f"{sql.INTERNATIONAL} {where.sql} order by p.id desc limit {MOST}"
        records = await self._queries.fetch(
            "featured.international_listed", statement, *where.parameters
        )
        return tuple(international_row(record) for record in records)

    def _one(
        self, name: str, select: str, build: Callable[[Record], Row]
    ) -> DataLoader[UUID, Row | None]:
        """Return a loader of one row per id."""

        async def load(keys: list[UUID]) -> Mapping[UUID, Row]:
            records = await self._queries.fetch(
                f"featured.{name}", f"{select} where p.id = any($1)", keys
            )
            return {record["id"]: build(record) for record in records}

        return batch_loader(load, None)

    def _codes(self, name: str, statement: str, column: str) -> DataLoader[UUID, tuple[str, ...]]:
        """Return a loader of the codes a project names."""

        async def load(keys: list[UUID]) -> Mapping[UUID, tuple[str, ...]]:
            records = await self._queries.fetch(f"featured.{name}", statement, keys)
            return group_by_key((record["parent"], record[column]) for record in records)

        return batch_loader(load, ())

    def _advanced(self, name: str, found: str) -> LoadersByArgument[Sight, str, Advanced]:
        load = self._seen(name, sql.ADVANCED_TECH, found, Sight.limit_advanced_tech)
        return LoadersByArgument(_built(load, advanced_tech_row), ())

    def _international(self, name: str, found: str) -> LoadersByArgument[Sight, str, International]:
        load = self._seen(name, sql.INTERNATIONAL, found, Sight.limit_international)
        return LoadersByArgument(_built(load, international_row), ())

    def _seen(
        self,
        name: str,
        select: str,
        found: str,
        limit: Callable[[Sight, Conditions], Conditions],
    ) -> Callable[[Sight, list[str]], Awaitable[list[Record]]]:
        """Return the load of those of each parent's projects that the caller may know of."""

        async def load(sight: Sight, keys: list[str]) -> list[Record]:
            where = limit(sight, Conditions(["true"], [keys, MOST]))
            statement = sql.OF_PARENTS.format(select=select, where=where.sql, found=found)
            return await self._queries.fetch(f"featured.{name}", statement, *where.parameters)

        return load


def _built(
    load: Callable[[Sight, list[str]], Awaitable[list[Record]]], build: Callable[[Record], Row]
) -> Callable[[Sight, list[str]], Awaitable[Mapping[Any, tuple[Row, ...]]]]:
    async def load_built(sight: Sight, keys: list[str]) -> Mapping[Any, tuple[Row, ...]]:
        records = await load(sight, keys)
        return group_by_key((record["parent"], build(record)) for record in records)

    return load_built
