"""What the registry refuses, and with which code.

Codes that Rover knows keep its numbers; the others are ours and stable.

| code | means |
|---|---|
| E009 | the graph has no such subgraph |
| E010 | no such graph or variant, or the token may not know of it |
| E013 | the token is unknown, expired or revoked |
| E027 | no supergraph has been composed yet |
| E029 | the subgraphs do not compose; `diagnostics` says why |
| E033 | the token may not do this |
| E043 | a check failed; `check` has its result |
| INVALID_GRAPH_REF | not of the form graph@variant |
| INVALID_SUBGRAPH_NAME | not a letter followed by letters, digits, `_`, `-`; or longer than 64 |
| ROUTING_URL_MISSING, INVALID_ROUTING_URL | a new subgraph needs a URL; the URL is not http(s) |
| INVALID_INPUT | a text is empty, too long, or a number is out of range |
| UNKNOWN_LAUNCH, UNKNOWN_CHECK, UNKNOWN_CHANGE_SET, UNKNOWN_TOKEN | there is none with this id |
| CHANGE_SET_STATE | the change set's state does not allow this |
| CHANGE_SET_EMPTY | nothing in it, or nothing that would change the supergraph |
| CHANGE_SET_OUTDATED | one of its subgraphs was published by another way since |
| CHECK_REQUIRED, APPROVAL_REQUIRED, OWN_APPROVAL | what must come first; nobody approves his own |
| NOTHING_TO_APPROVE | the check has no breaking change (of this kind) that counts |
| TOKEN_NAME_TAKEN | a valid token has this name |
| DOCUMENT_CONFLICT | another document is stored under this id |
| COMPOSITION_TIMEOUT | composing took too long and was given up; nothing was stored |
| REGISTRY_BUSY | others published all the time in between; nothing was stored, try again |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.errors import FederationError

if TYPE_CHECKING:
    from federation.composition.result import Diagnostic
    from federation.registry.checks.result import CheckResult


class RegistryError(FederationError):
    """The registry refuses. `diagnostics` comes with E029, `check` with E043."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        diagnostics: tuple[Diagnostic, ...] = (),
        check: CheckResult | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.diagnostics = diagnostics
        self.check = check
