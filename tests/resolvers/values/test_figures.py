"""Plain figures and periods in the spellings of sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from resolvers.values.figures import (
    Figure,
    parse_count,
    parse_figure,
    parse_score,
    parse_share,
    parse_year,
)
from resolvers.values.periods import check_period

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "percent", "value", "codes"),
    [
        ("35", True, "0.35", ()),
        ("0.35", True, "0.0035", ()),
        ("48%", True, "0.48", ()),
        ("４８％", False, "0.48", ()),
        ("0.35", False, "0.35", ()),
        ("1", False, "1", ()),
        ("35", False, "0.35", ("W_SHARE_PERCENT",)),
        ("100%", False, "1", ()),
        ("101%", False, None, ("SHARE_RANGE",)),
        ("101", True, None, ("SHARE_RANGE",)),
        ("-0.1", False, None, ("SHARE_RANGE",)),
        ("三成", False, None, ("NUMBER_FORMAT",)),
        ("-", True, None, ()),
    ],
)
def test_shares(text: str, percent: bool, value: str | None, codes: tuple[str, ...]) -> None:
    checked = parse_share(text, percent=percent)
    assert (checked.value, checked.codes) == (None if value is None else Decimal(value), codes)


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("2022", 2022, ()),
        ("2022.0", 2022, ()),
        ("2022 年度", 2022, ()),
        ("2026", 2026, ()),
        ("2027", None, ("YEAR_RANGE",)),
        ("1999", None, ("YEAR_RANGE",)),
        ("22", None, ("YEAR_FORMAT",)),
        ("无", None, ()),
    ],
)
def test_years(text: str, value: int | None, codes: tuple[str, ...]) -> None:
    checked = parse_year(text, today=TODAY)
    assert (checked.value, checked.codes) == (value, codes)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_count, "17,837", 17_837),
        (parse_count, "5.0", 5),
        (parse_count, "5人", None),
        (parse_count, "99999999999", None),
        (parse_score, "66", Decimal(66)),
        (parse_score, "100.01", None),
        (parse_figure, "86500000.0", Figure(Decimal("86500000"))),
        (parse_figure, "1,234.50 万元", Figure(Decimal("1234.5"), "万元")),
        (parse_figure, "-3", Figure(Decimal("-3"))),
        (parse_figure, "1,23", None),
    ],
)
def test_numbers(parse: Any, text: str, value: Any) -> None:
    checked = parse(text)
    assert checked.value == value
    assert checked.ok is (value is not None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2023-Q4", "2023-Q4"),
        ("2023q4", "2023-Q4"),
        ("2023年第4季度", "2023-Q4"),
        ("2023年四季度", "2023-Q4"),
        ("2023-11", "2023-11"),
        ("2023年1月", "2023-01"),
        ("2023/1", "2023-01"),
        ("2023", "2023"),
        ("2023年全年", "2023"),
        ("2023-13", None),
        ("2023-Q5", None),
        ("1999", None),
        ("第4季度", None),
    ],
)
def test_periods(text: str, label: str | None) -> None:
    checked = check_period(text)
    assert checked.canonical == label
    assert checked.ok is (label is not None)
