"""Periods of reports (DOMAIN §2.8). What they are stands with the other values, in
`resolvers.values`, since feeds name them, too."""

from __future__ import annotations

from resolvers.values.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodKind, parse_period

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Period", "PeriodKind", "parse_period"]
