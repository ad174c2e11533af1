"""Statements of what trading knows of patents; $1 are their numbers."""

from __future__ import annotations

from typing import Final

from resolvers.trading.sql import LICENCE_IN_FORCE

# $2 is the day.
LICENCES: Final = f"""
select lp.application_number, r.record_number, r.licence_type
from trading.licence_patent as lp join trading.licence_record as r using (record_number)
where lp.application_number = any($1) and {LICENCE_IN_FORCE}
order by lp.application_number, r.record_number
"""
STATEMENTS: Final = """
select application_number, statement_number from trading.open_licence_statement
where application_number = any($1) and status = 'IN_FORCE'
"""
# $2 is the listing that asks, $3 the states of listings on offer. Of a patent the first 100.
OTHER_LISTINGS: Final = """
select asked.application_number, found.platform_code, found.number, found.deal
from unnest($1::text[]) as asked (application_number) cross join lateral (
  select l.platform_code, l.number, l.deal
  from trading.listing_patent as lp join trading.listing as l on l.id = lp.listing_id
  where lp.application_number = asked.application_number and l.id <> $2 and l.status = any($3)
  order by l.platform_code, l.number limit 100) as found
order by asked.application_number, found.platform_code, found.number
"""
# Deals at a fixed price in CNY since $2, by the main subclass of each patent.
SOLD_PRICES: Final = """
select f.application_number, sold.subclass, sold.deals, sold.median
from trading.patent_facts as f cross join lateral (
  select left(f.main_ipc, 4) as subclass, count(*)::integer as deals,
    percentile_cont(0.5) within group (order by each.price_amount)::numeric as median
  from (
    select distinct d.id, d.price_amount
    from trading.deal_patent as p join trading.deal as d on d.id = p.deal_id
    where p.ipc_subclass = left(f.main_ipc, 4) and d.signed_on >= $2
      and d.price_kind = 'FIXED' and d.price_currency = 'CNY') as each) as sold
where f.application_number = any($1) and length(f.main_ipc) >= 4
"""
