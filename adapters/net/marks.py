"""Marks of incremental pulls: numbers or times as sources write them.

The highest one met is kept; the next pull asks for what is newer, minus an overlap, written in the
form the source itself uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from adapters.config.rest import Incremental
from adapters.mapping_paths import FieldPaths

Rank = tuple[int, Decimal | float | str]

_DAY: Final = re.compile(r"(\d{4})([-./]?)(\d{2})\2(\d{2})(?!\d)")
_LONGEST: Final = 64
_AHEAD: Final = timedelta(days=1)
# Since 2001 and in this century: seconds have ten digits, milliseconds thirteen.
_SECONDS: Final = (1_000_000_000, 10_000_000_000)
_MILLISECONDS: Final = (1_000_000_000_000, 10_000_000_000_000)


class HighMark:
    """The highest mark met. A time in the future is not taken: with it nothing would be newer."""

    def __init__(self, value: str | None, now: datetime) -> None:
        self._latest = now + _AHEAD
        self.value = value
        self._rank = None if value is None else rank(value)

    def meet(self, found: Any) -> None:
        """Look at the mark of one more record; what is neither number nor text is passed over."""
        if isinstance(found, str) and self._is_lower(found):
            return
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            return
        text = str(found).strip()
        if not text or len(text) > _LONGEST:
            return
        moment = read_time(text)
        if moment is not None and moment > self._latest:
            return
        own = _rank(text, moment)
        if self._rank is None or own > self._rank:
            self._rank, self.value = own, text

    def _is_lower(self, found: str) -> bool:
        """Return whether a mark written like the highest one is not higher: the usual case, without
        reading it. What follows the seconds (fraction, zone) must be the same."""
        high = self.value
        return (
            high is not None
            and len(found) == len(high)
            and found <= high
            and found[4:5] == high[4:5]
            and found[19:] == high[19:]
        )


def rank(text: str) -> Rank:
    """Return what a mark is compared by: times as times, numbers as numbers, others as text.

    >>> rank("9") < rank("10"), rank("2023.06.20") < rank("2023-06-20T08:00:00+08:00")
    (True, False)
    """
    return _rank(text, read_time(text))


def _rank(text: str, moment: datetime | None) -> Rank:
    if moment is not None:
        return (2, moment.timestamp())
    if text.isascii() and text.isdigit():
        return (1, Decimal(text))
    return (0, text)


def read_time(text: str) -> datetime | None:
    """Return the moment a mark means, None when it is no time; without a zone it is UTC.

    >>> read_time("20230620")
    datetime.datetime(2023, 6, 20, 0, 0, tzinfo=datetime.timezone.utc)
    >>> read_time("1687219200000")
    datetime.datetime(2023, 6, 20, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if text.isascii() and text.isdigit() and len(text) != 8:
        number = int(text)
        if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
            return datetime.fromtimestamp(number / 1000, UTC)
        return datetime.fromtimestamp(number, UTC) if _in_seconds(number) else None
    day = _DAY.match(text)
    if day is None:
        return None
    try:
        found = datetime.fromisoformat(f"{day[1]}-{day[3]}-{day[4]}{text[day.end() :].strip()}")
    except ValueError:
        return _spaced(day, text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _spaced(day: re.Match[str], text: str) -> datetime | None:
    """Read a time that stands behind a space."""
    try:
        found = datetime.fromisoformat(f"{day[1]}-{day[3]}-{day[4]}T{text[day.end() :].strip()}")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_seconds(number: int) -> bool:
    return _SECONDS[0] <= number < _SECONDS[1]


def mark_finder(incremental: Incremental | None) -> Callable[[Any], Any] | None:
    """Return how the mark of a record is found; None when none is needed. A record whose mark
    cannot be read has none: then the next pull reads too much, and never too little."""
    if incremental is None:
        return None
    path = incremental.field
    paths = FieldPaths({path: path})
    return lambda record: paths.take(record)[path]


def mark_to_send(incremental: Incremental | None, since: str | None) -> str | None:
    """Return what is asked for: the last mark minus the overlap, or where to start."""
    if incremental is None:
        return None
    return incremental.start if since is None else minus(since, incremental.overlap)


def minus(text: str, seconds: float) -> str:
    """Return a mark `seconds` earlier in the form it is written in; what is no time stays.

    >>> minus("2023.06.20", 86400), minus("2023-06-20 00:00:10", 20), minus("17", 5)
    ('2023.06.19', '2023-06-19 23:59:50', '17')
    >>> minus("2023-06-20T00:00:10.500+08:00", 1), minus("1687219200000", 60)
    ('2023-06-20T00:00:09.500+08:00', '1687219140000')
    """
    moment = read_time(text) if seconds else None
    if moment is None:
        return text
    day = _DAY.match(text)
    if (len(text) != 8 and text.isdigit()) or day is None:
        step = seconds * (1 if _in_seconds(int(text)) else 1000)
        return str(int(int(text) - step))
    earlier = moment - timedelta(seconds=seconds)
    separator, rest = day[2], text[day.end() :]
    if not rest:
        # A day has no seconds: whatever begins before its midnight is of the day before.
        return earlier.strftime(f"%Y{separator}%m{separator}%d")
    clock = re.match(r"([T ]?)(\d{2}:?\d{2}(?::?\d{2}(?:[.,](\d+))?)?)(.*)", rest, re.DOTALL)
    assert clock is not None, "read_time has read it"
    form = "%H:%M" if len(clock[2].split(".")[0]) <= 5 else "%H:%M:%S"
    fraction = f".{earlier.microsecond:06d}"[: len(clock[3]) + 1] if clock[3] else ""
    written = earlier.strftime(f"%Y{separator}%m{separator}%d{clock[1]}{form}")
    return f"{written}{fraction}{clock[4]}"
