"""`authorization`: who may ask at all, and how the graph's access rules are kept.

authorization:
  require_authentication: false
  directives:
    reject_unauthorized: false
    errors: { log: true, response: errors }
"""

from __future__ import annotations

from typing import Literal

from federation.server.settings.base import Section


class UnauthorizedErrors(Section, frozen=True):
    """What is told of fields that are withheld.

    `log`: one line for each document that is filtered or refused, with response keys only.
    `response`: `errors` lists them among the answer's errors; `extensions` beside them, under
    `authorizationErrors`, for clients that take an answer with errors as failed; `disabled` tells
    nothing, so that a client cannot tell a withheld null from a null.
    """

    log: bool = True
    response: Literal["errors", "extensions", "disabled"] = "errors"


class AuthorizationDirectives(Section, frozen=True):
    """`@authenticated`, `@requiresScopes` and `@policy` of the supergraph.

    `enabled`: false leaves all of them to the subgraphs. `dry_run`: nothing is withheld, but told
    as if it were. `reject_unauthorized`: an operation with a field that the caller may not see is
    refused whole (403) instead of answered without it.
    """

    enabled: bool = True
    dry_run: bool = False
    reject_unauthorized: bool = False
    errors: UnauthorizedErrors = UnauthorizedErrors()

    def __post_init__(self) -> None:
        if self.dry_run and self.reject_unauthorized:
            raise ValueError(
                "'dry_run' withholds and refuses nothing, so 'reject_unauthorized' must be false"
                " beside it; set one of them"
            )


class AuthorizationSection(Section, frozen=True):
    """`require_authentication`: who shows no credentials is refused whatever it asks for (401)."""

    require_authentication: bool = False
    directives: AuthorizationDirectives = AuthorizationDirectives()
