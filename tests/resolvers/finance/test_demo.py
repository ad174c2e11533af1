"""The demo's own rows fit the demo's feeds, and loading them again changes nothing."""

from __future__ import annotations

from adapters.demo import pull_demo
from resolvers.database.pool import Database
from resolvers.finance.demo import load_demo
from tests.schema.fuzz import dump

UNKNOWN = """
select number from (
  select application_number as number from finance.pledge_patent
  union select application_number from finance.valuation_patent
  union select application_number from finance.financing_patent
  union select application_number from finance.insurance_patent) as named
where not exists (select from patents.patent as p where p.application_number = number)
"""
UNKNOWN_PARTIES = """
select uscc from (
  select applicant_uscc as uscc from finance.financing_project
  union select provider_uscc from finance.financing_project where provider_uscc is not null
  union select insured_uscc from finance.insurance_policy
  union select insurer_uscc from finance.insurance_policy
  union select appraiser_uscc from finance.valuation_report
  union select uscc from finance.pledge_party where uscc is not null) as named
where not exists (select from reference.organization as o where o.uscc = named.uscc)
"""


async def test_the_demo(database: Database) -> None:
    await pull_demo(database)
    await load_demo(database)
    found = {record[0] for record in await database.fetch("test.unknown", UNKNOWN)}
    # the feed of pledges names patents that the feed of patents has only in refused rows
    fed = await database.fetch(
        "test.fed",
        "select application_number from finance.pledge_patent where batch_id is not null",
    )
    assert found <= {record[0] for record in fed}
    assert await database.fetch("test.unknown_parties", UNKNOWN_PARTIES) == []
    total = await database.fetchval(
        "test.total",
        "select pledges from finance.pledge_statistic where region_code = '000000' and year = 2023",
    )
    counted = await database.fetchval(
        "test.counted",
        "select count(*) from finance.pledge_registration where registered_on >= '2023-01-01' "
        "and registered_on < '2024-01-01'",
    )
    assert total == counted > 5
    before = await dump(database)
    await load_demo(database)
    assert await dump(database) == before
