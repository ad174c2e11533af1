"""Invented rows of the subgraphs that no feed fills, loaded after the demo feeds (`--dev`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from resolvers.catalog.demo import load_demo as load_catalog
from resolvers.database.pool import Database
from resolvers.featured.demo import load_demo as load_featured
from resolvers.finance.demo import load_demo as load_finance
from resolvers.patents.demo import load_demo as load_patents
from resolvers.platforms.demo import load_demo as load_platforms
from resolvers.reporting.demo import load_demo as load_reporting
from resolvers.tools.demo import load_demo as load_tools
from resolvers.trading.demo import load_demo as load_trading

DEMOS: tuple[Callable[[Database], Awaitable[None]], ...] = (
    load_patents,
    load_platforms,
    load_catalog,
    load_featured,
    load_finance,
    load_reporting,
    load_tools,
    load_trading,
)


async def load_demos(database: Database) -> None:
    """Load the demo rows of every subgraph; what is there already stays as it is."""
    for load in DEMOS:
        await load(database)
