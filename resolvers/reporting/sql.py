"""Statements over the ingest tables of `reporting`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

_BATCH_NAMES: Final = (
    "id, center_code, source_name, feed, file_name, sha256, encoding, received_at, finished_at, "
    "status, rows_read, rows_accepted, rows_warned, rows_rejected, rows_duplicate, rows_ignored, "
    "failure_code, failure_message, rolled_back_at, rolled_back_reason, rows_removed, rows_kept, "
    "rows_unchanged, rows_deleted, rows_changed, corrects_batch"
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

# A row that was tried again in vain is shown as it was tried last.
ROW_PAGE: Final = """
select r.batch_id, r.row_number, r.sheet, r.outcome,
  coalesce(t.natural_key, r.natural_key) as natural_key, coalesce(t.raw, r.raw) as raw,
  r.resolved_by_batch, r.tried_by_batch, b.received_at
from reporting.ingest_row as r join reporting.ingest_batch as b on b.id = r.batch_id
left join reporting.ingest_row as t on t.batch_id = r.tried_by_batch and t.row_number = r.row_number
"""
ROW_COUNT: Final = """
select count(*) from reporting.ingest_row as r
join reporting.ingest_batch as b on b.id = r.batch_id
"""
ROW_HAS_ISSUE: Final = """
exists (select 1 from reporting.data_issue as i
        where i.batch_id = coalesce(r.tried_by_batch, r.batch_id)
          and i.row_number = r.row_number and i.code = {})
"""
ROW_WAITS: Final = (
    "r.outcome = 'REJECTED' and r.resolved_by_batch is null and r.replaced_by_batch is null "
    "and b.corrects_batch is null and b.status in ('LOADED', 'FAILED')"
)
ROW_RESOLVED: Final = "r.resolved_by_batch is not null"
# Of at most so many waiting rows: a page for people, who mend the first rule first.
WAITING_TOTALS: Final = f"""
select i.code, count(distinct (r.batch_id, r.row_number)) as rows, min(r.received_at) as oldest
from (
  select r.batch_id, r.row_number, coalesce(r.tried_by_batch, r.batch_id) as said_by, b.received_at
  from reporting.ingest_row as r join reporting.ingest_batch as b on b.id = r.batch_id
  where {ROW_WAITS} {{more}} order by r.batch_id, r.row_number limit 100000) as r
join reporting.data_issue as i on i.batch_id = r.said_by and i.row_number = r.row_number
where i.severity = 'ERROR'
group by i.code order by rows desc, i.code limit 200
"""
# $2: one feed or all; $3: whether feeds that are not open are told, too; $4: how many per centre.
DELIVERIES_OF_CENTERS: Final = """
select asked.parent, found.feed, found.received_at, found.rows_read,
  found.taken + corrected.rows as rows_accepted,
  found.rows_read - found.rows_duplicate - found.taken - corrected.rows as rows_refused
from unnest($1::text[]) as asked (parent)
cross join lateral (
  select b.id, b.feed, b.received_at, b.rows_read, b.rows_duplicate,
    case b.status when 'LOADED' then b.rows_accepted + b.rows_warned + b.rows_deleted else 0
    end as taken
  from reporting.ingest_batch as b
  where b.center_code = asked.parent and ($2::text is null or b.feed = $2)
    and ($3 or b.feed <> 'BUSINESS_REPORT')
    and b.corrects_batch is null and b.status in ('LOADED', 'FAILED')
  order by b.received_at desc, b.id desc limit $4) as found
cross join lateral (
  select count(*)::int as rows from reporting.ingest_row as r
  where r.batch_id = found.id and r.resolved_by_batch is not null
    and exists (select from reporting.ingest_batch as c
                where c.id = r.resolved_by_batch and c.corrects_batch = found.id)) as corrected
order by asked.parent, found.received_at desc, found.id desc
"""

CONFLICT_PAGE: Final = """
select c.id, c.entity_type, c.entity_key, c.field, c.winning_value, c.winning_source,
  c.winning_confidence, c.losing_value, c.losing_source, c.losing_confidence, c.losing_batch_id,
  c.detected_at
