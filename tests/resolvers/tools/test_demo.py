"""The demo's rows of tools fit the demo's feeds, and loading them again changes nothing."""

from __future__ import annotations

from adapters.demo import pull_demo
from resolvers.database.pool import Database
from resolvers.tools.demo import load_demo
from resolvers.values.dates import today_in_china
from tests.schema.fuzz import dump

# A product's filer holds each of its patents, as its filing says.
NOT_HELD = """
select pp.filing_number, pp.application_number
from tools.intensive_product_patent as pp join tools.intensive_product as p using (filing_number)
where p.filer_is_holder and not exists (
  select from patents.patent_party as h
  where h.application_number = pp.application_number and h.role = 'HOLDER'
    and h.uscc = p.filer_uscc)
"""
UNKNOWN = """
select uscc from (
  select institution_uscc as uscc from tools.residency
  union select institution_uscc from tools.service_grading
  union select organization_uscc from tools.management_assessment
  union select assessor_uscc from tools.management_assessment where assessor_uscc is not null
  union select completed_by_uscc from tools.navigation_report) as named
where not exists (select from reference.organization as o where o.uscc = named.uscc)
"""


async def test_the_demo(database: Database) -> None:
    await pull_demo(database)
    await load_demo(database)
    assert await database.fetch("test.not_held", NOT_HELD) == []
    assert await database.fetch("test.unknown", UNKNOWN) == []
    grades = await database.fetch(
        "test.grades",
        "select institution_uscc, grade from tools.credit_evaluation "
        "where valid_from <= $1 and valid_to >= $1 order by id",
        today_in_china(),
    )
    # by hand: 14.25+23+18+17.6+20, 12+19.5+15+15.2+20, 13.5+22+17.2+18+20, a penalty,
    # 10.5+10+9+11+8, 13.8+22.5+18.8+18.2+20, 12.3+18.75+14+15.6+20, 13.2+21.5+16.4+18+20
    assert [each["grade"] for each in grades] == ["A", "B", "A", "C", "D", "A", "B", "A"]
    suspended = await database.fetch(
        "test.suspended", "select institution_uscc from tools.residency where status = 'SUSPENDED'"
    )
    assert [each["institution_uscc"] for each in suspended] == [grades[4]["institution_uscc"]]
    counted = await database.fetchval(
        "test.count", "select products from tools.industry_statistic where industry_code = 'C'"
    )
    # 4 of these rows, 5 of the feed
    assert counted == 9
    before = await dump(database)
    await load_demo(database)
    assert await dump(database) == before
