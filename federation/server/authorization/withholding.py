"""A document for one set of unmet rules: filtered or refused, and what is told about it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from federation.execution.locate import is_included
from federation.operation.access_rules import AccessRules, Rules
from federation.operation.model import Field, Operation
from federation.operation.passes.withhold_fields import WithheldField, withhold_fields
from federation.plan.nodes import OperationKind
from federation.server.settings.authorization import AuthorizationDirectives

logger = logging.getLogger("federation.server")

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
EXTENSION = "authorizationErrors"
FORBIDDEN = 403
_LOGGED_PATHS = 20

Withheld = tuple[WithheldField, ...]


class UnauthorizedOperation(Exception):
    """The operation is refused whole; `withheld` says because of what."""

    def __init__(self, withheld: Withheld) -> None:
        super().__init__()
        self.withheld = withheld


def withhold(
    operation: Operation, access: AccessRules, denied: Rules, directives: AuthorizationDirectives
) -> tuple[Operation, Withheld]:
    """Return the operation as it may be run, and the places that are withheld in it.

    Raises `UnauthorizedOperation` where the settings say so, and for a subscription of whose
    events nothing is left.
    """
    if not denied:
        return operation, ()
    made = withhold_fields(operation, access, denied)
    if not made.fields:
        return operation, ()
    if directives.errors.log:
        _log(operation, made.fields, directives)
    if directives.dry_run:
        return operation, made.fields
    if directives.reject_unauthorized or _has_no_events(made.operation):
        raise UnauthorizedOperation(made.fields)
    return made.operation, made.fields


def errors_of(withheld: Withheld, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an error for each place that is withheld with these variables.

    Paths are those of the document, `@` for each item of a list: they say nothing about the data.
    """
    return [error_at(one) for one in withheld if is_included(one.conditions, variables)]


def refusal_errors(
    withheld: Iterable[WithheldField], directives: AuthorizationDirectives
) -> list[dict[str, Any]]:
    """Return the errors of an operation that is refused; without places, where none are told."""
    if directives.errors.response == "disabled":
        message = "you may not run this operation; log in, or ask the graph's operator"
        return [{"message": message, "extensions": {"code": CODE}}]
    return [error_at(one) for one in withheld]


def error_at(one: WithheldField) -> dict[str, Any]:
    """Return the error of one place."""
    return {
        "message": "you may not see this field or type; log in, or ask the graph's operator",
        "path": list(one.path),
        "extensions": {"code": CODE},
    }


def _has_no_events(operation: Operation) -> bool:
    return operation.kind is OperationKind.SUBSCRIPTION and all(
        isinstance(item, Field) and (item.withheld or item.name.startswith("__"))
        for item in operation.selections
    )


def _log(operation: Operation, withheld: Withheld, directives: AuthorizationDirectives) -> None:
    paths = [".".join(one.path) for one in withheld[:_LOGGED_PATHS]]
    more = len(withheld) - len(paths)
    what = "would be" if directives.dry_run else "are"
    logger.info(
        "fields of operation %s %s withheld from a caller: %s%s",
        operation.name or "(unnamed)",
        what,
        ", ".join(paths),
        f" and {more} more" if more else "",
    )
