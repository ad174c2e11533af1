"""The drivers of all workflows; each subgraph's module is listed here."""

from __future__ import annotations

from tests.schema.workflows.driver import Driver

DRIVERS: tuple[Driver, ...] = ()
