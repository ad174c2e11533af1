"""PgQueuer's tables: their names, and the SQL that makes them.

They lie in the schema `queue` and are made by our migrations (`resolvers/migrations/queue`), never
by PgQueuer's own command, so `hub db migrate` stays the one way. The first migration is what this
module prints for PgQueuer 1.6:

    python -m adapters.schedule.tables            # a fresh installation
    python -m adapters.schedule.tables --upgrade  # after a new release: the next migration's text

A test compares the first; when a new release of PgQueuer makes it fail, put what `--upgrade`
prints into the next numbered file and the test's expectation beside it.
"""

from __future__ import annotations

import sys
from typing import Final

from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.adapters.persistence.schema_ddl import render_converge, render_install
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

# Every name is given: PgQueuer would take others from variables as common as CHANNEL or TRIGGER.
SETTINGS: Final = DBSettings(
    prefix="",
    db_schema="queue",
    channel=Channel("hub_queue"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
)


def queue_queries(driver: Driver) -> Queries:
    """Return PgQueuer's statements over our names."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


def install_sql() -> str:
    """Return the text of the first migration; the runner makes the schema itself."""
    return render_install(SETTINGS, create_schema=False) + "\n"


def upgrade_sql() -> str:
    """Return statements that bring any earlier installation up to the present release."""
    statements = [
        each for each in render_converge(SETTINGS) if not each.startswith("CREATE SCHEMA")
    ]
    return "\n\n".join(statements) + "\n"


if __name__ == "__main__":
    sys.stdout.write(upgrade_sql() if "--upgrade" in sys.argv[1:] else install_sql())
