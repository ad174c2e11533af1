"""Drivers of the workflows of `trading`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from resolvers.database.pool import Database
from resolvers.trading.workflows.demand import DEMANDS
from resolvers.trading.workflows.listing import LISTINGS
from resolvers.trading.workflows.match import MATCHES
from resolvers.trading.workflows.open_licence import OPEN_LICENCES
from resolvers.workflow import Workflow
from tests.schema.workflows.driver import Placed
from tests.schema.world import Asker

PLATFORM = "FT-440300-01"
INVENTION = "CN2019100000019"
_numbers = count(1)

ADD_LISTING = """
insert into trading.listing (platform_code, number, title, seller_name, seller_name_key, deal,
  trading_method, price_kind, listed_from, listed_to, status, created_by, jurisdiction_code,
  source_system, confidence, content_hash)
values ($1, $2, '示例项目', '示例某人', '示例某人', 'TRANSFER', 'LISTING', 'NEGOTIABLE',
  '2024-06-01', '2024-12-31', $3, 'somebody', '440300', 'hub', 'PLATFORM', 'h')
returning id
"""
ADD_DEAL = """
insert into trading.deal (listing_id, platform_code, kind, seller_name, seller_name_key,
  buyer_name, buyer_name_key, price_amount, price_kind, signed_on, source_system, confidence,
  content_hash)
values ($1, $2, 'TRANSFER', '甲', '甲', '乙', '乙', 1000, 'FIXED', '2024-06-10', 'hub',
  'PLATFORM', 'h')
"""
TRANSITION = """
mutation ($id: ID!, $action: ListingAction!) {
  transitionListing(id: $id, action: $action, comment: "示例说明") {
    listing { id status } errors { code } } }
"""

CENTER = "IC-440300-01"
ADD_DEMAND = """
insert into trading.demand (number, title, demander_name, demander_name_key, budget_kind,
  valid_until, status, center_code, source_system, confidence, content_hash)
values ($1, '示例需求', '示例某人', '示例某人', 'NEGOTIABLE', '2024-12-31', $2, $3, $3, 'CENTER',
  'h')
returning id
"""
CLOSE = """
mutation ($id: ID!) { closeDemand(id: $id, comment: "已自行解决") {
  demand { status } errors { code } } }
"""
ADD_MATCH = """
insert into trading.match (listing_id, demand_id, score, components, status)
values ($1, $2, 0.5, '[]', $3) returning id
"""
ANSWER = """
mutation ($id: ID!, $accepted: Boolean!) { answerMatch(id: $id, accepted: $accepted) {
  match { status } errors { code } } }
"""

ADD_PATENT = """
insert into patents.patent (application_number, office_code, kind, title, filing_date, grant_date,
  expiry_date, main_ipc, legal_status, legal_status_as_of, under_preservation, source_system,
  confidence, content_hash)
values ($1, 'CN', 'INVENTION', '示例发明', '2019-01-14', '2021-12-01', '2039-01-14', 'H01M10/00',
  'IN_FORCE', '2021-12-01', false, 'synthetic', 'CENTER', 'h')
on conflict do nothing
"""
ADD_STATEMENT = """
insert into trading.open_licence_statement (statement_number, application_number, fee_mode,
  fee_amount, fee_kind, fee_basis, term_from, term_to, status, filed_by_center, filed_by,
  source_system, confidence, content_hash)
values ($1, $2, 'FIXED', 50000, 'FIXED', '示例', '2024-06-01', '2027-05-31', $3, $4, 'somebody',
  'hub', 'PLATFORM', 'h')
"""
ANNOUNCE = """
mutation ($n: ID!) { announceOpenLicence(statementNumber: $n) {
  statement { status effectiveOn } errors { code } } }
"""
WITHDRAW = """
mutation ($n: ID!) { withdrawOpenLicence(statementNumber: $n, reason: "拟转让") {
  statement { status } errors { code } } }
"""
END = """
mutation ($n: ID!, $action: OpenLicenceEnding!) {
  endOpenLicence(statementNumber: $n, action: $action, reason: "示例理由") {
    statement { status } errors { code } } }
"""


class ListingDriver:
    """A listing whose deal is recorded before it is closed."""

    workflow: Workflow = LISTINGS
    subgraph = "trading"

    async def place(self, database: Database, state: str) -> Placed:
        listing = await database.fetchval(
            "test.listing", ADD_LISTING, PLATFORM, f"T-{next(_numbers)}", state
        )
        await database.execute("test.deal", ADD_DEAL, listing, PLATFORM)
        return Placed(str(listing), relations={"platform": PLATFORM})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        _, codes = await asker.mutate(TRANSITION, id=placed.id, action=action)
        return codes

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state", "select status from trading.listing where id::text = $1", placed.id
        )
        return status


class OpenLicenceDriver:
    """A statement of an invention in force, to which no bar stands."""

    workflow: Workflow = OPEN_LICENCES
    subgraph = "trading"

    async def place(self, database: Database, state: str) -> Placed:
        await database.execute("test.patent", ADD_PATENT, INVENTION)
        number = f"KF2024T{next(_numbers):06d}"
        await database.execute("test.statement", ADD_STATEMENT, number, INVENTION, state, PLATFORM)
        return Placed(number, relations={"filer": PLATFORM})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        if action == "ANNOUNCE":
            return (await asker.mutate(ANNOUNCE, n=placed.id))[1]
        if action == "WITHDRAW":
            return (await asker.mutate(WITHDRAW, n=placed.id))[1]
        return (await asker.mutate(END, n=placed.id, action=action))[1]

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state",
            "select status from trading.open_licence_statement where statement_number = $1",
            placed.id,
        )
        return status


class DemandDriver:
    """A demand that a centre published."""

    workflow: Workflow = DEMANDS
    subgraph = "trading"

    async def place(self, database: Database, state: str) -> Placed:
        demand = await database.fetchval(
            "test.demand", ADD_DEMAND, f"D-{next(_numbers)}", state, CENTER
        )
        return Placed(str(demand), relations={"publisher": CENTER})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        assert action == "CLOSE"
        return (await asker.mutate(CLOSE, id=placed.id))[1]

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state", "select status from trading.demand where id::text = $1", placed.id
        )
        return status


class MatchDriver:
    """A match of a listing and a demand, answered by either side."""

    workflow: Workflow = MATCHES
    subgraph = "trading"

    async def place(self, database: Database, state: str) -> Placed:
        serial = next(_numbers)
        listing = await database.fetchval(
            "test.listing", ADD_LISTING, PLATFORM, f"M-{serial}", "LISTED"
        )
        demand = await database.fetchval("test.demand", ADD_DEMAND, f"M-{serial}", "OPEN", CENTER)
        match = await database.fetchval("test.match", ADD_MATCH, listing, demand, state)
        return Placed(str(match), relations={"platform": PLATFORM, "publisher": CENTER})

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        return (await asker.mutate(ANSWER, id=placed.id, accepted=action == "ACCEPT"))[1]

    async def state(self, database: Database, placed: Placed) -> str:
        status: str = await database.fetchval(
            "test.state", "select status from trading.match where id::text = $1", placed.id
        )
        return status


DRIVERS = (ListingDriver(), OpenLicenceDriver(), DemandDriver(), MatchDriver())
