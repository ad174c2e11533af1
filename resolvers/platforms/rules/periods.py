"""Periods the notice sets (DOMAIN §1.3 C7, C8): three years for a plan, one for rectification."""

from __future__ import annotations

from datetime import date, timedelta

from resolvers.values.dates import add_years


def plan_ends_on(starts_on: date) -> date:
    """Return the last day of a work plan: its first + 3 years - 1 day.

    >>> plan_ends_on(date(2023, 1, 1)).isoformat()
    '2025-12-31'
    """
    return add_years(starts_on, 3) - timedelta(days=1)


def rectification_ends_on(starts_on: date) -> date:
    """Return the last day of a rectification or transition period: its first + 1 year.

    >>> rectification_ends_on(date(2023, 2, 28)).isoformat()
    '2024-02-28'
    """
    return add_years(starts_on, 1)


def is_over(ends_on: date, today: date) -> bool:
    """Whether the period has passed; its last day still belongs to it."""
    return today > ends_on
