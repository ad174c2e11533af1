"""Batch loaders of tools: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias
from uuid import UUID

from aiodataloader import DataLoader

from resolvers.batch_statements import BatchStatements
from resolvers.batching import LoadersByArgument, batch_loader
from resolvers.conditions import code_range, ipc_range, region_range
from resolvers.database.pool import Queries
from resolvers.sight import Sight
from resolvers.tools import sql
from resolvers.tools.records import (
    application_row,
    assessment_row,
    credit_row,
    grading_row,
    indicator_row,
    navigation_row,
    number_of,
    product_row,
    residency_row,
    symbol_of,
)
from resolvers.tools.rows import (
    ApplicationRow,
    AssessmentRow,
    CreditRow,
    GradingRow,
    IndicatorRow,
    NavigationRow,
    ProductRow,
    ResidencyRow,
)
from resolvers.tools.sight import PRODUCT_VISIBLE, RESIDENCY_VISIBLE

BySight: TypeAlias = LoadersByArgument[Sight, str, tuple[ProductRow, ...]]

MOST_PER_PARENT = 1_000
"""Lists under an organisation, centre or code have no pages in the schema, so they have a bound."""


class ToolsLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._statements = BatchStatements(queries, "tools")
        self._make_products(self._statements)
        self._make_navigation(self._statements)
        self._make_institutions(self._statements)

    def _make_products(self, make: BatchStatements) -> None:
        self.products: DataLoader[str, ProductRow | None] = make.one(
            "products", sql.PRODUCTS, "filing_number", product_row
        )
        self.patents_of_product: DataLoader[str, tuple[str, ...]] = make.many(
            "patents_of_products", sql.PATENTS_OF_PRODUCTS, number_of
        )
        self.products_of_patent: BySight = make.many_by(
            "products_of_patents", sql.PRODUCTS_OF_PATENTS, product_row, PRODUCT_VISIBLE.values
        )
        self.products_of_filer: BySight = make.many_by(
            "products_of_filers",
            sql.PRODUCTS_OF_FILERS,
            product_row,
            lambda sight: (MOST_PER_PARENT, *PRODUCT_VISIBLE.values(sight)),
        )
        self.products_in_industry: DataLoader[str, int] = batch_loader(self._products_counted, 0)

    def _make_navigation(self, make: BatchStatements) -> None:
        self.navigation: DataLoader[str, NavigationRow | None] = make.one(
            "navigation", sql.NAVIGATION, "report_number", navigation_row
        )
        self.classes_of_navigation: DataLoader[str, tuple[str, ...]] = make.many(
            "classes_of_navigation", sql.CLASSES_OF_NAVIGATION, symbol_of
        )
        self.applications_of_navigation: DataLoader[str, tuple[ApplicationRow, ...]] = make.many(
            "applications_of_navigation", sql.APPLICATIONS_OF_NAVIGATION, application_row
        )
        self.navigation_in_region: DataLoader[str, tuple[NavigationRow, ...]] = make.many_in_range(
            "navigation_in_regions",
            sql.NAVIGATION_IN_REGIONS,
            navigation_row,
            region_range,
            MOST_PER_PARENT,
        )
        self.navigation_in_industry: DataLoader[str, tuple[NavigationRow, ...]] = (
            make.many_in_range(
                "navigation_in_industries",
                sql.NAVIGATION_IN_INDUSTRIES,
                navigation_row,
                code_range,
                MOST_PER_PARENT,
            )
        )
        self.navigation_in_class: DataLoader[str, tuple[NavigationRow, ...]] = make.many_in_range(
            "navigation_in_classes",
            sql.NAVIGATION_IN_CLASSES,
            navigation_row,
            ipc_range,
            MOST_PER_PARENT,
        )

    def _make_institutions(self, make: BatchStatements) -> None:
        self.assessments: DataLoader[UUID, AssessmentRow | None] = make.one(
            "assessments", sql.ASSESSMENTS, "id", assessment_row
        )
        self.assessments_of_organization: DataLoader[str, tuple[AssessmentRow, ...]] = make.many(
            "assessments_of_organizations", sql.ASSESSMENTS_OF_ORGANIZATIONS, assessment_row
        )
        self.gradings: DataLoader[UUID, GradingRow | None] = make.one(
            "gradings", sql.GRADINGS, "id", grading_row
        )
        self.gradings_of_organization: DataLoader[str, tuple[GradingRow, ...]] = make.many(
            "gradings_of_organizations", sql.GRADINGS_OF_ORGANIZATIONS, grading_row
        )
        self.credit: DataLoader[UUID, CreditRow | None] = make.one(
            "credit", sql.CREDIT, "id", credit_row
        )
        # by day and platform
        self.credit_of_organization: LoadersByArgument[
            tuple[date, str | None], str, CreditRow | None
        ] = LoadersByArgument(self._credit_of_organizations, None)
        self.indicators_of_credit: DataLoader[UUID, tuple[IndicatorRow, ...]] = make.many(
            "indicators_of_credit", sql.INDICATORS_OF_CREDIT, indicator_row
        )
        self.residencies: DataLoader[UUID, ResidencyRow | None] = make.one(
            "residencies", sql.RESIDENCIES, "id", residency_row
        )
        self.residencies_of_institution: LoadersByArgument[Sight, str, tuple[ResidencyRow, ...]] = (
            make.many_by(
                "residencies_of_institutions",
                sql.RESIDENCIES_OF_INSTITUTIONS,
                residency_row,
                lambda sight: (MOST_PER_PARENT, *RESIDENCY_VISIBLE.values(sight)),
            )
        )
        # by who asks and status
        self.residencies_of_platform: LoadersByArgument[
            tuple[Sight, str | None], str, tuple[ResidencyRow, ...]
        ] = make.many_by(
            "residencies_of_platforms",
            sql.RESIDENCIES_OF_PLATFORMS,
            residency_row,
            lambda wanted: (MOST_PER_PARENT, *RESIDENCY_VISIBLE.values(wanted[0]), wanted[1]),
        )

    async def _products_counted(self, codes: list[str]) -> Mapping[str, int]:
        records = await self._statements.fetch(
            "products_by_industry", sql.PRODUCTS_BY_INDUSTRY, codes
        )
        return {record["parent"]: record["products"] for record in records}

    async def _credit_of_organizations(
        self, wanted: tuple[date, str | None], usccs: list[str]
    ) -> Mapping[str, CreditRow]:
        records = await self._statements.fetch(
            "credit_of_organizations", sql.CREDIT_OF_ORGANIZATIONS, usccs, *wanted
        )
        return {record["parent"]: credit_row(record) for record in records}
