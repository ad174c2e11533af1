"""Batch loaders of the catalogue: one statement per batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias, TypeVar

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.catalog import sql
from resolvers.catalog.rows import (
    FoundationRow,
    GrantRow,
    ProductRow,
    RequirementRow,
    StandardKey,
    StandardRow,
    conformance_row,
    evidence_row,
    field_row,
    foundation_row,
    grant_row,
    product_row,
    requirement_row,
    standard_row,
)
from resolvers.catalog.rules.kinds import BASIC_SERVICES
from resolvers.catalog.rules.reach import industries_above, regions_above
from resolvers.catalog.sight import Sight
from resolvers.conditions import Conditions, code_range, region_range
from resolvers.database.pool import Queries
from resolvers.hub.history import ChangeRow, load_changes

Row = TypeVar("Row")
Products: TypeAlias = tuple[ProductRow, ...]
Grants: TypeAlias = tuple[GrantRow, ...]
SeenGrants: TypeAlias = tuple[Sight, str | None, date]
SeenProducts: TypeAlias = tuple[Sight, str | None]

MOST_PER_PARENT = 1_000
"""Lists without pages in the schema have a bound."""


class CatalogLoaders:
    """One request's loaders. Lists of what not everybody may see are kept by what is seen."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        one, many = self._one, self._many
        self.foundations = one("foundations", sql.FOUNDATIONS, "code", foundation_row)
        self.grants = one("grants", sql.GRANTS, "id", grant_row)
        self.products = one("products", sql.PRODUCTS, "id", product_row)
        self.standards: DataLoader[StandardKey, StandardRow | None] = batch_loader(
            self._standards, None
        )
        self.requirements: DataLoader[StandardKey, tuple[RequirementRow, ...]] = batch_loader(
            self._requirements, ()
        )

        self.fields = many("fields", sql.FIELDS_OF_FOUNDATIONS, field_row)
        self.foundations_of_provider = many(
            "foundations_of_providers", sql.FOUNDATIONS_OF_PROVIDERS, foundation_row
        )
        self.foundations_of_product = many(
            "foundations_of_products", sql.FOUNDATIONS_OF_PRODUCTS, foundation_row
        )
        self.regions_of_product = many("regions_of_products", sql.REGIONS_OF_PRODUCTS, _region)
        self.industries_of_product = many(
            "industries_of_products", sql.INDUSTRIES_OF_PRODUCTS, _industry
        )
        self.conformance = many("conformance", sql.CONFORMANCE_OF_PRODUCTS, conformance_row)
        self.evidence = many("evidence", sql.EVIDENCE_OF_PRODUCTS, evidence_row)
        self.changes_of_product: DataLoader[str, tuple[ChangeRow, ...]] = batch_loader(
            self._changes_of_products, ()
        )
        self.changes_of_grant: DataLoader[str, tuple[ChangeRow, ...]] = batch_loader(
            self._changes_of_grants, ()
        )
        self.published_count: DataLoader[str, int] = batch_loader(self._published_counts, 0)
        self.offers_basic_service: DataLoader[str, bool] = batch_loader(self._basic, False)
        self._make_lists()

    def _make_lists(self) -> None:
        """Make the loaders of lists that depend on arguments and on the caller."""
        self.grants_of_center: LoadersByArgument[SeenGrants, str, Grants] = LoadersByArgument(
            self._grants_of_centers, ()
        )
        self.grants_of_foundation: LoadersByArgument[SeenGrants, str, Grants] = LoadersByArgument(
            self._grants_of_foundations, ()
        )
        self.products_of_center: LoadersByArgument[SeenProducts, str, Products] = LoadersByArgument(
            self._products_of("p.publisher_code"), ()
        )
        self.products_of_provider: LoadersByArgument[SeenProducts, str, Products] = (
            LoadersByArgument(self._products_of("p.provider_uscc"), ())
        )
        self.products_in_region: LoadersByArgument[str | None, str, Products] = LoadersByArgument(
            self._in_regions, ()
        )
        self.products_in_industry: LoadersByArgument[str | None, str, Products] = LoadersByArgument(
            self._in_industries, ()
        )

    async def listed_foundations(
        self, topic: str | None, openness: str | None, provider: str | None
    ) -> tuple[FoundationRow, ...]:
        """Return the register, by code."""
        records = await self._queries.fetch(
            "catalog.foundations_listed",
            sql.FOUNDATIONS_LISTED,
            topic,
            openness,
            provider,
            MOST_PER_PARENT,
        )
        return tuple(foundation_row(record) for record in records)

    async def listed_standards(
        self, kind: str | None, status: str | None, sight: Sight
    ) -> tuple[StandardRow, ...]:
        """Return the versions of standards the caller may see, by code, latest version first."""
        where = Conditions().add_given("service_kind = {}", kind).add_given("status = {}", status)
        if not sight.everything:
            where.add("(status <> 'DRAFT' or issuer_code = {})", sight.center)
        records = await self._queries.fetch(
            "catalog.standards_listed",
            f"{sql.STANDARD_PAGE} {where.sql} {sql.STANDARD_ORDER} limit {MOST_PER_PARENT}",
            *where.parameters,
        )
        return tuple(standard_row(record) for record in records)

    async def standard_now(self, code: str, sight: Sight) -> StandardRow | None:
        """Return the version in force, else the latest one the caller may see."""
        record = await self._queries.fetchrow(
            "catalog.standard_now", sql.STANDARD_NOW, code, sight.center, sight.everything
        )
        return None if record is None else standard_row(record)

    def _one(
        self, name: str, statement: str, key: str, build: Callable[[Record], Row]
    ) -> DataLoader[Any, Row | None]:
        """Return a loader of one row per key."""

        async def load(keys: list[Any]) -> Mapping[Any, Row]:
            records = await self._queries.fetch(f"catalog.{name}", statement, keys)
            return {record[key]: build(record) for record in records}

        return batch_loader(load, None)

    def _many(
        self, name: str, statement: str, build: Callable[[Record], Row]
    ) -> DataLoader[Any, tuple[Row, ...]]:
        """Return a loader of a list per parent."""

        async def load(keys: list[Any]) -> Mapping[Any, tuple[Row, ...]]:
            return await self._grouped(name, statement, build, keys)

        return batch_loader(load, ())

    async def _grouped(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        keys: list[Any],
        *arguments: object,
    ) -> Mapping[Any, tuple[Row, ...]]:
        records = await self._queries.fetch(f"catalog.{name}", statement, keys, *arguments)
        return group_by_key((record["parent"], build(record)) for record in records)

    async def _standards(self, keys: list[StandardKey]) -> Mapping[StandardKey, StandardRow]:
        records = await self._queries.fetch("catalog.standards", sql.STANDARDS, *_columns(keys))
        rows = (standard_row(record) for record in records)
        return {row.key: row for row in rows}

    async def _requirements(
        self, keys: list[StandardKey]
    ) -> Mapping[StandardKey, tuple[RequirementRow, ...]]:
        records = await self._queries.fetch(
            "catalog.requirements", sql.REQUIREMENTS, *_columns(keys)
        )
        return group_by_key(
            ((record["code"], record["version"]), requirement_row(record)) for record in records
        )

    async def _changes_of_products(self, ids: list[str]) -> Mapping[str, tuple[ChangeRow, ...]]:
        return await load_changes(self._queries, "catalog", "service_product", ids)

    async def _changes_of_grants(self, ids: list[str]) -> Mapping[str, tuple[ChangeRow, ...]]:
        return await load_changes(self._queries, "catalog", "data_access_grant", ids)

    async def _published_counts(self, codes: list[str]) -> Mapping[str, int]:
        records = await self._queries.fetch(
            "catalog.published_counts", sql.PUBLISHED_OF_CENTERS, codes
        )
        return {record["parent"]: record["total"] for record in records}

    async def _basic(self, codes: list[str]) -> Mapping[str, bool]:
        records = await self._queries.fetch(
            "catalog.basic_services", sql.BASIC_SERVICES_OF_CENTERS, codes, list(BASIC_SERVICES)
        )
        return {record["parent"]: record["met"] for record in records}

    async def _grants_of_centers(self, seen: SeenGrants, codes: list[str]) -> Mapping[str, Grants]:
        sight, status, today = seen
        found = await self._grouped(
            "grants_of_grantees",
            sql.GRANTS_OF_GRANTEES,
            grant_row,
            codes,
            MOST_PER_PARENT,
            status,
            today,
        )
        return {code: tuple(filter(sight.of_grant, grants)) for code, grants in found.items()}

    async def _grants_of_foundations(
        self, seen: SeenGrants, codes: list[str]
    ) -> Mapping[str, Grants]:
        sight, status, today = seen
        low, high = (None, None) if sight.jurisdictions is None else code_range(sight.jurisdictions)
        return await self._grouped(
            "grants_of_foundations",
            sql.GRANTS_OF_FOUNDATIONS,
            grant_row,
            codes,
            MOST_PER_PARENT,
            status,
            today,
            sight.everything,
            sight.center,
            low,
            high,
        )

    def _products_of(self, parent: str) -> Callable[[SeenProducts, list[str]], Any]:
        """Return the load of products whose column `parent` is the key, as far as they are seen."""

        async def load(seen: SeenProducts, keys: list[str]) -> Mapping[str, Products]:
            sight, status = seen
            where = Conditions(["true"], [keys, MOST_PER_PARENT])
            sight.limit_products(where, status)
            statement = sql.PRODUCTS_OF_PARENTS.format(where=where.sql, parent=parent)
            name = f"products_by_{parent.removeprefix('p.')}"
            return await self._grouped(
                name, statement, product_row, keys, MOST_PER_PARENT, *where.parameters[2:]
            )

        return load

    async def _in_regions(self, kind: str | None, codes: list[str]) -> Mapping[str, Products]:
        above = [" ".join(regions_above(code)) for code in codes]
        ranges = [region_range(code) for code in codes]
        return await self._reaching(
            "products_in_regions", sql.PRODUCTS_REACHING, kind, codes, above, ranges
        )

    async def _in_industries(self, kind: str | None, codes: list[str]) -> Mapping[str, Products]:
        above = [" ".join(industries_above(code)) for code in codes]
        ranges = [code_range(code) for code in codes]
        return await self._reaching(
            "products_in_industries", sql.PRODUCTS_REACHING_INDUSTRY, kind, codes, above, ranges
        )

    async def _reaching(
        self,
        name: str,
        statement: str,
        kind: str | None,
        codes: list[str],
        above: list[str],
        ranges: list[tuple[str, str]],
    ) -> Mapping[str, Products]:
        bounds = ([low for low, _ in ranges], [high for _, high in ranges])
        return await self._grouped(
            name, statement, product_row, codes, MOST_PER_PARENT, kind, above, *bounds
        )


def _columns(keys: list[StandardKey]) -> tuple[list[str], list[str]]:
    return [code for code, _ in keys], [version for _, version in keys]


def _region(record: Record) -> str:
    return str(record["region_code"])


def _industry(record: Record) -> str:
    return str(record["industry_code"])
