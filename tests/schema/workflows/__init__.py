"""The drivers of all workflows; each subgraph's module is listed here."""

from __future__ import annotations

from tests.schema.workflows import catalog, featured, finance, platforms, reporting, tools, trading
from tests.schema.workflows.driver import Driver

DRIVERS: tuple[Driver, ...] = (
    *reporting.DRIVERS,
    *catalog.DRIVERS,
    *featured.DRIVERS,
    *finance.DRIVERS,
    *platforms.DRIVERS,
    *tools.DRIVERS,
    *trading.DRIVERS,
)