from reporting.conflict as c
"""
CONFLICT_COUNT: Final = "select count(*) from reporting.conflict as c"

CENTER_COLUMNS: Final = (
    "c.code, c.kind, c.function, c.status, c.region_code, c.jurisdiction_code, c.industry_codes"
)
CENTERS: Final = f"select {CENTER_COLUMNS} from reporting.center as c where c.code = any($1)"
ALL_CENTERS: Final = f"select {CENTER_COLUMNS} from reporting.center as c order by c.code"
KEEP_CENTERS: Final = """
insert into reporting.center as held
  (code, kind, function, status, region_code, jurisdiction_code, industry_codes, seen_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (code) do update set kind = excluded.kind, function = excluded.function,
  status = excluded.status, region_code = excluded.region_code,
  jurisdiction_code = excluded.jurisdiction_code, industry_codes = excluded.industry_codes,
  seen_at = excluded.seen_at
"""
# Of batches, which do not name the jurisdiction themselves.
BATCH_IN_JURISDICTIONS: Final = (
    "b.center_code in (select code from reporting.center where jurisdiction_code = any({}))"
)
CONFLICT_OF_CENTER: Final = """
exists (select from reporting.ingest_batch as b
        where b.id = c.losing_batch_id and b.center_code = {})
"""
CONFLICT_IN_JURISDICTIONS: Final = """
exists (select from reporting.ingest_batch as b join reporting.center as place
          on place.code = b.center_code
        where b.id = c.losing_batch_id and place.jurisdiction_code = any({}))
"""

_INDICATOR_COLUMNS: Final = (
    "i.code, i.ordinal, i.name, i.name_zh, i.unit, i.definition, i.applies_to, i.aggregation, "
    "i.reconciled_with"
)
INDICATORS: Final = f"""
select {_INDICATOR_COLUMNS} from reporting.indicator as i
where $1::text is null or $1 = any(i.applies_to) order by i.ordinal
"""
INDICATORS_BY_CODE: Final = f"""
select {_INDICATOR_COLUMNS} from reporting.indicator as i where i.code = any($1)
"""

REPORT_COLUMNS: Final = (
    "r.id, r.number, r.center_code, r.period_label, r.status, r.version, r.due_on, "
    "r.submitted_at, r.first_submitted_on, r.region_code, r.jurisdiction_code"
)
REPORT_LIST: Final = f"select {REPORT_COLUMNS}, r.period_from from reporting.business_report as r"
REPORT_COUNT: Final = "select count(*) from reporting.business_report as r"
REPORTS: Final = f"{REPORT_LIST} where r.id = any($1)"
REPORT_LOCK: Final = f"{REPORT_LIST} where r.id = $1 for update"
REPORT_OF_PERIOD_LOCK: Final = (
    f"{REPORT_LIST} where r.center_code = $1 and r.period_label = $2 for update"
)
# $2 to $4 say what the caller sees: all, a centre's, those of jurisdictions.
_SEEN: Final = "($2 or r.center_code = $3 or r.jurisdiction_code = any($4))"
REPORTS_OF_CENTERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {REPORT_LIST} where r.center_code = asked.parent and {_SEEN}
    and ($5::int is null or r.year = $5) and ($6::text is null or r.status = $6)
  order by r.period_from desc, r.id desc limit $7) as found
order by asked.parent, found.period_from desc, found.id desc
"""
PENDING_REPORTS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {REPORT_LIST} where r.jurisdiction_code = asked.parent and r.status = 'SUBMITTED' and {_SEEN}
  order by r.period_from, r.id limit $5) as found
order by asked.parent, found.period_from, found.id
"""
REPORTS_OF_PERIODS: Final = f"""
{REPORT_LIST} join unnest($1::text[], $2::text[]) as asked (center_code, period_label)
  using (center_code, period_label)
