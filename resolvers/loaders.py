"""All loaders of one request, built from the database when the request begins.

A subgraph touches only its own part. A loader caches what it loaded, so a `Loaders` must not
outlive its request.
"""

from __future__ import annotations

from functools import cached_property

from resolvers.catalog.loaders import CatalogLoaders
from resolvers.database.pool import Queries
from resolvers.featured.loaders import FeaturedLoaders
from resolvers.finance.loaders import FinanceLoaders
from resolvers.live import LiveReads
from resolvers.patents.loaders import PatentLoaders
from resolvers.platforms.loaders import PlatformLoaders
from resolvers.reference.loaders import ReferenceLoaders
from resolvers.reporting.loaders import ReportingLoaders
from resolvers.tools.loaders import ToolsLoaders
from resolvers.trading.loaders import TradingLoaders


class Loaders:
    """One request's batch loaders, by owner of the tables; each part is made when first used.

    `live`: the live sources that are asked for what is stale, None where there are none.
    """

    def __init__(self, queries: Queries, live: LiveReads | None = None) -> None:
        self.queries = queries
        self.live = live

    @cached_property
    def reference(self) -> ReferenceLoaders:
        return ReferenceLoaders(self.queries)

    @cached_property
    def patents(self) -> PatentLoaders:
        return PatentLoaders(self.queries, self.live)

    @cached_property
    def platforms(self) -> PlatformLoaders:
        return PlatformLoaders(self.queries)

    @cached_property
    def trading(self) -> TradingLoaders:
        return TradingLoaders(self.queries, self.live)

    @cached_property
    def finance(self) -> FinanceLoaders:
        return FinanceLoaders(self.queries, self.live)

    @cached_property
    def catalog(self) -> CatalogLoaders:
        return CatalogLoaders(self.queries)

    @cached_property
    def featured(self) -> FeaturedLoaders:
        return FeaturedLoaders(self.queries)

    @cached_property
    def tools(self) -> ToolsLoaders:
        return ToolsLoaders(self.queries)

    @cached_property
    def reporting(self) -> ReportingLoaders:
        return ReportingLoaders(self.queries)
