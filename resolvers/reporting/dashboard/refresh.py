"""Make the tiles anew: by the worker every half minute, figures that are dear to count every hour.

A board whose tiles changed is told as `reporting.dashboard_changed`, key `<scope>|<code>`; one that
did not is not touched, so `updatedAt` says when a figure last changed or was last confirmed a new
day.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from resolvers.database.pool import Queries
from resolvers.hub.commands import Work
from resolvers.hub.worker import JobContext
from resolvers.peers import PeerUnavailable
from resolvers.reference.shipped import read_shipped
from resolvers.reporting import sql
from resolvers.reporting.centers import read_centers
from resolvers.reporting.dashboard.figures import OFTEN, RARELY, Ask, Board, Figures, own_figures
from resolvers.reporting.dashboard.tiles import INDUSTRY, NATIONAL, REGION, REPORTED
from resolvers.reporting.rules.activity import QUARTERS
from resolvers.reporting.rules.change_rate import change_rate
from resolvers.reporting.rules.periods import Period, PeriodKind
from resolvers.reporting.totals import COUNTRY
from resolvers.reporting.workflows.report import COUNTED

log = logging.getLogger("hub.reporting")

COMPARED_DAYS: Final = 30
KEPT_DAYS: Final = 100

_PAST: Final = """
select scope, code, tile, value from reporting.dashboard_history
where day = (select max(day) from reporting.dashboard_history where day <= $1 and day > $2)
"""
_REPORTED: Final = """
select t.scope, t.code, t.indicator_code, t.period_label, t.value,
  case when before.centers = t.centers then before.value end as previous
from (select distinct on (scope, code, indicator_code) *
      from reporting.indicator_total
      where indicator_code = any($1) and period_kind = 'QUARTER'
      order by scope, code, indicator_code, period_from desc) as t
left join reporting.indicator_total as before
  on before.scope = t.scope and before.code = t.code
  and before.indicator_code = t.indicator_code and before.period_kind = 'QUARTER'
  and before.period_from = t.period_from - interval '3 months'
"""
_WRITE: Final = """
insert into reporting.dashboard_tile as held
  (scope, code, tile, value, period_label, change_rate, updated_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::text[], $6::numeric[],
  array_fill($7::timestamptz, array[cardinality($1::text[])]))
on conflict (scope, code, tile) do update set value = excluded.value,
  period_label = excluded.period_label, change_rate = excluded.change_rate,
  updated_at = excluded.updated_at
where (held.value, held.period_label, held.change_rate)
    is distinct from (excluded.value, excluded.period_label, excluded.change_rate)
  or held.updated_at < excluded.updated_at - interval '1 day'
returning scope, code
"""
_NOTE_DAY: Final = """
insert into reporting.dashboard_history (scope, code, tile, day, value)
select scope, code, tile, $5, value
from unnest($1::text[], $2::text[], $3::text[], $4::numeric[]) as given (scope, code, tile, value)
on conflict (scope, code, tile, day) do update set value = excluded.value
where dashboard_history.value <> excluded.value
"""
_FORGET: Final = "delete from reporting.dashboard_history where day < $1"


async def refresh_often(context: JobContext) -> int:
    """Make all tiles but the dear ones; return how many boards changed."""
    return await _refresh(context, OFTEN, own=True)


async def refresh_rarely(context: JobContext) -> int:
    """Make the dear tiles, and forget old history."""
    changed = await _refresh(context, RARELY, own=False)
    cutoff = context.today - timedelta(days=KEPT_DAYS)
    await context.database.execute("reporting.forget_history", _FORGET, cutoff)
    return changed


async def _refresh(context: JobContext, asks: Mapping[str, Ask], *, own: bool) -> int:
    board = await read_board(context.database, context.today)
    figures: Figures = own_figures(board) if own else {}
    for name, ask in asks.items():
        try:
            figures |= await ask(context.peers, board)
        except PeerUnavailable as error:
            log.warning("tiles of %s stay as they are: %s", name, error)
    # No audit: nobody's act, and every half minute.
    async with context.database.transaction() as tx:
        changed = await write_figures(tx, figures, context.today, context.now)
        if own:
            changed |= await write_reported(tx, context.now)
        work = Work(tx, context.command("reporting", "refreshDashboards"))
        for scope, code in sorted(changed):
            payload = {"scope": scope, "code": code}
            await work.publish("reporting.dashboard_changed", f"{scope}|{code}", payload)
    return len(changed)


async def read_board(queries: Queries, today: date) -> Board:
    """Return what the boards are of."""
    centers = await read_centers(queries)
    provinces = tuple(
        row["code"] for row in read_shipped("jurisdictions.csv") if row["kind"] == "PROVINCE_LEVEL"
    )
    labels = [period.label for period in last_quarters(today)]
    records = await queries.fetch(
        "reporting.accepted_quarters",
        sql.ACCEPTED_QUARTERS,
        [each.code for each in centers],
        labels,
        list(COUNTED),
    )
    accepted = {record["center_code"]: record["quarters"] for record in records}
    return Board(centers, provinces, today, accepted)


def last_quarters(today: date) -> tuple[Period, ...]:
    """Return the last four quarters that are over.

    >>> [period.label for period in last_quarters(date(2024, 2, 1))]
    ['2023-Q4', '2023-Q3', '2023-Q2', '2023-Q1']
    """
    period = Period(PeriodKind.QUARTER, today.year, (today.month - 1) // 3 + 1).previous
    found = []
    for _ in range(QUARTERS):
        found.append(period)
        period = period.previous
    return tuple(found)


async def write_figures(
    queries: Queries, figures: Figures, today: date, now: datetime
) -> set[tuple[str, str]]:
    """Write figures of now, compared with those of 30 days ago; return the boards that changed."""
    if not figures:
        return set()
    until = today - timedelta(days=COMPARED_DAYS)
    past = {
        (record["scope"], record["code"], record["tile"]): record["value"]
        for record in await queries.fetch(
            "reporting.past_tiles", _PAST, until, until - timedelta(days=KEPT_DAYS)
        )
    }
    places = sorted(figures)
    values = [figures[place] for place in places]
    columns = [list(column) for column in zip(*places, strict=True)]
    rates = [change_rate(figures[place], past.get(place)) for place in places]
    await queries.execute("reporting.note_day", _NOTE_DAY, *columns, values, today)
    records = await queries.fetch(
        "reporting.write_tiles", _WRITE, *columns, values, [""] * len(places), rates, now
    )
    return {(record["scope"], record["code"]) for record in records}


async def write_reported(queries: Queries, now: datetime) -> set[tuple[str, str]]:
    """Write the totals of the last quarter that has one, compared with the quarter before where
    as many centres reported; a quarter not all have reported yet is no decline."""
    records = await queries.fetch("reporting.reported_tiles", _REPORTED, list(REPORTED))
    if not records:
        return set()
    rows: list[tuple[str, str, str, Decimal, str, Decimal | None]] = []
    for record in records:
        national = record["code"] == COUNTRY and record["scope"] == REGION
        scope = NATIONAL if national else (REGION if record["scope"] == REGION else INDUSTRY)
        rows.append(
            (
                scope,
                "" if national else record["code"],
                REPORTED[record["indicator_code"]],
                record["value"],
                record["period_label"],
                change_rate(record["value"], record["previous"]),
            )
        )
    columns = [list(column) for column in zip(*rows, strict=True)]
    written = await queries.fetch("reporting.write_tiles", _WRITE, *columns, now)
    return {(record["scope"], record["code"]) for record in written}
