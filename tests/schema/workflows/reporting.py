"""Drivers of the workflows of `reporting`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.reporting.workflows.evaluation import EVALUATION
from resolvers.reporting.workflows.ingest import INGEST
from resolvers.reporting.workflows.report import REPORT
from tests.schema.reporting_world import (
    OFFICE,
    TRADING,
    add_center,
    add_evaluation,
    add_report,
    same_on,
)
from tests.schema.workflows.driver import Placed
from tests.schema.world import TODAY, Asker

_RELATIONS = {"center": TRADING, "office": OFFICE}


class ReportDriver:
    """Business reports: a quarter that is over, with one value nothing is compared with."""

    workflow = REPORT
    subgraph = "reporting"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        report = await add_report(database, "2024-Q1", state, {"STAFF_FULL_TIME": 5})
        return Placed(str(report), 1, _RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(
            """mutation ($id: ID!, $version: Int!, $action: ReportAction!) {
                 transitionReport(id: $id, expectedVersion: $version, action: $action) {
                   report { status } errors { code } } }""",
            id=placed.id,
            version=placed.version,
            action=action,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        state: str = await database.fetchval(
            "test.state",
            "select status from reporting.business_report where id = $1",
            UUID(placed.id),
        )
        return state


class EvaluationDriver:
    """Evaluations of last year, fully scored, published today: made final 16 days later."""

    workflow = EVALUATION
    subgraph = "reporting"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        return Placed(str(await add_evaluation(database, state)), 1, _RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        if action == "FINAL":
            asker = same_on(asker, TODAY + timedelta(days=16))
        _, codes = await asker.mutate(
            """mutation ($id: ID!, $to: EvaluationStage!) {
                 advanceEvaluation(id: $id, to: $to, comment: "示例") {
                   evaluation { stage } errors { code } } }""",
            id=placed.id,
            to=action,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        state: str = await database.fetchval(
            "test.state",
            "select stage from reporting.performance_evaluation where id = $1",
            UUID(placed.id),
        )
        return state


class IngestDriver:
    """A batch of listings that wrote nothing, so that rolling it back removes nothing."""

    workflow = INGEST
    subgraph = "reporting"

    async def place(self, database: Database, state: str) -> Placed:
        await add_center(database)
        batch = await database.fetchval(
            "test.batch",
            "insert into reporting.ingest_batch (center_code, source_name, feed, sha256, status)"
            " values ($1, 'test', 'LISTING', repeat('a', 64), $2) returning id",
            TRADING,
            state,
        )
        return Placed(str(batch), 1, _RELATIONS)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(
            """mutation ($id: ID!) { rollBackIngest(id: $id, reason: "说明") {
                 batch { status } errors { code } } }""",
            id=placed.id,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        state: str = await database.fetchval(
            "test.state", "select status from reporting.ingest_batch where id = $1", UUID(placed.id)
        )
        return state


DRIVERS = (ReportDriver(), EvaluationDriver(), IngestDriver())
