"""Drivers of the workflows of `finance`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.finance.workflows.financing import FINANCING
from resolvers.workflow import Workflow
from tests.schema.workflows.driver import Placed
from tests.schema.world import Asker

PLATFORM = "FF-440400-01"
APPLICANT = "91440305MA9T00018E"
BANK = "91110102MA9T0019X7"

ADD_BANK = """
insert into reference.organization
  (uscc, name, name_key, kind, source_system, confidence, content_hash)
values ($1, '示例银行股份有限公司', '示例银行股份有限公司', 'BANK', 'synthetic', 'CENTER', 'h')
on conflict do nothing
"""
ADD_PROJECT = """
insert into finance.financing_project (title, kind, applicant_uscc, amount_amount, amount_kind,
  provider_uscc, status, platform_code, jurisdiction_code, submitted_by, applied_on, granted_on)
values ('示例质押贷款', 'PLEDGE_LOAN', $1, 1000000, 'FIXED', $2, $3, $4, '440000', $4,
  '2024-06-01', $5)
returning id
"""
ADVANCE = """
mutation ($id: ID!, $to: FinancingStatus!, $provider: USCC, $comment: String) {
  advanceFinancing(id: $id, to: $to, providerUscc: $provider, comment: $comment) {
    project { id status } errors { code } } }
"""


class FinancingDriver:
    """A loan: the bank is named at approval, and the comment given where one is needed."""

    workflow: Workflow = FINANCING
    subgraph = "finance"

    async def place(self, database: Database, state: str) -> Placed:
        await database.execute("test.bank", ADD_BANK, BANK)
        decided = state in ("APPROVED", "GRANTED", "REPAID", "DEFAULTED")
        paid = "2024-06-10" if decided and state != "APPROVED" else None
        project = await database.fetchval(
            "test.project",
            ADD_PROJECT.replace("$5", f"'{paid}'" if paid else "null"),
            APPLICANT,
            BANK if decided else None,
            state,
            PLATFORM,
        )
        return Placed(str(project), relations={"platform": PLATFORM})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(
            ADVANCE,
            id=placed.id,
            to=action,
            provider=BANK if action == "APPROVED" else None,
            comment="说明" if action in ("REFUSED", "DEFAULTED") else None,
        )
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state",
            "select status from finance.financing_project where id = $1",
            UUID(placed.id),
        )
        return status


DRIVERS = (FinancingDriver(),)
