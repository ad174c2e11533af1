"""Statements over the tables of `trading`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

from resolvers.trading.sight import visible
from resolvers.value_rows import PROVENANCE_COLUMNS, money_columns


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


LISTING_COLUMNS: Final = _of(
    "l",
    "id, platform_code, number, title, seller_name, seller_uscc, deal, trading_method, "
    f"{money_columns('price')}, industry_code, region_code, listed_from, listed_to, status, "
    f"summary, jurisdiction_code, {PROVENANCE_COLUMNS}",
)
LISTING_PAGE: Final = f"select {LISTING_COLUMNS}, l.price_low from trading.listing as l"
LISTING_COUNT: Final = "select count(*) from trading.listing as l"
# Ids of listings the caller may know of: `sight.visible`.
LISTINGS: Final = f"{LISTING_PAGE} where l.id = any($1) and {visible(2)}"
LISTINGS_OF_PATENTS: Final = f"""
select lp.application_number as parent, {LISTING_COLUMNS}
from trading.listing_patent as lp join trading.listing as l on l.id = lp.listing_id
where lp.application_number = any($1) and ($2::text is null or l.status = $2) and {visible(3)}
order by parent, l.listed_from desc, l.id desc
"""
# $2 is the status, $3 how many per parent at most.
LISTINGS_OF_SELLERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {LISTING_COLUMNS} from trading.listing as l
  where l.seller_uscc = asked.parent and ($2::text is null or l.status = $2) and {visible(4)}
  order by l.listed_from desc, l.id desc limit $3) as found
order by asked.parent, found.listed_from desc, found.id desc
"""
LISTINGS_OF_CENTERS: Final = LISTINGS_OF_SELLERS.replace(
    "l.seller_uscc = asked", "l.platform_code = asked"
)
PATENTS_OF_LISTINGS: Final = """
select listing_id as parent, application_number from trading.listing_patent
where listing_id = any($1) order by listing_id, ordinal
"""
LISTED_IN_CLASS: Final = """
exists (select 1 from trading.listing_patent as lp
        join trading.patent_facts_ipc as i on i.application_number = lp.application_number
        where lp.listing_id = l.id and i.symbol >= {} and i.symbol < {})
"""

OPEN_LICENCE_COLUMNS: Final = _of(
    "s",
    f"statement_number, application_number, fee_mode, {money_columns('fee')}, fee_basis, "
    "term_from, term_to, status, effective_on, ended_on, end_reason, contact_name, "
    f"contact_phone, contact_email, filed_by_center, {PROVENANCE_COLUMNS}",
)
OPEN_LICENCE_PAGE: Final = f"""
select {OPEN_LICENCE_COLUMNS}, coalesce(s.fee_amount, 0) as fee_low
from trading.open_licence_statement as s
"""
OPEN_LICENCE_COUNT: Final = "select count(*) from trading.open_licence_statement as s"
OPEN_LICENCES: Final = f"{OPEN_LICENCE_PAGE} where s.statement_number = any($1)"
OPEN_LICENCES_OF_PATENTS: Final = f"""
{OPEN_LICENCE_PAGE} where s.application_number = any($1)
order by s.application_number, s.term_from desc, s.statement_number desc
"""
OPEN_LICENCES_OF_LICENSORS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {OPEN_LICENCE_COLUMNS} from trading.open_licence_statement as s
  where s.statement_number in (
    select op.statement_number from trading.open_licence_party as op where op.uscc = asked.parent)
  order by s.term_from desc, s.statement_number desc limit $2) as found
order by asked.parent, found.term_from desc, found.statement_number desc
"""
LICENSORS: Final = """
select statement_number as parent, name, uscc from trading.open_licence_party
where statement_number = any($1) order by statement_number, ordinal
"""
LICENSED_BY: Final = """
exists (select 1 from trading.open_licence_party as op
        where op.statement_number = s.statement_number and op.uscc = {})
"""
STATEMENT_IN_CLASS: Final = """
exists (select 1 from trading.patent_facts_ipc as i
        where i.application_number = s.application_number and i.symbol >= {} and i.symbol < {})
"""
STATEMENT_IN_REGION: Final = """
exists (select 1 from trading.patent_facts as f
        where f.application_number = s.application_number
          and f.region_code >= {} and f.region_code < {})
"""

OBSTACLES: Final = """
select application_number, reason from trading.open_licence_obstacle
where application_number = any($1)
"""
# What was raised on statements that are in force still.
STATEMENT_WARNINGS: Final = """
select distinct w.application_number as parent, w.code
from trading.statement_warning as w
join trading.open_licence_statement as s
  on s.statement_number = w.statement_number and s.status = 'IN_FORCE'
where w.application_number = any($1) order by parent, w.code
"""

LICENCE_COLUMNS: Final = _of(
    "r",
    "record_number, licence_type, open_licence_number, term_from, term_to, "
    f"{money_columns('fee')}, recorded_on, cancelled_on, {PROVENANCE_COLUMNS}",
)
LICENCES: Final = f"""
select {LICENCE_COLUMNS} from trading.licence_record as r where r.record_number = any($1)
"""
# $2 is the day, $3 whether in force on it; null for both.
LICENCE_IN_FORCE: Final = """
(coalesce(r.term_from, r.recorded_on) <= $2 and (r.term_to is null or $2 <= r.term_to)
 and (r.cancelled_on is null or $2 < r.cancelled_on))
