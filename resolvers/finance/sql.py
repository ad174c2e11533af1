"""Statements over the tables of `finance`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.finance.sight import VISIBLE
from resolvers.value_rows import PROVENANCE_COLUMNS, money_columns


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


PLEDGE_COLUMNS: Final = _of(
    "r",
    f"registration_number, {money_columns('secured')}, debt_term_from, debt_term_to, "
    "registered_on, cancelled_on, status, pledgee_consents_open_licence, "
    f"{PROVENANCE_COLUMNS}",
)
PLEDGE_PAGE: Final = f"select {PLEDGE_COLUMNS} from finance.pledge_registration as r"
PLEDGE_COUNT: Final = "select count(*) from finance.pledge_registration as r"
PLEDGES: Final = f"{PLEDGE_PAGE} where r.registration_number = any($1)"
PLEDGES_OF_PATENTS: Final = f"""
select pp.application_number as parent, {PLEDGE_COLUMNS}
from finance.pledge_patent as pp join finance.pledge_registration as r using (registration_number)
where pp.application_number = any($1) and ($2::text is null or r.status = $2)
order by parent, r.registered_on desc, r.registration_number desc
"""
# $2 is the status, $3 the side of the party, $4 how many per parent at most.
PLEDGES_OF_ORGANIZATIONS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {PLEDGE_PAGE}
  where r.registration_number in (
      select party.registration_number from finance.pledge_party as party
      where party.uscc = asked.parent and party.role = $3)
    and ($2::text is null or r.status = $2)
  order by r.registered_on desc, r.registration_number desc limit $4) as found
order by asked.parent, found.registered_on desc, found.registration_number desc
"""
OF_PATENT: Final = """
exists (select 1 from finance.pledge_patent as pp
        where pp.registration_number = r.registration_number and pp.application_number = {})
"""
OF_PARTY: Final = """
exists (select 1 from finance.pledge_party as party
        where party.registration_number = r.registration_number
          and party.uscc = {} and party.role = {})
"""
PATENTS_OF_PLEDGES: Final = """
select registration_number as parent, application_number from finance.pledge_patent
where registration_number = any($1) order by registration_number, ordinal, application_number
"""
PARTIES_OF_PLEDGES: Final = """
select registration_number as parent, role, name, uscc from finance.pledge_party
where registration_number = any($1) order by registration_number, role, ordinal
"""
CHANGES_OF_PLEDGES: Final = """
select registration_number as parent, changed_on, item, before, after from finance.pledge_change
where registration_number = any($1) order by registration_number, ordinal
"""
# Regions of the patents' applicants and of the pledgors, for the offices in charge.
REGIONS_OF_PLEDGES: Final = """
select pp.registration_number as parent, f.region_code
from finance.pledge_patent as pp join finance.patent_facts as f using (application_number)
where pp.registration_number = any($1) and f.region_code is not null
union
select party.registration_number, o.region_code
from finance.pledge_party as party join finance.organization_facts as o using (uscc)
where party.registration_number = any($1) and party.role = 'PLEDGOR' and o.region_code is not null
order by 1, 2
"""

VALUATION_COLUMNS: Final = _of(
    "v",
    f"id, method, {money_columns('value')}, base_date, purpose, appraiser_name, appraiser_uscc, "
    "holder_usccs, standard, platform_code, jurisdiction_code",
)
VALUATIONS: Final = f"""
select {VALUATION_COLUMNS} from finance.valuation_report as v where v.id = any($1)
"""
VALUATIONS_OF_PATENTS: Final = f"""
select vp.application_number as parent, {VALUATION_COLUMNS}
from finance.valuation_patent as vp join finance.valuation_report as v on v.id = vp.valuation_id
where vp.application_number = any($1) order by parent, v.base_date desc, v.id desc
"""
PATENTS_OF_VALUATIONS: Final = """
select valuation_id as parent, application_number from finance.valuation_patent
where valuation_id = any($1) order by valuation_id, ordinal
"""
REGIONS_OF_VALUATIONS: Final = """
select distinct vp.valuation_id as parent, f.region_code
from finance.valuation_patent as vp join finance.patent_facts as f using (application_number)
where vp.valuation_id = any($1) and f.region_code is not null order by 1, 2
"""

FINANCING_COLUMNS: Final = _of(
    "p",
    f"id, title, kind, applicant_uscc, {money_columns('amount')}, provider_uscc, status, "
    "platform_code, jurisdiction_code, submitted_by, applied_on, granted_on",
)
FINANCING_PAGE: Final = f"select {FINANCING_COLUMNS} from finance.financing_project as p"
FINANCING_COUNT: Final = "select count(*) from finance.financing_project as p"
FINANCING: Final = f"{FINANCING_PAGE} where p.id = any($1)"
# $2 how many per parent at most, $3 to $7 who asks.
FINANCING_OF_APPLICANTS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {FINANCING_PAGE} where p.applicant_uscc = asked.parent and {VISIBLE.sql(3)}
  order by p.applied_on desc, p.id desc limit $2) as found
