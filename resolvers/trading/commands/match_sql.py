"""Statements of matching. Candidates: $1 IPC classes, $2 and $3 the range of industry codes, $4 how
many by each."""

from __future__ import annotations

from typing import Final

from resolvers.value_rows import money_columns

_OFFER: Final = f"""
l.id, l.listed_from, l.deal, {money_columns("price")}, l.industry_code, l.region_code,
coalesce((select array_agg(distinct symbol)
          from trading.listing_patent as p
          join trading.patent_facts as f using (application_number), unnest(f.ipc_symbols) as symbol
          where p.listing_id = l.id), '{{}}') as ipc_symbols
"""
OFFER: Final = f"select {_OFFER} from trading.listing as l where l.id = $1"
_WANTED: Final = f"""
d.id, d.kind, {money_columns("budget")}, d.industry_code, d.region_code, d.ipc_symbols
"""
WANTED: Final = f"select {_WANTED} from trading.demand as d where d.id = $1"

LISTING_CANDIDATES: Final = f"""
select {_OFFER} from trading.listing as l where l.id in (
  (select found.id from trading.listing_class as c
   join trading.listing as found on found.id = c.listing_id and found.status = 'LISTED'
   where c.ipc_class = any($1) order by found.listed_from desc, found.id desc limit $4)
  union
  (select found.id from trading.listing as found
   where found.status = 'LISTED' and found.industry_code >= $2 and found.industry_code < $3
   order by found.listed_from desc, found.id desc limit $4))
"""
DEMAND_CANDIDATES: Final = f"""
select {_WANTED} from trading.demand as d where d.id in (
  (select found.id from trading.demand_class as c
   join trading.demand as found on found.id = c.demand_id and found.status = 'OPEN'
   where c.ipc_class = any($1) order by found.valid_until desc, found.id desc limit $4)
  union
  (select found.id from trading.demand as found
   where found.status = 'OPEN' and found.industry_code >= $2 and found.industry_code < $3
   order by found.valid_until desc, found.id desc limit $4))
"""

LISTING_CLASSES: Final = """
with gone as (
  delete from trading.listing_class where listing_id = $1 and not ipc_class = any($2))
insert into trading.listing_class (ipc_class, listing_id)
select given, $1 from unnest($2::text[]) as given on conflict do nothing
"""
DEMAND_CLASSES: Final = """
with gone as (
  delete from trading.demand_class where demand_id = $1 and not ipc_class = any($2))
insert into trading.demand_class (ipc_class, demand_id)
select given, $1 from unnest($2::text[]) as given on conflict do nothing
"""
LISTING_MATCHED: Final = "update trading.listing set matched_at = $2 where id = $1"
DEMAND_MATCHED: Final = "update trading.demand set matched_at = $2 where id = $1"

# $2 and $3 are the listings and demands of the pairs that are kept.
DROP_OF_LISTING: Final = """
delete from trading.match
where listing_id = $1 and status = 'PROPOSED' and not demand_id = any($3)
  and $2::uuid[] is not null
"""
DROP_OF_DEMAND: Final = """
delete from trading.match
where demand_id = $1 and status = 'PROPOSED' and not listing_id = any($2)
  and $3::uuid[] is not null
"""
KEEP: Final = """
insert into trading.match (listing_id, demand_id, score, components)
select given.listing_id, given.demand_id, given.score, given.components::jsonb
from unnest($1::uuid[], $2::uuid[], $3::double precision[], $4::text[])
  as given (listing_id, demand_id, score, components)
on conflict (listing_id, demand_id) do update
set score = excluded.score, components = excluded.components, version = match.version + 1
where match.status = 'PROPOSED'
"""

# For the timer: what came by a feed, or was changed by one, and was not compared since.
UNMATCHED_LISTINGS: Final = """
select id from trading.listing where status = 'LISTED' and matched_at is null
order by id limit $1 for no key update skip locked
"""
UNMATCHED_DEMANDS: Final = """
select id from trading.demand where status = 'OPEN' and matched_at is null
order by id limit $1 for no key update skip locked
"""
