"""Which failures of asyncpg are about the way to the database, and how to say them.

Errors of the SQL itself (a constraint, a missing table) are not touched: resolvers answer the
former with data, and the latter are bugs.
"""

from __future__ import annotations

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.url import unusable_url

_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def explain_failure(error: Exception, where: str, statement: str) -> Exception:
    """Return the DatabaseError that tells a user what `error` means, or `error` itself.

    `where` names the server without secrets, `statement` the statement by its name.
    """
    if isinstance(error, asyncpg.QueryCanceledError):
        return DatabaseError(
            "DATABASE_TIMEOUT",
            f"the statement {statement} ran into the time limit; narrow the query or raise "
            "database.statement_timeout",
        )
    if isinstance(error, asyncpg.ClientConfigurationError):  # its own words may quote the URL
        return unusable_url("it has an option that is not understood")
    if isinstance(error, TimeoutError):
        return DatabaseError(
            "DATABASE_TIMEOUT", f"PostgreSQL at {where} did not answer {statement} in time"
        )
    if isinstance(error, _LOST) or _is_closed(error):
        return _unavailable(where, error)
    return error


def no_connection_free(where: str) -> DatabaseError:
    """Return the error for a pool whose connections all stayed in use."""
    return DatabaseError(
        "DATABASE_BUSY",
        f"no free connection to PostgreSQL at {where} in time; try again, or raise "
        "database.max_connections",
    )


def _is_closed(error: Exception) -> bool:
    # asyncpg has no class of its own for "the pool or connection is closed".
    return isinstance(error, asyncpg.InterfaceError) and (
        "closed" in str(error) or "closing" in str(error)
    )


def _unavailable(where: str, error: Exception) -> DatabaseError:
    match error:
        case asyncpg.InvalidAuthorizationSpecificationError():
            reason, advice = "it refused user or password", "check them in the URL"
        case asyncpg.InvalidCatalogNameError():
            reason, advice = "it has no such database", "create it or change the URL"
        case asyncpg.TooManyConnectionsError():
            reason, advice = "it has no connection left", "lower database.max_connections"
        case OSError():
            reason = error.strerror or str(error) or type(error).__name__
            advice = "start PostgreSQL there, or check HUB_DATABASE_URL / database.url"
        case _:
            reason, advice = "the connection was lost", "try again; is PostgreSQL still running?"
    return DatabaseError("DATABASE_UNAVAILABLE", f"PostgreSQL at {where}: {reason}; {advice}")
