"""Records of the tools tables → rows. Statements select the columns by the names of the members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar

from asyncpg import Record

from resolvers.tools.rows import (
    ApplicationRow,
    AssessmentRow,
    CreditRow,
    GradingRow,
    IndicatorRow,
    NavigationRow,
    ProductRow,
    ResidencyRow,
)

Row = TypeVar("Row")


def _builder(row_type: Callable[..., Row]) -> Callable[[Record], Row]:
    """Return what makes a row of the record's columns of the same names."""
    names = tuple(field.name for field in fields(row_type))  # type: ignore[arg-type]
    return lambda record: row_type(*(record[name] for name in names))


product_row = _builder(ProductRow)
navigation_row = _builder(NavigationRow)
application_row = _builder(ApplicationRow)
assessment_row = _builder(AssessmentRow)
grading_row = _builder(GradingRow)
credit_row = _builder(CreditRow)
indicator_row = _builder(IndicatorRow)
residency_row = _builder(ResidencyRow)


def number_of(record: Record) -> str:
    number: str = record["application_number"]
    return number


def symbol_of(record: Record) -> str:
    symbol: str = record["symbol"]
    return symbol
