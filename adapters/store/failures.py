"""What the database refuses although every rule let it pass."""

from __future__ import annotations

import asyncpg

DATA_ERRORS = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
"""Refusals that concern the row, not the connection: constraints, values out of range."""


def refused_by(error: Exception) -> str:
    """Return the name of the constraint that was broken, or the kind of fault; never a value."""
    return str(getattr(error, "constraint_name", None) or type(error).__name__)