"""
LICENCES_OF_PATENTS: Final = f"""
select lp.application_number as parent, {LICENCE_COLUMNS}
from trading.licence_patent as lp join trading.licence_record as r using (record_number)
where lp.application_number = any($1) and ($3::boolean is null or $3 = {LICENCE_IN_FORCE})
order by parent, r.recorded_on desc, r.record_number desc
"""
LICENCES_UNDER_STATEMENTS: Final = f"""
select r.open_licence_number as parent, {LICENCE_COLUMNS} from trading.licence_record as r
where r.open_licence_number = any($1)
order by parent, r.recorded_on desc, r.record_number desc
"""
PATENTS_OF_LICENCES: Final = """
select record_number as parent, application_number from trading.licence_patent
where record_number = any($1) order by record_number, ordinal, application_number
"""
PARTIES_OF_LICENCES: Final = """
select record_number as parent, role, name, uscc from trading.licence_party
where record_number = any($1) order by record_number, role, ordinal
"""

TRANSFER_COLUMNS: Final = (
    f"id, application_number, registered_on, application_right, {money_columns('price')}, "
    f"{PROVENANCE_COLUMNS}"
)
TRANSFERS: Final = f"select {TRANSFER_COLUMNS} from trading.transfer_record where id = any($1)"
TRANSFERS_OF_PATENTS: Final = f"""
select {TRANSFER_COLUMNS} from trading.transfer_record where application_number = any($1)
order by application_number, registered_on, id
"""
PARTIES_OF_TRANSFERS: Final = """
select transfer_id as parent, role, name, uscc from trading.transfer_party
where transfer_id = any($1) order by transfer_id, role, ordinal
"""

DEMAND_COLUMNS: Final = _of(
    "d",
    "id, number, title, demander_name, demander_uscc, kind, industry_code, region_code, "
    f"ipc_symbols, {money_columns('budget')}, valid_until, status, center_code, "
    f"{PROVENANCE_COLUMNS}",
)
DEMAND_PAGE: Final = f"select {DEMAND_COLUMNS} from trading.demand as d"
DEMAND_COUNT: Final = "select count(*) from trading.demand as d"
DEMANDS: Final = f"{DEMAND_PAGE} where d.id = any($1)"
DEMANDS_OF_ORGANIZATIONS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {DEMAND_PAGE} where d.demander_uscc = asked.parent
  order by d.valid_until desc, d.id desc limit $2) as found
order by asked.parent, found.valid_until desc, found.id desc
"""

DEALS: Final = f"""
select id, listing_id, demand_id, platform_code, kind, seller_name, seller_uscc, buyer_name,
  buyer_uscc, {money_columns("price")}, signed_on, broker_uscc
from trading.deal where id = any($1)
"""
PATENTS_OF_DEALS: Final = """
select deal_id as parent, application_number from trading.deal_patent
where deal_id = any($1) order by deal_id, ordinal
"""
DEAL_TOTALS_OF_CENTERS: Final = """
select platform_code as parent, count(*) as deals,
  coalesce(sum(price_amount) filter (where price_currency = 'CNY'), 0) as amount_cny
from trading.deal
where platform_code = any($1)
  and ($2::date is null or signed_on >= $2) and ($3::date is null or signed_on <= $3)
group by platform_code
"""

# Counts: $1 the keys, $2 and $3 the range of codes each stands for.
LISTINGS_IN_REGIONS: Final = """
select asked.parent, counted.total
from unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high),
     lateral (select count(*) as total from trading.listing as l
              where l.status = 'LISTED'
                and l.region_code >= asked.low and l.region_code < asked.high) as counted
"""
LISTINGS_IN_INDUSTRIES: Final = LISTINGS_IN_REGIONS.replace("l.region_code", "l.industry_code")
DEMANDS_IN_INDUSTRIES: Final = """
select asked.parent, counted.total
from unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high),
     lateral (select count(*) as total from trading.demand as d
              where d.status = 'OPEN'
                and d.industry_code >= asked.low and d.industry_code < asked.high) as counted
"""
OPEN_LICENCES_IN_REGIONS: Final = """
select asked.parent, counted.total
from unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high),
     lateral (select count(*) as total
              from trading.open_licence_statement as s
              where s.status = 'IN_FORCE'
                and s.region_code >= asked.low and s.region_code < asked.high) as counted
"""
LISTINGS_OF_CENTERS_COUNT: Final = """
select platform_code as parent, count(*) as total from trading.listing
where platform_code = any($1) and status = 'LISTED' group by platform_code
"""

# Topics of the catalogue's data foundations: how many records, and when the latest came in.
TOTALS: Final = {
    topic: f"select count(*) as records, max(received_at) as refreshed_at from trading.{table}"
    for topic, table in {
        "OPEN_LICENCE": "open_licence_statement",
        "TRANSFER": "transfer_record",
        "LICENCE": "licence_record",
        "LISTING": "listing",
        "DEMAND": "demand",
    }.items()
}
