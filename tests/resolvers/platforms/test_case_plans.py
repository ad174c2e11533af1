"""Cases and what belongs to centres are read by indexes: plans over 20,000 centres and cases."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from resolvers.platforms import jobs, sql
from resolvers.platforms.commands import recognise
from resolvers.platforms.lists import list_cases
from tests.resolvers.platforms.test_plans import FILL, explain, read_whole

CASES = """
insert into platforms.recognition_round (code, kind)
select 'R' || n, 'INDUSTRY' from generate_series(1, 50) as n;
insert into platforms.work_plan (center_code, starts_on, ends_on, goals, status)
select code, '2024-01-01', date '2026-12-31' - (substr(code, 4, 6)::int % 400), '{x}', 'APPROVED'
from platforms.operation_center;
insert into platforms.recognition_case (center_code, round, track, stage, work_plan_id, summary,
  not_a_legal_person, no_seal_under_name, no_cross_region_branch, establishment_rules_kept,
  declared_on, document_number, rectification_kind, rectification_starts_on,
  rectification_ends_on)
select center_code, 'R' || 1 + substr(center_code, 4, 6)::int % 50, 'PILOT_PLATFORM',
  case when substr(center_code, 4, 6)::int % 100 = 0 then 'RECTIFICATION' else 'RECOGNISED' end,
  id, '{}', true, true, true, true, '2024-01-01', 'D' || substr(center_code, 4, 6),
  'RECTIFICATION', '2024-01-01', '2025-01-01'
from platforms.work_plan;
insert into platforms.milestone (plan_id, ordinal, title, task, measure, due_on)
select id, 0, 'x', 'x', 'x', '2025-01-01' from platforms.work_plan;
insert into platforms.evaluation_evidence (case_id, method, result, note, found_on)
select id, 'SITE_VISIT', 'PASS', 'x', '2024-01-01' from platforms.recognition_case;
insert into platforms.rectification_item (case_id, ordinal, requirement)
select id, 0, 'x' from platforms.recognition_case;
insert into platforms.innovation_task (center_code, kind, title, status)
select code, 'MODEL_INNOVATION', 'x', 'PLANNED' from platforms.operation_center;
insert into platforms.support_measure (center_code, kind, granted_by)
select code, 'POLICY', 'x' from platforms.operation_center;
insert into platforms.exhibition_entry (center_code, exhibition, held_from, held_to)
select code, 'x', '2024-01-01', '2024-01-02' from platforms.operation_center;
insert into platforms.supervision_action (center_code, jurisdiction_code, field, risk_level,
  finding, status, opened_on)
select code, jurisdiction_code, 'DATA_USE', 'LOW', 'x', 'OPEN', '2024-01-01'
from platforms.operation_center;
"""
CNIPA = Caller("c", Role.CNIPA_ADMIN)
OFFICE = Caller("o", Role.PROVINCIAL_OFFICE, jurisdiction="7")
PROVINCE = Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction="110000")
HOST = Caller("h", Role.INDUSTRY_CENTER, center="IC-100007-01")


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.cases", CASES)
    await module_database.execute("test.analyze", "analyze")
    return module_database


@pytest.mark.parametrize(
    ("caller", "wanted"),
    [
        (CNIPA, (None, None, None)),
        (CNIPA, ("RECTIFICATION", None, None)),
        (CNIPA, (None, None, "R7")),
        (CNIPA, ("RECTIFICATION", None, "R1")),
        (HOST, (None, None, None)),
        (OFFICE, (None, None, None)),
    ],
)
async def test_lists_of_cases(filled: Database, caller: Caller, wanted: tuple[Any, ...]) -> None:
    query = list_cases(caller, *wanted).prepare(20, None)
    nodes = await explain(filled, query.sql, *query.parameters)
    assert not read_whole(nodes), query.sql


@pytest.mark.parametrize(
    "name",
    ["CASES_OF_CENTERS", "PLANS_OF_CENTERS", "TASKS", "MEASURES", "EXHIBITIONS", "SUPERVISION_OF"],
)
async def test_what_belongs_to_centres(filled: Database, name: str) -> None:
    codes = ["IC-100007-01", "IC-100009-01"]
    statement, arguments = {
        "CASES_OF_CENTERS": (sql.CASES_OF_CENTERS, []),
        "PLANS_OF_CENTERS": (sql.PLANS_OF_CENTERS, []),
        "TASKS": (sql.TASKS, [200]),
        "MEASURES": (sql.MEASURES, [200]),
        "EXHIBITIONS": (sql.EXHIBITIONS, [200]),
        "SUPERVISION_OF": (sql.SUPERVISION_OF_CENTERS, [True, 200]),
    }[name]
    assert not read_whole(await explain(filled, statement, codes, *arguments)), statement


async def test_what_belongs_to_cases_and_plans(filled: Database) -> None:
    row = await filled.fetchrow("t", "select id, work_plan_id from platforms.recognition_case")
    assert row is not None
    cases: list[UUID] = [row["id"]]
    for statement, keys in (
        (sql.CASES, cases),
        (sql.EVIDENCE, cases),
        (sql.ITEMS, cases),
        (sql.PLANS, [row["work_plan_id"]]),
        (sql.MILESTONES, [row["work_plan_id"]]),
    ):
        assert not read_whole(await explain(filled, statement, keys)), statement


async def test_the_timers_and_the_layout_look_at_indexes(filled: Database) -> None:
    day = date(2025, 6, 1)
    for statement, parameters in (
        (jobs.ANY_OVERDUE, [day]),
        (jobs.OVERDUE, [day, 200]),
        (jobs.ENDED_PLANS, [day, 200]),
        (jobs.UNNAMED, ["D100007"]),
        (recognise.RECOGNISED, ["REGIONAL", None]),
    ):
        whole = set(read_whole(await explain(filled, statement, *parameters)))
        # a batch of 200 cases may be joined to all centres at once
        assert whole <= ({"operation_center"} if statement is jobs.OVERDUE else set()), statement
