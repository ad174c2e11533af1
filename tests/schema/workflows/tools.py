"""Drivers of the workflows of `tools`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.tools.workflows.credit import CREDIT
from resolvers.tools.workflows.products import PRODUCTS
from resolvers.tools.workflows.residency import RESIDENCY
from resolvers.workflow import Workflow
from tests.schema.workflows.driver import Placed
from tests.schema.world import Asker

TOOL = "FU-110000-01"
PLATFORM = "FT-110000-01"
SUBMITTER = "RC-440000-01"
FILER = "91440305MA9T00018E"
INSTITUTION = "91110108MA9T00229E"
_numbers = itertools.count(1)

ADD_TOOL = """
insert into platforms.operation_center
  (code, kind, function, support_tool, name, name_scheme, host_uscc, region_code,
   jurisdiction_code, status, recognition_document, source_system, confidence, content_hash)
values ($1, 'FUNCTIONAL', 'SUPPORT_TOOL', 'PATENT_INTENSIVE_PRODUCT', '示例备案平台',
  'CASE_BY_CASE', $2, '110000', '110000', 'RECOGNISED', '国知函〔示例〕1号', 's', 'CENTER', 'h')
on conflict do nothing
"""
ADD_PRODUCT = """
insert into tools.intensive_product (filing_number, name, name_key, filer_uscc, filer_is_holder,
  industry_code, year, revenue_cny, status, filed_on, recognised_on, valid_to, submitted_by)
values ($1, $1, $1, $2, true, 'C3841', 2023, 1000, $3, '2024-06-01',
  case when $4 then date '2024-06-02' end, case when $4 then date '2027-06-01' end, $5)
"""
ADVANCE_PRODUCT = """
mutation ($id: ID!, $to: ProductFilingStatus!, $comment: String) {
  advanceIntensiveProduct(filingNumber: $id, to: $to, comment: $comment) {
    product { status } errors { code } } }
"""
ADD_CREDIT = """
insert into tools.credit_evaluation (institution_uscc, platform_code, grade, score, valid_from,
  valid_to, status, published_at)
values ($1, $2, 'A', 90, '2024-01-01', '2024-12-31', $3,
  case when $3 <> 'DRAFT' then timestamptz '2024-01-02' end) returning id
"""
CREDIT_ACTIONS = {
    "PUBLISH": "mutation ($id: ID!) { publishCredit(id: $id) { errors { code } } }",
    "APPEAL": """mutation ($id: ID!) { appealCredit(id: $id, statement: "有异议") {
        errors { code } } }""",
    "REVISE": """mutation ($id: ID!) { reviseCredit(id: $id, comment: "维持", indicators: [
        {name: "资质", weight: 1, score: 90, source: "年检"}]) { errors { code } } }""",
}
ADD_RESIDENCY = """
insert into tools.residency (institution_uscc, platform_code, category, begins_on, ends_on, status)
values ($1, $2, 'AGENCY', '2024-01-01', case when $3 then date '2024-05-01' end, $4) returning id
"""
ADVANCE_RESIDENCY = """
mutation ($id: ID!, $to: ResidencyStatus!) {
  advanceResidency(id: $id, to: $to, comment: "说明") { errors { code } } }
"""


class ProductDriver:
    """A filing handed in by a centre. The filer is an institution, so that both may file it."""

    workflow: Workflow = PRODUCTS
    subgraph = "tools"

    async def place(self, database: Database, state: str) -> Placed:
        await database.execute("test.tool", ADD_TOOL, TOOL, FILER)
        number = f"PIP2024{next(_numbers):06d}"
        recognised = state in ("RECOGNISED", "EXPIRED", "REVOKED")
        await database.execute(
            "test.product", ADD_PRODUCT, number, FILER, state, recognised, SUBMITTER
        )
        relations = {"filer": FILER, "submitter": SUBMITTER, "tool": TOOL}
        return Placed(number, relations=relations)

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(ADVANCE_PRODUCT, id=placed.id, to=action, comment="说明")
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state",
            "select status from tools.intensive_product where filing_number = $1",
            placed.id,
        )
        return status


class CreditDriver:
    """An evaluation in its term; a revision leaves the grade as it was."""

    workflow: Workflow = CREDIT
    subgraph = "tools"

    async def place(self, database: Database, state: str) -> Placed:
        found = await database.fetchval("test.credit", ADD_CREDIT, INSTITUTION, PLATFORM, state)
        return Placed(str(found), relations={"platform": PLATFORM, "institution": INSTITUTION})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(CREDIT_ACTIONS[action], id=placed.id)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state",
            "select status from tools.credit_evaluation where id = $1",
            UUID(placed.id),
        )
        return status


class ResidencyDriver:
    """A residency without a credit evaluation."""

    workflow: Workflow = RESIDENCY
    subgraph = "tools"

    async def place(self, database: Database, state: str) -> Placed:
        ended = state in ("LEFT", "EXPELLED")
        found = await database.fetchval(
            "test.residency", ADD_RESIDENCY, INSTITUTION, PLATFORM, ended, state
        )
        return Placed(str(found), relations={"platform": PLATFORM, "institution": INSTITUTION})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(ADVANCE_RESIDENCY, id=placed.id, to=action)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state", "select status from tools.residency where id = $1", UUID(placed.id)
        )
        return status


DRIVERS = (
    ProductDriver(),
    CreditDriver(),
    ResidencyDriver(),
)