"""
ACCEPTED_QUARTERS: Final = """
select r.center_code, count(*) as quarters from reporting.business_report as r
where r.center_code = any($1) and r.period_label = any($2) and r.status = any($3)
group by r.center_code
"""
VALUES_OF_REPORTS: Final = f"""
select v.report_id, v.value, v.note, v.derived, {_INDICATOR_COLUMNS}
from reporting.report_value as v join reporting.indicator as i on i.code = v.indicator_code
where v.report_id = any($1) order by v.report_id, i.ordinal
"""
ISSUES_OF_REPORTS: Final = """
select report_id, indicator_code, code, severity, message, raw from reporting.report_issue
where report_id = any($1) order by report_id, ordinal
"""
SENT_VALUES: Final = """
select r.center_code, r.period_label, v.indicator_code, v.value
from unnest($1::text[], $2::text[]) as asked (center_code, period_label)
join reporting.business_report as r using (center_code, period_label)
join reporting.report_value as v on v.report_id = r.id
where r.status = any($3)
"""
NEW_REPORT: Final = """
insert into reporting.business_report
  (number, center_code, period_kind, period_label, period_from, period_to, year, status, due_on,
   region_code, jurisdiction_code, industry_codes, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, 'DRAFT', $8, $9, $10, $11, $12, $12)
on conflict do nothing
"""
TOUCH_REPORT: Final = """
update reporting.business_report set version = version + 1, updated_at = $2, region_code = $3,
  jurisdiction_code = $4, industry_codes = $5
where id = $1
"""
MOVE_REPORT: Final = """
update reporting.business_report set status = $2, version = version + 1, updated_at = $3,
  submitted_at = coalesce($4, submitted_at),
  first_submitted_on = coalesce(first_submitted_on, $5)
where id = $1
"""
CLEAR_VALUES: Final = "delete from reporting.report_value where report_id = $1"
NEW_VALUE: Final = """
insert into reporting.report_value (report_id, indicator_code, value, note, derived)
values ($1, $2, $3, $4, $5)
"""
SET_DERIVED: Final = (
    "update reporting.report_value set derived = $3 where report_id = $1 and indicator_code = $2"
)
CLEAR_ISSUES: Final = "delete from reporting.report_issue where report_id = $1"
NEW_ISSUE: Final = """
insert into reporting.report_issue
  (report_id, ordinal, indicator_code, code, severity, message, raw)
values ($1, $2, $3, $4, $5, $6, $7)
"""
# Shared, so that the data cannot be frozen while a report of the year is being changed.
IS_FROZEN: Final = """
select stage <> 'PLANNED' from reporting.performance_evaluation
where center_code = $1 and year = $2 for share
"""

TOTALS: Final = """
select t.code, t.value from reporting.indicator_total as t
where t.scope = $1 and t.indicator_code = $2 and t.period_kind = $3 and t.period_from = $4
  and t.code = any($5)
"""
TREND: Final = """
select t.code, t.period_label, t.value from reporting.indicator_total as t
where t.scope = 'REGION' and t.indicator_code = $1 and t.period_kind = $2
  and t.period_from between $3 and $4 and t.code = any($5)
order by t.code, t.period_from
"""

_EVALUATION_COLUMNS: Final = (
    "e.id, e.center_code, e.year, e.kind, e.function, e.jurisdiction_code, e.stage, e.data_score, "
    "e.total, e.grade, e.rank, e.strengths, e.problems, e.published_on, e.objection"
)
EVALUATION_LIST: Final = f"select {_EVALUATION_COLUMNS} from reporting.performance_evaluation as e"
EVALUATION_COUNT: Final = "select count(*) from reporting.performance_evaluation as e"
EVALUATIONS: Final = f"{EVALUATION_LIST} where e.id = any($1)"
EVALUATION_LOCK: Final = f"{EVALUATION_LIST} where e.id = $1 for update"
EVALUATIONS_OF_CENTERS: Final = f"{EVALUATION_LIST} where e.year = $1 and e.center_code = any($2)"
EVALUATION_GROUP: Final = f"""
{EVALUATION_LIST} where e.year = $1 and e.kind = $2 and e.function is not distinct from $3
order by e.id
"""
EVALUATION_GROUP_LOCK: Final = f"{EVALUATION_GROUP} for update"
SCORES: Final = """
select evaluation_id, criterion, weight, prefilled, self as self_score, province, expert, source
from reporting.evaluation_score where evaluation_id = any($1) order by evaluation_id, ordinal
"""
NEW_EVALUATION: Final = """
insert into reporting.performance_evaluation
  (center_code, year, kind, function, jurisdiction_code, stage, created_at, updated_at)
