"""Statements of the commands; `$1` is the key unless said otherwise."""

from __future__ import annotations

from typing import Final

from resolvers.trading.sql import LISTING_COLUMNS, OPEN_LICENCE_COLUMNS
from resolvers.value_rows import money_columns

# No key share lock: two commands on one row wait for each other, references to it do not.
LOCK_LISTING: Final = f"""
select {LISTING_COLUMNS}, l.created_by, l.co_owner_consent, l.pledgee_consent
from trading.listing as l where l.id = $1 for no key update
"""
READ_LISTING: Final = LOCK_LISTING.replace(" for no key update", "")
LISTING_STATUS: Final = "select status from trading.listing where id = $1 for no key update"
PATENTS_OF_LISTING: Final = """
select application_number from trading.listing_patent where listing_id = $1 order by ordinal
"""
_LISTING_GIVEN: Final = (
    "title, summary, seller_name, seller_name_key, seller_uscc, deal, trading_method, "
    f"{money_columns('price')}, industry_code, region_code, listed_from, listed_to, "
    "co_owner_consent, pledgee_consent, content_hash, received_at"
)
# $1 platform, $2 number, $3 jurisdiction, $4 creator, then the members above.
INSERT_LISTING: Final = f"""
insert into trading.listing (platform_code, number, jurisdiction_code, created_by, status,
  source_system, confidence, {_LISTING_GIVEN})
values ($1, $2, $3, $4, 'DRAFT', 'hub', 'PLATFORM', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
  $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
on conflict (platform_code, number) do nothing returning id
"""
UPDATE_LISTING: Final = f"""
update trading.listing set ({_LISTING_GIVEN}) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
  $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24), version = version + 1
where id = $1
"""
CLEAR_PATENTS: Final = "delete from trading.listing_patent where listing_id = $1"
INSERT_PATENTS: Final = """
insert into trading.listing_patent (listing_id, ordinal, application_number)
select $1, given.ordinal - 1, given.number
from unnest($2::text[]) with ordinality as given (number, ordinal)
"""
SET_LISTING_STATUS: Final = """
update trading.listing set status = $2, version = version + 1 where id = $1
"""
HAS_DEAL: Final = "select exists (select from trading.deal where listing_id = $1)"
LATEST_SCREENING: Final = """
select id, outcome from trading.listing_screening where listing_id = $1
order by run_at desc, id desc limit 1
"""

INSERT_SCREENING: Final = """
insert into trading.listing_screening (listing_id, run_at, cause, run_by, outcome)
values ($1, $2, $3, $4, $5) returning id
"""
INSERT_FINDINGS: Final = """
insert into trading.screening_finding (screening_id, ordinal, rule, outcome, application_number,
  message, overridable, overridden)
select $1, given.* from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::boolean[], $8::boolean[]) as given
"""
COUNT_SCREENING: Final = """
insert into trading.screening_total (platform_code, runs, blocked) values ($1, 1, $2)
on conflict (platform_code) do update
set runs = screening_total.runs + 1, blocked = screening_total.blocked + excluded.blocked
"""
OVERRIDES: Final = """
select rule, application_number, message from trading.screening_override where listing_id = $1
"""
LOCK_SCREENING: Final = """
select s.id, s.listing_id, s.outcome, s.reviewed_by, l.platform_code, l.created_by
from trading.listing_screening as s join trading.listing as l on l.id = s.listing_id
where s.id = $1 for no key update
"""
BLOCKING: Final = """
select ordinal, rule, application_number, message, overridable from trading.screening_finding
where screening_id = $1 and outcome = 'BLOCK' order by ordinal
"""
LOWER_FINDINGS: Final = """
update trading.screening_finding set outcome = 'WARN', overridden = true
where screening_id = $1 and outcome = 'BLOCK'
"""
INSERT_OVERRIDES: Final = """
insert into trading.screening_override (listing_id, rule, application_number, message,
  screening_id)
select $1, rule, coalesce(application_number, ''), message, screening_id
from trading.screening_finding where screening_id = $2 and overridden
on conflict do nothing
"""
REVIEW_SCREENING: Final = """
update trading.listing_screening
set outcome = 'WARN', reviewed_by = $2, reviewed_at = $3, override_reason = $4 where id = $1
"""

LOCK_DEMAND: Final = """
select status, center_code from trading.demand where id = $1 for no key update
"""
# $1 number, $2 centre, $3 who, then the members named.
INSERT_DEMAND: Final = f"""
insert into trading.demand (number, source_system, center_code, created_by, title, demander_name,
  demander_name_key, demander_uscc, kind, industry_code, region_code, ipc_symbols,
  {money_columns("budget")}, valid_until, content_hash, received_at, confidence)
values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
  $20, $21, $22, $23)
on conflict do nothing returning id
"""
SET_DEMAND_STATUS: Final = "update trading.demand set status = $2 where id = $1"

