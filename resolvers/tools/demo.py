"""Loads the invented rows of tools: filings, navigation reports, assessments, gradings, credit,
residencies. Organisations, patents and platforms are those of the demo feeds.

Recognitions and credit hold around the day on which they are loaded.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from resolvers.database.pool import Database, Transaction
from resolvers.tools import demo_rows as rows
from resolvers.tools import sql
from resolvers.tools.commands.products import TERM_YEARS
from resolvers.tools.jobs import count_products
from resolvers.tools.rules.credit_grade import Indicator, evaluate
from resolvers.values import jurisdiction_of
from resolvers.values.dates import add_years, today_in_china
from resolvers.values.text import party_name_key

OFFICE: Final = "110000"
ADD_PRODUCT: Final = """
insert into tools.intensive_product (filing_number, name, name_key, filer_uscc, filer_is_holder,
  industry_code, year, revenue_cny, revenue_share, status, filed_on, recognised_on, valid_to,
  jurisdiction_code)
select $1, $2, $3, $4, true, $5, $6, $7, $8, $9, $10, $11, $12, $13
where not exists (
  select from tools.intensive_product where filer_uscc = $4 and name_key = $3)
on conflict do nothing returning filing_number
"""
ADD_REPORT: Final = """
insert into tools.navigation_report (report_number, title, kind, commissioned_by,
  completed_by_uscc, industry_code, region_code, completed_on, patents_analysed, openness, views,
  download_requests, comments, platform_code)
values ($1, $2, $3, '示例委托单位', $4, $5, $6, $7, $8, 'CONDITIONAL', $9, $10, $11, $12)
on conflict (report_number) do update set views = excluded.views,
  download_requests = excluded.download_requests, comments = excluded.comments
where navigation_report.views = 0
returning report_number
"""
"""One that a demo feed brought gets its counters and uses, which feeds do not have."""
ADD_ASSESSMENT: Final = """
insert into tools.management_assessment (organization_uscc, standard, level, score, assessed_on,
  assessor_uscc, platform_code)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
"""
ADD_GRADING: Final = """
insert into tools.service_grading (institution_uscc, category, grade, score, year, platform_code)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""
ADD_RESIDENCY: Final = """
insert into tools.residency (id, institution_uscc, platform_code, jurisdiction_code, category,
  begins_on, status)
values ($1, $2, $3, $4, $5, '2023-01-16', $6) on conflict do nothing
"""
SUSPEND: Final = """
update tools.residency set status = 'SUSPENDED'
where institution_uscc = $1 and platform_code = $2 and category = $3 and status = 'ACTIVE'
"""
ADD_CREDIT: Final = """
insert into tools.credit_evaluation (id, institution_uscc, platform_code, jurisdiction_code, grade,
  score, valid_from, valid_to, status, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'PUBLISHED', $7::date) on conflict do nothing returning id
"""


async def load_demo(database: Database) -> None:
    """Add the rows that are not there yet, and count products anew."""
    year = today_in_china().year
    async with database.transaction() as tx:
        for place, product in enumerate(rows.PRODUCTS, 1):
            await _add_product(tx, f"PIP{year - 1}9{place:05d}", year, *product)
        await _add_reports(tx)
        for assessment in rows.ASSESSMENTS:
            await tx.execute("demo.assessment", ADD_ASSESSMENT, *assessment, rows.TOOL)
        for grading in rows.GRADINGS:
            await tx.execute("demo.grading", ADD_GRADING, *grading, rows.TOOL)
        await _add_institutions(tx, year)
    await count_products(database)


async def _add_product(
    tx: Transaction,
    number: str,
    year: int,
    name: str,
    filer: str,
    region: str,
    industry: str,
    patents: tuple[str, ...],
    revenue: str | None,
    share: float,
    recognised: bool,
) -> None:
    """Add a filing of last year about the year before; `revenue` in 10,000 yuan."""
    on = date(year - 1, 5, 20)
    added = await tx.fetchval(
        "demo.product",
        ADD_PRODUCT,
        number,
        name,
        party_name_key(name),
        filer,
        industry,
        year - 2,
        Decimal(revenue) * 10_000 if revenue is not None else None,
        share,
        "RECOGNISED" if recognised else "PUBLIC_NOTICE",
        date(year - 1, 2, 1),
        on if recognised else None,
        add_years(on, TERM_YEARS) - timedelta(days=1) if recognised else None,
        jurisdiction_of(region),
    )
    if added is not None:
        await tx.execute("demo.product_patents", sql.ADD_PRODUCT_PATENTS, number, list(patents))


async def _add_reports(tx: Transaction) -> None:
    for number, title, kind, maker, industry, region, classes, day, analysed, uses in rows.REPORTS:
        counters = (analysed // 40, analysed // 700, analysed // 3_000)
        added = await tx.fetchval(
            "demo.report",
            ADD_REPORT,
            number,
            title,
            kind,
            maker,
            industry,
            region,
            day,
            analysed,
            *counters,
            rows.TOOL,
        )
        if added is None:
            continue
        await tx.execute("demo.clear_classes", sql.CLEAR_NAVIGATION_CLASSES, number)
        await tx.execute("demo.classes", sql.ADD_NAVIGATION_CLASSES, number, list(classes))
        await tx.execute(
            "demo.uses",
            sql.ADD_NAVIGATION_APPLICATIONS,
            number,
            [who for who, _, _ in uses],
            [when for _, when, _ in uses],
            [effect for _, _, effect in uses],
        )


async def _add_institutions(tx: Transaction, year: int) -> None:
    """Add residencies with a credit evaluation for this year and the next; D is suspended."""
    for residency, evaluation, institution, category, scores in rows.INSTITUTIONS:
        indicators = [
            Indicator(name, Decimal(weight), Decimal(score), source)
            for (name, weight, source), score in zip(rows.INDICATORS, scores, strict=True)
        ]
        credit = evaluate(indicators)
        status = "SUSPENDED" if credit.grade == "D" else "ACTIVE"
        place = (institution, rows.PLATFORM, OFFICE)
        await tx.execute("demo.residency", ADD_RESIDENCY, residency, *place, category, status)
        if credit.grade == "D":
            # a demo feed may have brought the residency before its grade was known
            await tx.execute("demo.suspend", SUSPEND, institution, rows.PLATFORM, category)
        added = await tx.fetchval(
            "demo.credit",
            ADD_CREDIT,
            evaluation,
            *place,
            credit.grade,
            float(credit.score),
            date(year, 1, 1),
            date(year + 1, 12, 31),
        )
        if added is not None:
            await tx.execute(
                "demo.indicators",
                sql.ADD_INDICATORS,
                evaluation,
                [each.name for each in indicators],
                [float(each.weight) for each in indicators],
                [float(each.score) for each in indicators],
                [each.source for each in indicators],
            )