values ($1, $2, $3, $4, $5, 'PLANNED', $6, $6)
on conflict do nothing returning id
"""
NEW_SCORE: Final = """
insert into reporting.evaluation_score (evaluation_id, ordinal, criterion, weight, source)
values ($1, $2, $3, $4, 'SELF')
"""
PREFILL: Final = """
update reporting.evaluation_score set prefilled = $3, self = $3, source = 'INDICATORS'
where evaluation_id = $1 and criterion = $2
"""
SET_SELF: Final = """
update reporting.evaluation_score set self = $3, source = 'SELF'
where evaluation_id = $1 and criterion = $2
"""
SET_PROVINCE: Final = """
update reporting.evaluation_score set province = $3 where evaluation_id = $1 and criterion = $2
"""
SET_EXPERT: Final = """
update reporting.evaluation_score set expert = $3 where evaluation_id = $1 and criterion = $2
"""
MOVE_EVALUATION: Final = """
update reporting.performance_evaluation set stage = $2, updated_at = $3,
  data_score = coalesce($4, data_score), published_on = coalesce($5, published_on),
  objection = coalesce($6, objection)
where id = $1
"""
SET_RESULT: Final = """
update reporting.performance_evaluation set total = $2, grade = $3, strengths = $4, problems = $5,
  updated_at = $6
where id = $1
"""
SET_RANK: Final = "update reporting.performance_evaluation set rank = $2 where id = $1"

REPORTS_UNDER_WAY: Final = """
select number from reporting.business_report
where center_code = $1 and year = $2 and status in ('SUBMITTED', 'PROVINCE_CONFIRMED')
order by number
"""
LOCK_REPORTS: Final = f"""
{REPORT_LIST} where r.center_code = $1 and r.year = $2 and r.status = 'ACCEPTED'
order by r.id for update
"""
COUNTED_OF_YEAR: Final = """
select r.center_code, r.period_label, v.indicator_code, v.value
from reporting.business_report as r join reporting.report_value as v on v.report_id = r.id
where r.center_code = any($1) and r.year = $2 and r.status = any($3)
"""
SUBMISSIONS_OF_YEAR: Final = """
select center_code, period_label, due_on, first_submitted_on from reporting.business_report
where center_code = any($1) and year = $2
"""
BATCH_ROWS_OF_YEAR: Final = """
select center_code, sum(rows_read) as rows_read, sum(rows_rejected) as rows_rejected
from reporting.ingest_batch
where center_code = any($1) and received_at >= $2 and received_at < $3
group by center_code
"""

BATCH_OF_RETRY: Final = "select center_code from reporting.ingest_batch where id = $1"
BATCH_LOCK: Final = "select status, feed from reporting.ingest_batch where id = $1 for update"
BATCH_ROLLED_BACK: Final = """
update reporting.ingest_batch set status = 'ROLLED_BACK', rolled_back_at = $2,
  rolled_back_reason = $3, rows_removed = $4, rows_kept = $5
where id = $1
"""

# What is left of a scope's tiles is in the order the program declares them.
TILES: Final = """
select scope, code, tile, value, period_label, change_rate, updated_at
from reporting.dashboard_tile where scope = $1 and code = any($2)
"""
