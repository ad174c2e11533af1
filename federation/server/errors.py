"""Exceptions → the errors a client sees.

What the client caused is said plainly, with a code and, where there is one, the place in its
document. Anything else is logged whole under a random id, and the client gets the id: no stack
trace, file name, address or value of ours ever leaves.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

from federation.errors import RequestError

logger = logging.getLogger("federation.server")

# More would only help someone who probes; validation itself stops there too.
MAX_ERRORS = 50


def request_error(error: RequestError) -> dict[str, Any]:
    """Return the GraphQL error for a request that cannot be answered."""
    entry: dict[str, Any] = {"message": error.message, "extensions": {"code": error.code}}
    if error.locations:
        entry["locations"] = [{"line": line, "column": column} for line, column in error.locations]
    return entry


def document_errors(errors: Iterable[GraphQLError], code: str) -> list[dict[str, Any]]:
    """Return parse or validation errors of graphql-core, each with `code`."""
    entries = []
    for error in list(errors)[:MAX_ERRORS]:
        entry: dict[str, Any] = {"message": error.message, "extensions": {"code": code}}
        if error.locations:
            entry["locations"] = [
                {"line": place.line, "column": place.column} for place in error.locations
            ]
        entries.append(entry)
    return entries


def internal_error(error: BaseException, *, where: str) -> dict[str, Any]:
    """Log `error` whole and return what may be said about it."""
    error_id = secrets.token_hex(8)
    logger.error("internal error %s in %s", error_id, where, exc_info=error)
    return {
        "message": f"Internal server error; tell the operator this id: {error_id}",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "errorId": error_id},
    }
