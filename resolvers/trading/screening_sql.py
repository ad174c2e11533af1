"""Statements of screenings and matches; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

SCREENING_COLUMNS: Final = (
    "s.id, s.listing_id, s.run_at, s.outcome, s.reviewed_by, s.override_reason"
)
SCREENINGS: Final = f"""
select {SCREENING_COLUMNS} from trading.listing_screening as s where s.id = any($1)
"""
# Latest first, $2 per listing at most.
SCREENINGS_OF_LISTINGS: Final = f"""
select asked.parent, found.* from unnest($1::uuid[]) as asked (parent) cross join lateral (
  select {SCREENING_COLUMNS} from trading.listing_screening as s
  where s.listing_id = asked.parent order by s.run_at desc, s.id desc limit $2) as found
order by asked.parent, found.run_at desc, found.id desc
"""
FINDINGS: Final = """
select screening_id as parent, rule, outcome, application_number, message
from trading.screening_finding where screening_id = any($1) order by screening_id, ordinal
"""
BLOCK_RATES: Final = """
select platform_code as parent, blocked::double precision / runs as rate
from trading.screening_total where platform_code = any($1) and runs > 0
"""

MATCH_COLUMNS: Final = "m.id, m.listing_id, m.demand_id, m.score, m.components, m.status"
MATCHES: Final = f"select {MATCH_COLUMNS} from trading.match as m where m.id = any($1)"
# $2 is the least score, $3 how many per parent at most. Equal scores: newer listing first, then id.
MATCHES_OF_LISTINGS: Final = f"""
select asked.parent, found.* from unnest($1::uuid[]) as asked (parent) cross join lateral (
  select {MATCH_COLUMNS}, l.listed_from from trading.match as m
  join trading.listing as l on l.id = m.listing_id
  where m.listing_id = asked.parent and m.score >= $2
  order by m.score desc, l.listed_from desc, m.listing_id, m.demand_id limit $3) as found
order by asked.parent, found.score desc, found.listed_from desc, found.listing_id, found.demand_id
"""
MATCHES_OF_DEMANDS: Final = MATCHES_OF_LISTINGS.replace(
    "m.listing_id = asked.parent", "m.demand_id = asked.parent"
)
MATCH_OF_PAIR: Final = f"""
select {MATCH_COLUMNS} from trading.match as m
where m.listing_id = $1 and m.demand_id = $2 and m.score >= $3
"""
