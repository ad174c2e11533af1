"""Marks of incremental pulls."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.net.marks import HighMark, minus

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("met", "highest"),
    [
        (["2023-06-20", "2023-06-19", None, "", True], "2023-06-20"),
        (["9", "10", "2"], "10"),
        ([9, 10, 2], "10"),
        (["2023.06.20", "2023.12.01"], "2023.12.01"),
        # Compared as moments, not as letters.
        (["2023-06-20T01:00:00+08:00", "2023-06-19T18:00:00Z"], "2023-06-19T18:00:00Z"),
        # A slip of a year must not stop everything that follows.
        (["2025-12-31", "2062-01-01", "2026-01-02"], "2026-01-02"),
        ([1687219200000, 1687219200001], "1687219200001"),
        ([{"a": 1}, [1], None], None),
        (["x" * 65], None),
        # The same length, but another form: compared by what they mean.
        (["2023-06-20", "2023/06/19"], "2023-06-20"),
        (["2023-06-20T08:00:00Z", "2023-06-20T07:59:59Z"], "2023-06-20T08:00:00Z"),
        (["2023-06-20T01:00:00+08:00", "2023-06-20T00:30:00-01:00"], "2023-06-20T00:30:00-01:00"),
        (["99", "98", "100"], "100"),
    ],
)
def test_highest(met: list[object], highest: str | None) -> None:
    mark = HighMark(None, NOW)
    for value in met:
        mark.meet(value)
    assert mark.value == highest


def test_goes_on_from_the_mark_before() -> None:
    mark = HighMark("2023-06-20", NOW)
    mark.meet("2023-06-01")
    assert mark.value == "2023-06-20"


@pytest.mark.parametrize(
    ("mark", "seconds", "earlier"),
    [
        ("2023-03-01", 86400, "2023-02-28"),
        ("20230301", 86400, "20230228"),
        ("2023/03/01 00:30:00", 3600, "2023/02/28 23:30:00"),
        ("2023-03-01T00:30:00Z", 3600, "2023-02-28T23:30:00Z"),
        ("2023-03-01T00:30", 3600, "2023-02-28T23:30"),
        ("2023-03-01T00:00:00.000001+08:00", 1, "2023-02-28T23:59:59.000001+08:00"),
        ("1687219200", 60, "1687219140"),
        ("1687219200000", 60, "1687219140000"),
        ("1687219200000", 0.5, "1687219199500"),
        ("4711", 60, "4711"),
        ("99999999", 60, "99999999"),
        ("A-4711", 60, "A-4711"),
        ("2023-02-30", 60, "2023-02-30"),
        ("2023-03-01", 0, "2023-03-01"),
    ],
)
def test_overlap(mark: str, seconds: float, earlier: str) -> None:
    assert minus(mark, seconds) == earlier
