"""Statements over the ingest tables of `reporting`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

_BATCH_NAMES: Final = (
    "id, center_code, source_name, feed, file_name, sha256, encoding, received_at, finished_at, "
    "status, rows_read, rows_accepted, rows_warned, rows_rejected, rows_duplicate, rows_ignored, "
    "failure_code, failure_message"
)
BATCH_COLUMNS: Final = ", ".join(f"b.{name}" for name in _BATCH_NAMES.split(", "))
BATCH_PAGE: Final = f"select {BATCH_COLUMNS} from reporting.ingest_batch as b"
BATCH_COUNT: Final = "select count(*) from reporting.ingest_batch as b"
BATCHES: Final = f"{BATCH_PAGE} where b.id = any($1)"
BATCHES_OF_CENTERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {BATCH_PAGE} where b.center_code = asked.parent and ($2::text is null or b.feed = $2)
  order by b.received_at desc, b.id desc limit $3) as found
order by asked.parent, found.received_at desc, found.id desc
"""

ISSUE_COLUMNS: Final = "row_number, column_name, field, code, severity, message, raw"
# $2 is a code or null, $3 how many per batch at most.
ISSUES_OF_BATCHES: Final = f"""
select asked.parent, found.* from unnest($1::uuid[]) as asked (parent) cross join lateral (
  select {ISSUE_COLUMNS}, ordinal from reporting.data_issue as i
  where i.batch_id = asked.parent and ($2::text is null or i.code = $2)
  order by i.ordinal limit $3) as found
order by asked.parent, found.ordinal
"""
ISSUES_OF_ROWS: Final = f"""
select i.batch_id, {", ".join(f"i.{name}" for name in ISSUE_COLUMNS.split(", "))}
from unnest($1::uuid[], $2::int[]) as asked (batch_id, row_number)
join reporting.data_issue as i
  on i.batch_id = asked.batch_id and i.row_number = asked.row_number
order by i.batch_id, i.row_number, i.ordinal
"""

ROW_PAGE: Final = """
select r.batch_id, r.row_number, r.sheet, r.outcome, r.natural_key, r.raw, r.resolved_by_batch,
  b.received_at
from reporting.ingest_row as r join reporting.ingest_batch as b on b.id = r.batch_id
"""
ROW_COUNT: Final = """
select count(*) from reporting.ingest_row as r
join reporting.ingest_batch as b on b.id = r.batch_id
"""
ROW_HAS_ISSUE: Final = """
exists (select 1 from reporting.data_issue as i
        where i.batch_id = r.batch_id and i.row_number = r.row_number and i.code = {})
"""

CONFLICT_PAGE: Final = """
select c.id, c.entity_type, c.entity_key, c.field, c.winning_value, c.winning_source,
  c.winning_confidence, c.losing_value, c.losing_source, c.losing_confidence, c.losing_batch_id,
  c.detected_at
from reporting.conflict as c
"""
CONFLICT_COUNT: Final = "select count(*) from reporting.conflict as c"