INSERT_DEAL: Final = f"""
insert into trading.deal (listing_id, demand_id, platform_code, kind, seller_name,
  seller_name_key, seller_uscc, buyer_name, buyer_name_key, buyer_uscc, {money_columns("price")},
  signed_on, broker_uscc, created_by, source_system, confidence, content_hash, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, 'hub', 'PLATFORM', $22, $23) returning id
"""
INSERT_DEAL_PATENTS: Final = """
insert into trading.deal_patent (deal_id, ordinal, application_number, ipc_subclass)
select $1, p.ordinal, p.application_number,
  case when length(f.main_ipc) >= 4 then left(f.main_ipc, 4) end
from trading.listing_patent as p left join trading.patent_facts as f using (application_number)
where p.listing_id = $2
"""
# The buyer's best match of the listing, if the buyer asked for it in a demand.
MATCH_OF_BUYER: Final = """
select m.id, m.demand_id, m.status as match_status, d.status from trading.match as m
join trading.demand as d on d.id = m.demand_id
where m.listing_id = $1 and d.demander_uscc = $2 and m.status in ('PROPOSED', 'ACCEPTED')
  and d.status = 'OPEN'
order by m.score desc, m.demand_id limit 1 for no key update of m, d
"""
SET_MATCH_STATUS: Final = "update trading.match set status = $2 where id = $1"
LOCK_MATCH: Final = """
select m.status, l.platform_code, d.center_code from trading.match as m
join trading.listing as l on l.id = m.listing_id join trading.demand as d on d.id = m.demand_id
where m.id = $1 for no key update of m
"""

READ_STATEMENT: Final = f"""
select {OPEN_LICENCE_COLUMNS} from trading.open_licence_statement as s
where s.statement_number = $1
"""
# Its key may change, so a full lock.
LOCK_STATEMENT: Final = f"{READ_STATEMENT} for update"
STATEMENTS_OF_PATENT: Final = """
select statement_number, status from trading.open_licence_statement
where application_number = $1 and (status = 'IN_FORCE'
  or (status = 'FILED' and filed_by_center is not null))
"""
NEXT_NUMBER: Final = "select nextval('trading.open_licence_number')"
INSERT_STATEMENT: Final = f"""
insert into trading.open_licence_statement (statement_number, application_number, fee_mode,
  {money_columns("fee")}, fee_basis, term_from, term_to, contact_name, contact_phone,
  contact_email, has_evaluation_report, filed_by_center, filed_by, content_hash, received_at,
  status, source_system, confidence)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, 'FILED', 'hub', 'PLATFORM')
on conflict do nothing returning statement_number
"""
INSERT_LICENSORS: Final = """
insert into trading.open_licence_party (statement_number, ordinal, name, name_key, uscc)
select $1, given.ordinal - 1, given.name, given.name_key, given.uscc
from unnest($2::text[], $3::text[], $4::text[]) with ordinality
  as given (name, name_key, uscc, ordinal)
"""
NUMBER_TAKEN: Final = """
select exists (select from trading.open_licence_statement where statement_number = $1)
"""
ANNOUNCE: Final = """
update trading.open_licence_statement
set statement_number = $2, status = 'IN_FORCE', effective_on = $3, version = version + 1
where statement_number = $1
"""
RENAME_HISTORY: Final = """
update trading.status_change set key = $2 where workflow = 'open_licence' and key = $1
"""
END_STATEMENT: Final = """
update trading.open_licence_statement
set status = $2, ended_on = $3, end_reason = $4, version = version + 1 where statement_number = $1
"""
IPC_OF_PATENT: Final = """
select ipc_symbols from trading.patent_facts where application_number = $1
"""
HAS_OBSTACLE: Final = """
select exists (select from trading.open_licence_obstacle where application_number = $1)
"""
NOTE_OBSTACLE: Final = """
insert into trading.open_licence_obstacle (application_number, reason, noted_by, noted_at)
values ($1, $2, $3, $4) on conflict (application_number) do update
set reason = excluded.reason, noted_by = excluded.noted_by, noted_at = excluded.noted_at
"""
CLEAR_OBSTACLE: Final = "delete from trading.open_licence_obstacle where application_number = $1"
NOTE_WARNING: Final = """
insert into trading.statement_warning (application_number, statement_number, code, event_id,
  noted_at)
values ($1, $2, $3, $4, $5) on conflict do nothing returning statement_number
"""

# Timers: rows that are due, some at a time; a row somebody works on waits for the next run.
DUE_LISTINGS: Final = """
select id, status, platform_code, industry_code, region_code from trading.listing
where status in ('LISTED', 'MATCHED') and listed_to < $1
order by listed_to limit $2 for no key update skip locked
"""
DUE_DEMANDS: Final = """
select id from trading.demand where status = 'OPEN' and valid_until < $1
order by valid_until limit $2 for no key update skip locked
"""
DUE_STATEMENTS: Final = """
select statement_number, term_to from trading.open_licence_statement
where status = 'IN_FORCE' and term_to < $1 order by term_to limit $2 for no key update skip locked
"""
BEGINNING_STATEMENTS: Final = """
select s.statement_number, s.application_number from trading.open_licence_statement as s
where s.status = 'FILED' and s.filed_by_center is null and s.term_from <= $1
  and not exists (select from trading.open_licence_statement as other
    where other.application_number = s.application_number and other.status = 'IN_FORCE')
order by s.term_from, s.statement_number limit $2
"""
BEGIN_STATEMENT: Final = """
update trading.open_licence_statement as s
set status = 'IN_FORCE', effective_on = coalesce(s.effective_on, s.term_from),
  version = s.version + 1
where s.statement_number = $1 and s.status = 'FILED'
  and not exists (select from trading.open_licence_statement as other
    where other.application_number = s.application_number and other.status = 'IN_FORCE')
returning s.statement_number
"""

# For legal events: listings on offer with the patent $1; $2 the states of being on offer.
OFFERED_WITH: Final = f"""
select {LISTING_COLUMNS} from trading.listing_patent as lp
join trading.listing as l on l.id = lp.listing_id
where lp.application_number = $1 and l.status = any($2) order by l.id
"""
STATEMENT_IN_FORCE: Final = """
select statement_number from trading.open_licence_statement
where application_number = $1 and status = 'IN_FORCE' for no key update
"""
