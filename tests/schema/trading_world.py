"""The small world as the commands of trading see it: callers, patents to list, credit as stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.database.pool import Database
from resolvers.hub.worker import Worker
from resolvers.identity import ANONYMOUS, Caller, Role
from resolvers.trading.jobs import JOBS
from schema.serving import SubgraphServer
from tests.schema.world import (
    CENTER,
    FROM_TEST,
    HOLDER,
    NOW,
    OTHER,
    PROVENANCE,
    TODAY,
    Asker,
    add_patents,
    add_platforms,
    add_reference,
)

SHENZHEN_PLATFORM = "FT-440300-01"
INVENTION = "CN2019100000019"
JOINT = "CN2018100000014"
PLEDGED = "CN2021100000016"
UNKNOWN = "CN2020100000011"

PUBLIC = ANONYMOUS
CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)
MAKER = Caller("test:maker", Role.FUNCTIONAL_PLATFORM, center=SHENZHEN_PLATFORM)
REVIEWER = Caller("test:reviewer", Role.FUNCTIONAL_PLATFORM, center=SHENZHEN_PLATFORM)
OTHER_TRADER = Caller("test:trader", Role.FUNCTIONAL_PLATFORM, center=CENTER)
FINANCIER = Caller("test:ff", Role.FUNCTIONAL_PLATFORM, center="FF-440400-01")
INDUSTRY = Caller("test:ic", Role.INDUSTRY_CENTER, center="IC-440300-01")
GUANGDONG = Caller("test:440000", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
SHENZHEN = Caller("test:440300", Role.PROVINCIAL_OFFICE, jurisdiction="440300")
JIANGSU = Caller("test:320000", Role.PROVINCIAL_OFFICE, jurisdiction="320000")
PARTY = Caller("test:other", Role.THIRD_PARTY_INSTITUTION, uscc=OTHER)
READER = Caller(
    "test:reader",
    Role.REGIONAL_CENTER,
    center="RC-440000-01",
    scopes=frozenset({"contact:read"}),
)
CALLERS = (
    *(PUBLIC, CNIPA, MAKER, OTHER_TRADER, FINANCIER, INDUSTRY),
    *(GUANGDONG, SHENZHEN, JIANGSU, PARTY),
)


class StatedCredit:
    """The other subgraphs as they are, but `tools` says the grades of this test."""

    def __init__(self, database: Database, grades: Mapping[str, str]) -> None:
        self._server = SubgraphServer(database, today=lambda: TODAY, now=lambda: NOW)
        self._grades = grades
        self.asked: list[tuple[str, Mapping[str, Any] | None]] = []

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        self.asked.append((subgraph, variables))
        if subgraph != "tools":
            return await self._server.local_peers.ask(subgraph, query, variables)
        assert variables is not None
        grades = [self._grades.get(each["uscc"]) for each in variables["keys"]]
        return {"_entities": [{"credit": {"grade": each} if each else None} for each in grades]}


class Trader(Asker):
    """Asks `trading` as a caller, with the credit of sellers as stated."""

    def __init__(
        self, database: Database, caller: Caller, grades: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(database, "trading", caller)
        self._who = caller
        self.peers = StatedCredit(database, grades or {})

    async def response(self, query: str, **variables: Any) -> dict[str, Any]:
        server = SubgraphServer(
            self._database, today=lambda: TODAY, now=lambda: NOW, peers=self.peers
        )
        return await server.answer("trading", self._who, query, variables)


def worker(database: Database, grades: Mapping[str, str] | None = None) -> Worker:
    """Return a worker that runs the jobs of trading."""
    return Worker(database, StatedCredit(database, grades or {}), [JOBS], clock=lambda: NOW)


async def add_tradable(database: Database) -> None:
    """Add a platform in Shenzhen and three inventions in force: of one holder, of two, pledged."""
    await add_reference(database)
    await add_patents(database)
    await add_platforms(database)
    patents = ", ".join(
        f"('{number}', 'CN', 'INVENTION', '示例发明', '2019-01-14', '2021-12-01', '2039-01-14', "
        f"'{ipc}', '440305', 'IN_FORCE', '2021-12-01', false, {FROM_TEST})"
        for number, ipc in ((INVENTION, "H01M10/60"), (JOINT, "B23K26/21"), (PLEDGED, "H01M10/42"))
    )
    await database.execute(
        "test.tradable",
        f"""
        insert into platforms.operation_center
          (code, kind, function, name, name_scheme, named_on, host_uscc, region_code,
           jurisdiction_code, status, {PROVENANCE}) values
          ('{SHENZHEN_PLATFORM}', 'FUNCTIONAL', 'TRADING_SERVICE',
           '国家知识产权运营（深圳）交易服务平台', 'NOTICE_2022_1002', '2022-12-30', '{HOLDER}',
           '440300', '440300', 'RECOGNISED', {FROM_TEST});
        insert into patents.patent
          (application_number, office_code, kind, title, filing_date, grant_date, expiry_date,
           main_ipc, applicant_region, legal_status, legal_status_as_of, under_preservation,
           {PROVENANCE}) values {patents};
        insert into patents.patent_party
        select number, 'HOLDER', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'
        from unnest(array['{INVENTION}', '{JOINT}', '{PLEDGED}']) as number;
        insert into patents.patent_party values
          ('{JOINT}', 'HOLDER', 1, '示例某人', '示例某人', null);
        insert into patents.patent_industry values ('{INVENTION}', 0, 'C3841');
        insert into trading.patent_facts values
          ('{INVENTION}', 'H01M10/60', '{{H01M10/60}}', '440305'),
          ('{JOINT}', 'B23K26/21', '{{B23K26/21}}', '440305'),
          ('{PLEDGED}', 'H01M10/42', '{{H01M10/42}}', '440305');
        insert into finance.pledge_registration
          (registration_number, secured_amount, secured_kind, secured_currency, registered_on,
           pledgee_consents_open_licence, changed, {PROVENANCE}) values
          ('Y1', 3000000, 'FIXED', 'CNY', '2023-05-01', false, false, {FROM_TEST});
        insert into finance.pledge_patent
          (registration_number, application_number, ordinal, {PROVENANCE}) values
          ('Y1', '{PLEDGED}', 0, {FROM_TEST});
        """,
    )


def listing(**changes: Any) -> dict[str, Any]:
    """Return the input of a listing that nothing stands against."""
    return {
        "number": "SZ-2024-001",
        "platformCode": SHENZHEN_PLATFORM,
        "title": "电池热管理专利转让",
        "applicationNumbers": [INVENTION],
        "sellerName": "示例甲智能装备有限公司",
        "sellerUscc": HOLDER,
        "deal": "TRANSFER",
        "tradingMethod": "LISTING",
        "price": {"kind": "FIXED", "amount": "500000"},
        "industryCode": "C3841",
        "regionCode": "440305",
        "listedFrom": "2024-06-15",
        "listedTo": "2024-12-31",
        **changes,
    }


CREATE = """
mutation ($input: ListingInput!) { createListing(input: $input) {
  listing { id number status allowedActions } errors { code path } } }