order by asked.parent, found.applied_on desc, found.id desc
"""
# $8 is the status.
FINANCING_OF_CENTERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {FINANCING_PAGE} where p.platform_code = asked.parent and {VISIBLE.sql(3)}
    and ($8::text is null or p.status = $8)
  order by p.applied_on desc, p.id desc limit $2) as found
order by asked.parent, found.applied_on desc, found.id desc
"""
PATENTS_OF_FINANCING: Final = """
select project_id as parent, application_number from finance.financing_patent
where project_id = any($1) order by project_id, ordinal
"""
FINANCED_AMOUNTS: Final = """
select platform_code as parent, coalesce(sum(amount_amount), 0) as total
from finance.financing_project
where platform_code = any($1) and granted_on is not null
  and amount_kind = 'FIXED' and amount_currency = 'CNY'
  and ($2::date is null or granted_on >= $2) and ($3::date is null or granted_on <= $3)
group by platform_code
"""
FINANCING_LOCK: Final = f"{FINANCING_PAGE} where p.id = $1 for update"
ADD_FINANCING: Final = f"""
insert into finance.financing_project (title, kind, applicant_uscc, {money_columns("amount")},
  status, platform_code, jurisdiction_code, submitted_by, applied_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'APPLIED', $12, $13, $14, $15)
returning id
"""
ADVANCE_FINANCING: Final = """
update finance.financing_project
set status = $2, provider_uscc = $3, granted_on = $4, version = version + 1 where id = $1
"""
ADD_FINANCING_PATENTS: Final = """
insert into finance.financing_patent (project_id, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""

INSURANCE_COLUMNS: Final = _of(
    "i",
    f"policy_number, kind, insured_uscc, insurer_uscc, {money_columns('cover')}, term_from, "
    "term_to, platform_code, jurisdiction_code",
)
INSURANCE: Final = f"""
select {INSURANCE_COLUMNS} from finance.insurance_policy as i where i.policy_number = any($1)
"""
INSURANCE_OF_PATENTS: Final = f"""
select ip.application_number as parent, {INSURANCE_COLUMNS}
from finance.insurance_patent as ip join finance.insurance_policy as i using (policy_number)
where ip.application_number = any($1) order by parent, i.term_from desc, i.policy_number desc
"""
PATENTS_OF_INSURANCE: Final = """
select policy_number as parent, application_number from finance.insurance_patent
where policy_number = any($1) order by policy_number, ordinal
"""
ADD_VALUATION: Final = f"""
insert into finance.valuation_report (method, {money_columns("value")}, base_date, purpose,
  appraiser_name, appraiser_uscc, holder_usccs, standard, platform_code, jurisdiction_code)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
returning id
"""
ADD_VALUATION_PATENTS: Final = """
insert into finance.valuation_patent (valuation_id, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""
ADD_INSURANCE: Final = f"""
insert into finance.insurance_policy (policy_number, kind, insured_uscc, insurer_uscc,
  {money_columns("cover")}, term_from, term_to, platform_code, jurisdiction_code)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (policy_number) do nothing returning policy_number
"""
ADD_INSURANCE_PATENTS: Final = """
insert into finance.insurance_patent (policy_number, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""

# How much there is on a topic of the catalogue (`resolvers.topic_totals`).
TOTALS: Final[Mapping[str, str]] = {
    "PLEDGE": """
select count(*) as records, max(received_at) as refreshed_at from finance.pledge_registration
""",
    "VALUATION": """
select count(*) as records, max(recorded_at) as refreshed_at from finance.valuation_report
""",
}

PLEDGE_STATISTICS: Final = """
select region_code as parent, pledges, amount_cny from finance.pledge_statistic
where region_code = any($1) and year = $2
"""
# In no order, so that some that nobody knows do not stand in the way of all others.
PATENTS_WITHOUT_FACTS: Final = """
select application_number from finance.pledge_patent as pp
where not exists (
  select from finance.patent_facts as f where f.application_number = pp.application_number)
group by 1 order by random() limit $1
"""
ORGANIZATIONS_WITHOUT_FACTS: Final = """
select party.uscc from finance.pledge_party as party
where party.uscc is not null and not exists (
  select from finance.organization_facts as o where o.uscc = party.uscc)
group by 1 order by random() limit $1
"""
ADD_PATENT_FACTS: Final = """
insert into finance.patent_facts (application_number, region_code)
select * from unnest($1::text[], $2::text[]) on conflict do nothing
"""
ADD_ORGANIZATION_FACTS: Final = """
insert into finance.organization_facts (uscc, region_code)
select * from unnest($1::text[], $2::text[]) on conflict do nothing
"""
REGIONS_MET: Final = """
select region_code from finance.patent_facts where region_code is not null
union select region_code from finance.organization_facts where region_code is not null
"""
CLEAR_STATISTICS: Final = "delete from finance.pledge_statistic"
# $1 region as met, $2 a region it counts in. The whole country has every pledge, located or not.
COUNT_PLEDGES: Final = """
with place as (
  select pp.registration_number, f.region_code
  from finance.pledge_patent as pp join finance.patent_facts as f using (application_number)
  where f.region_code is not null
), located as (
  select registration_number, region_code from place
  union
  select party.registration_number, o.region_code
  from finance.pledge_party as party join finance.organization_facts as o using (uscc)
  where party.role = 'PLEDGOR' and o.region_code is not null
    and not exists (
      select from place where place.registration_number = party.registration_number)
), counted as (
  select l.registration_number, roll.counts_in as region_code
  from located as l
  join unnest($1::text[], $2::text[]) as roll (region_code, counts_in)
    on roll.region_code = l.region_code
  union
  select registration_number, '000000' from finance.pledge_registration
)
insert into finance.pledge_statistic (region_code, year, pledges, amount_cny)
select c.region_code, extract(year from r.registered_on)::integer, count(*),
  coalesce(sum(r.secured_amount)
    filter (where r.secured_kind = 'FIXED' and r.secured_currency = 'CNY'), 0)
from counted as c join finance.pledge_registration as r using (registration_number)
group by 1, 2
"""
