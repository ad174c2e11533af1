"""Centres, reports and evaluations for tests of `reporting`, put in by SQL."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from resolvers.reporting.rules.periods import Period, parse_period
from schema.serving import SubgraphServer
from tests.schema.world import NOW, TODAY, Asker

HOST = "91440305MA9T00018E"
TRADING = "FT-440000-01"
OFFICE = "440000"

CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)
OPERATOR = Caller("operator", Role.HUB_OPERATOR)
PROVINCE = Caller("province", Role.PROVINCIAL_OFFICE, jurisdiction=OFFICE)
PLATFORM = Caller("platform", Role.FUNCTIONAL_PLATFORM, center=TRADING)


class AskerOn(Asker):
    """An asker of another day, and with whatever else the server is given."""

    def __init__(
        self, database: Database, caller: Caller, today: date = TODAY, **server: Any
    ) -> None:
        super().__init__(database, "reporting", caller)
        self._today, self._server = today, server

    async def response(self, query: str, **variables: Any) -> dict[str, Any]:
        assert self._caller is not None
        server = SubgraphServer(
            self._database, today=lambda: self._today, now=lambda: NOW, **self._server
        )
        return await server.answer("reporting", self._caller, query, variables)


def same_on(asker: Asker, today: date) -> AskerOn:
    """Return the same asker on another day."""
    assert asker._caller is not None
    return AskerOn(asker._database, asker._caller, today)


async def add_center(
    database: Database,
    code: str = TRADING,
    *,
    region: str = "440100",
    jurisdiction: str = OFFICE,
    status: str = "RECOGNISED",
    industries: tuple[str, ...] = (),
) -> None:
    """Add a centre to `platforms`; its kind and function follow from its code."""
    kind = {"R": "REGIONAL", "I": "INDUSTRY"}.get(code[0], "FUNCTIONAL")
    function = {"FT": "TRADING_SERVICE", "FF": "FINANCIAL_SERVICE", "FS": "FEATURED_SERVICE"}
    await database.execute(
        "test.center",
        """
        insert into platforms.operation_center
          (code, kind, function, name, name_scheme, host_uscc, region_code, jurisdiction_code,
           status, source_system, confidence, content_hash)
        values ($1, $2, $3, '示例中心', 'PILOT_NAME', $4, $5, $6, $7, 'test', 'CENTER', 'h')
        on conflict do nothing
        """,
        code,
        kind,
        function.get(code[:2]),
        HOST,
        region,
        jurisdiction,
        status,
    )
    for ordinal, industry in enumerate(industries):
        await database.execute(
            "test.center_industry",
            "insert into platforms.center_industry values ($1, $2, $3)",
            code,
            ordinal,
            industry,
        )


async def add_report(
    database: Database,
    label: str,
    status: str,
    values: dict[str, float],
    code: str = TRADING,
    *,
    region: str = "440100",
    jurisdiction: str = OFFICE,
    industries: tuple[str, ...] = (),
    first_submitted_on: date | None = None,
) -> UUID:
    """Add a report in a state, with its values."""
    period = parse_period(label)
    assert isinstance(period, Period)
    report: UUID = await database.fetchval(
        "test.report",
        """
        insert into reporting.business_report
          (number, center_code, period_kind, period_label, period_from, period_to, year, status,
           due_on, region_code, jurisdiction_code, industry_codes, first_submitted_on, created_at,
           updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now(), now())
        returning id
        """,
        f"BR-{code}-{label}",
        code,
        period.kind.value,
        label,
        period.begins,
        period.ends,
        period.year,
        status,
        period.due_on,
        region,
        jurisdiction,
        list(industries),
        first_submitted_on,
    )
    for indicator, value in values.items():
        await database.execute(
            "test.value",
            "insert into reporting.report_value (report_id, indicator_code, value) "
            "values ($1, $2, $3)",
            report,
            indicator,
            value,
        )
    return report


CRITERIA = {
    "ENTITY_AND_MECHANISM": 15,
    "TEAM": 10,
    "BUSINESS": 30,
    "PRODUCT_DEVELOPMENT": 15,
    "INPUT_AND_BENEFIT": 15,
    "DATA_REPORTING": 15,
}


async def add_evaluation(
    database: Database,
    stage: str,
    code: str = TRADING,
    year: int = 2023,
    *,
    self_score: float | None = 80,
    total: float | None = None,
    jurisdiction: str = OFFICE,
) -> UUID:
    """Add an evaluation in a stage, every criterion with the same self score."""
    kind = {"R": "REGIONAL", "I": "INDUSTRY"}.get(code[0], "FUNCTIONAL")
    function = "TRADING_SERVICE" if code.startswith("FT") else None
    evaluation: UUID = await database.fetchval(
        "test.evaluation",
        """
        insert into reporting.performance_evaluation
          (center_code, year, kind, function, jurisdiction_code, stage, total, published_on,
           created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, now(), now()) returning id
        """,
        code,
        year,
        kind,
        function,
        jurisdiction,
        stage,
        total,
        TODAY if stage in ("PUBLISHED", "OBJECTION", "FINAL") else None,
    )
    for ordinal, (criterion, weight) in enumerate(CRITERIA.items()):
        await database.execute(
            "test.score",
            "insert into reporting.evaluation_score "
            "(evaluation_id, ordinal, criterion, weight, self, source) "
            "values ($1, $2, $3, $4, $5, 'SELF')",
            evaluation,
            ordinal,
            criterion,
            weight,
            self_score,
        )
    return evaluation
