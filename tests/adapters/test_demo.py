"""The demo has one patent with everything the first query shows."""

from __future__ import annotations

from datetime import date

from adapters.demo import pull_demo
from adapters.sync import PullOptions
from resolvers.database.pool import Database

SHOWN = "CN2020190000502"
QUERIES = {
    "title": "select title from patents.patent where application_number = $1",
    "legalStatus": "select legal_status from patents.patent where application_number = $1",
    "mainIpc": "select main_ipc from patents.patent where application_number = $1",
    "applicantRegion": "select applicant_region from patents.patent where application_number = $1",
    "holder": "select organization.name || ' ' || organization.region_code "
    "from patents.patent_party join reference.organization using (uscc) "
    "where application_number = $1 and role = 'HOLDER'",
    "openLicence": "select status || ' ' || fee_amount from trading.open_licence_statement "
    "where application_number = $1 and status = 'IN_FORCE'",
    "licence": "select record_number || ' ' || licence_type from trading.licence_patent "
    "join trading.licence_record using (record_number) where application_number = $1",
    "transfer": "select registered_on || ' ' || name from trading.transfer_record as record "
    "join trading.transfer_party as party on party.transfer_id = record.id "
    "where application_number = $1 and role = 'TO'",
    "listing": "select number || ' ' || price_amount from trading.listing_patent "
    "join trading.listing on listing.id = listing_id "
    "where application_number = $1 and status = 'LISTED'",
}


async def test_the_patent_of_the_first_query(database: Database) -> None:
    await pull_demo(database, options=PullOptions(today=date(2026, 12, 1)))
    found = {
        name: await database.fetchval(f"test.{name}", query, SHOWN)
        for name, query in QUERIES.items()
    }
    assert found == {
        "title": "一种联邦学习用冷却方法",
        "legalStatus": "IN_FORCE",
        "mainIpc": "G06N20/00",
        "applicantRegion": "310115",
        "holder": "示例丙生物医药有限公司 310115",
        "openLicence": "IN_FORCE 120000.00",
        "licence": "X2023988000015 COMMON",
        "transfer": "2022-11-18 示例丙生物医药有限公司",
        "listing": "RC-2026-0001 150000.00",
    }
