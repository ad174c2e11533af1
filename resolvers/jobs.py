"""What every subgraph leaves to the worker: reactions to others' events, and timers."""

from __future__ import annotations

from resolvers.catalog.jobs import JOBS as CATALOG
from resolvers.finance.jobs import JOBS as FINANCE
from resolvers.hub.worker import Jobs
from resolvers.patents.jobs import JOBS as PATENTS
from resolvers.platforms.jobs import JOBS as PLATFORMS
from resolvers.reporting.jobs import JOBS as REPORTING
from resolvers.tools.jobs import JOBS as TOOLS
from resolvers.trading.jobs import JOBS as TRADING

ALL_JOBS: tuple[Jobs, ...] = (
    CATALOG,
    FINANCE,
    TOOLS,
    PATENTS,
    PLATFORMS,
    REPORTING,
    TRADING,
)