"""
TRANSITION = """
mutation ($id: ID!, $action: ListingAction!) { transitionListing(id: $id, action: $action) {
  listing { id status allowedActions } errors { code path } } }
"""
SCREEN = """
mutation ($id: ID!) { screenListing(id: $id) {
  screening { id outcome reviewedBy findings { rule outcome message patent { applicationNumber } }
              listing { id status } }
  errors { code path } } }
"""
OVERRIDE = """
mutation ($id: ID!, $reason: String!) { overrideScreening(screeningId: $id, reason: $reason) {
  screening { outcome reviewedBy overrideReason findings { rule outcome } listing { status } }
  errors { code path } } }
"""


async def make(database: Database, **changes: Any) -> str:
    """Make a draft and return its id."""
    payload, codes = await Trader(database, MAKER).mutate(CREATE, input=listing(**changes))
    assert codes == [], codes
    made: str = payload["listing"]["id"]
    return made


async def lead(database: Database, listing_id: str, *actions: str) -> str:
    """Lead a listing on and return its state."""
    status = ""
    for action in actions:
        payload, codes = await Trader(database, MAKER).mutate(
            TRANSITION, id=listing_id, action=action
        )
        assert codes == [], (action, codes)
        status = payload["listing"]["status"]
    return status


async def screened(
    database: Database, listing_id: str, grades: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Screen a listing; return the screening and the outcome of each rule that did not pass."""
    payload, codes = await Trader(database, MAKER, grades).mutate(SCREEN, id=listing_id)
    assert codes == [], codes
    found: dict[str, Any] = payload["screening"]
    return found, {
        each["rule"]: each["outcome"] for each in found["findings"] if each["outcome"] != "PASS"
    }


async def listed(database: Database, **changes: Any) -> str:
    """Make a listing, submit and screen it; return its id. It is LISTED."""
    made = await make(database, **changes)
    await lead(database, made, "SUBMIT")
    found, _ = await screened(database, made)
    assert found["listing"]["status"] == "LISTED", found
    return made


async def status_of(database: Database, listing_id: str) -> str:
    status: str = await database.fetchval(
        "test.status", "select status from trading.listing where id::text = $1", listing_id
    )
    return status
