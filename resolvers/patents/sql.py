"""Statements over the tables of `patents`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

from resolvers.value_rows import PROVENANCE_COLUMNS

_COLUMN_NAMES: Final = (
    "application_number, office_code, kind, pct_national_phase, title, filing_date, "
    "grant_date, expiry_date, main_ipc, applicant_region, locarno, legal_status, "
    f"legal_status_as_of, under_preservation, {PROVENANCE_COLUMNS}"
)
PATENT_COLUMNS: Final = ", ".join(f"p.{name}" for name in _COLUMN_NAMES.split(", "))

PATENTS: Final = f"""
select {PATENT_COLUMNS} from patents.patent as p where p.application_number = any($1)
"""
PATENT_PAGE: Final = f"select {PATENT_COLUMNS} from patents.patent as p"
PATENT_COUNT: Final = "select count(*) from patents.patent as p"

# Apart, since an abstract is longer than all else and seldom shown.
ABSTRACTS: Final = """
select application_number, abstract from patents.patent
where application_number = any($1) and abstract is not null
"""
PATENT_OF_PUBLICATIONS: Final = """
select number, application_number from patents.publication where number = any($1)
"""
PUBLICATIONS: Final = """
select application_number, number, kind_code, published_on from patents.publication
where application_number = any($1)
order by application_number, published_on, number
"""
PARTIES: Final = """
select application_number, role, name, uscc from patents.patent_party
where application_number = any($1)
order by application_number, role, ordinal
"""
IPC_SYMBOLS: Final = """
select application_number, symbol from patents.patent_ipc
where application_number = any($1)
order by application_number, ordinal
"""
INDUSTRIES: Final = """
select application_number, code from patents.patent_industry
where application_number = any($1)
order by application_number, ordinal
"""
EVALUATION_REPORTS: Final = """
select application_number, issued_on, conclusion from patents.evaluation_report
where application_number = any($1)
"""

_EVENT: Final = (
    "id, application_number, code, name_zh, st27_category, announced_on, effective_on, text, "
    "details"
)
LEGAL_EVENTS: Final = f"select {_EVENT} from patents.legal_event where id = any($1)"
EVENTS_OF_PATENTS: Final = f"""
select {_EVENT} from patents.legal_event
where application_number = any($1)
  and ($2::text is null or st27_category = $2)
  and ($3::date is null or announced_on >= $3)
order by application_number, announced_on, id
"""

# Patents that an organisation holds: the condition on `h` narrows to one organisation.
HELD: Final = """
exists (select 1 from patents.patent_party as h
        where h.application_number = p.application_number and h.role = 'HOLDER' and h.uscc = {})
"""
HELD_BY_NAME: Final = """
exists (select 1 from patents.patent_party as h
        where h.application_number = p.application_number and h.role = 'HOLDER'
          and patents.search_grams(h.name) @> {} and lower(h.name) like {})
"""
IN_CLASS: Final = """
exists (select 1 from patents.patent_ipc as i
        where i.application_number = p.application_number and i.symbol >= {} and i.symbol < {})
"""
IN_INDUSTRY: Final = """
exists (select 1 from patents.patent_industry as i
        where i.application_number = p.application_number and i.code >= {} and i.code < {})
"""

# Patents of a batch of organisations, $1. `page` and `where` are statements and conditions over
# `patents.patent as p` that name `asked.uscc`.
HELD_BY_ASKED: Final = """
p.application_number in (select h.application_number from patents.patent_party as h
                         where h.uscc = asked.uscc and h.role = 'HOLDER')
"""
HELD_PAGES: Final = """
select asked.uscc as asked_uscc, page.*
from unnest($1::text[]) as asked (uscc) cross join lateral ({page}) as page
order by asked.uscc, page.filing_date desc, page.application_number desc
"""
HELD_COUNTS: Final = """
select asked.uscc, counted.patents
from unnest($1::text[]) as asked (uscc)
cross join lateral (select count(*) as patents from patents.patent as p {where}) as counted
"""
# The same where the kind does not matter: large holders are counted beforehand. {status} is the
# parameter of the status; the live count of a large holder is not run.
HELD_TOTALS: Final = """
select asked.uscc, case when large.known > 0 then large.patents else counted.patents end as patents
from unnest($1::text[]) as asked (uscc)
cross join lateral (
  select count(*) as known, coalesce(sum(n.patents) filter (
    where {status}::text is null or n.legal_status = {status}), 0) as patents
  from patents.holder_count as n where n.uscc = asked.uscc) as large
cross join lateral (
  select count(*) as patents from patents.patent as p {where} and large.known = 0) as counted
"""
