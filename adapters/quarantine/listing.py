"""What waits: deliveries with refused rows nobody has mended, their age, the rules they break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from adapters.store.waiting_list import WaitingBatch, list_waiting
from resolvers.database.pool import Queries

MOST_BATCHES: Final = 1_000


async def read_waiting(
    queries: Queries,
    *,
    center: str | None = None,
    source: str | None = None,
    feed: str | None = None,
    code: str | None = None,
) -> list[WaitingBatch]:
    """Return the deliveries in which rows wait, oldest first, at most `MOST_BATCHES`."""
    return await list_waiting(
        queries, center=center, source=source, feed=feed, code=code, most=MOST_BATCHES
    )


def waiting_json(found: Sequence[WaitingBatch], now: datetime) -> dict[str, Any]:
    """Return a listing as plain values, with totals by centre, source, feed and code."""
    return {
        "waiting": [
            {
                "batch": each.id,
                "center": each.center,
                "source": each.source,
                "feed": each.feed,
                "fileName": each.file_name,
                "status": each.status,
                "receivedAt": each.received_at.isoformat(),
                "ageDays": age_days(each, now),
                "rows": each.rows,
                "codes": each.codes,
            }
            for each in found
        ],
        "totals": {
            "rows": sum(each.rows for each in found),
            "byCenter": _totals((each.center, each.rows) for each in found),
            "bySource": _totals((each.source, each.rows) for each in found),
            "byFeed": _totals((each.feed, each.rows) for each in found),
            "byCode": _totals(pair for each in found for pair in each.codes.items()),
        },
    }


def waiting_lines(found: Sequence[WaitingBatch], now: datetime) -> list[str]:
    """Return a listing as lines of a table, with a total."""
    if not found:
        return ["没有待更正的行 / no row waits"]
    lines = [f"{'batch':<36}  {'center':<12}  {'feed':<17}  {'rows':>8}  {'days':>5}  source: file"]
    for each in found:
        lines.append(
            f"{each.id:<36}  {each.center:<12}  {each.feed:<17}  {each.rows:>8,}  "
            f"{age_days(each, now):>5}  {each.source}: {each.file_name or '-'}"
            + ("  (failed as a whole)" if each.status == "FAILED" else "")
        )
        codes = ", ".join(f"{code} {rows:,}" for code, rows in each.codes.items())
        lines.append(f"{'':<36}  {codes}")
    total = sum(each.rows for each in found)
    lines.append(f"{total:,} rows wait in {len(found):,} batches")
    if len(found) == MOST_BATCHES:
        lines.append(f"only the oldest {MOST_BATCHES:,} batches are shown")
    return lines


def age_days(each: WaitingBatch, now: datetime) -> int:
    """Return for how many whole days a delivery has waited."""
    return max((now - each.received_at).days, 0)


def _totals(pairs: Any) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for name, rows in pairs:
        counted[name] += rows
    return dict(counted.most_common())
