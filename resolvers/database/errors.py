"""Errors of the database layer: one exception, a stable code, a message safe to show.

Codes: `DATABASE_UNAVAILABLE` (cannot connect, connection lost), `DATABASE_BUSY` (no free connection
in time), `DATABASE_TIMEOUT` (a statement ran longer than allowed), `DATABASE_CONFIG` (an unusable
URL, directory or port), `DATABASE_PROVIDER_MISSING` (no PostgreSQL program found),
`DATABASE_START_FAILED` (the embedded server did not come up), `DATA_VERSION_MISMATCH` (data of
another PostgreSQL major version), `MIGRATION_*` and `EXTENSION_MISSING` (see `migrations`).

Messages never hold a password; they end with what to do next.
"""

from __future__ import annotations


class DatabaseError(Exception):
    """A database problem with a stable `code` and a one-line `message` fit for users."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
