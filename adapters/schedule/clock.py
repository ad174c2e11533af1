"""When a cron expression comes next: five fields, read in China time."""

from __future__ import annotations

from datetime import UTC, datetime

from croniter import croniter

from resolvers.values.dates import CHINA_TIME


def next_run(cron: str, since: datetime) -> datetime:
    """Return the first time after `since`, in UTC.

    >>> next_run("30 2 * * *", datetime(2026, 1, 1, 18, 30, tzinfo=UTC)).isoformat()
    '2026-01-02T18:30:00+00:00'
    """
    found: datetime = croniter(cron, since.astimezone(CHINA_TIME)).get_next(datetime)
    return found.astimezone(UTC)
