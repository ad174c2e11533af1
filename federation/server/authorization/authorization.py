"""Which of a document's access rules a caller does not meet, and who may ask at all.

Asked once per request, and only for documents that touch rules. The answer picks the variant of
the document: each set of unmet rules has its own plan, without the fields it closes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from inspect import isawaitable

from federation.execution.context import ExecutionContext
from federation.operation.access_rules import AccessRule, Rules
from federation.server.authorization.withholding import EXTENSION, Withheld, errors_of
from federation.server.callers.credentials import unauthenticated
from federation.server.callers.identity import ClientIdentity
from federation.server.exchange import Exchange
from federation.server.settings.authorization import AuthorizationSection

# The policies a document names → those that hold for this exchange, at once or later.
DecidePolicies = Callable[[Exchange, frozenset[str]], Collection[str] | Awaitable[Collection[str]]]

NONE: Rules = frozenset()


class Authorization:
    """`decide_policies`: the owner's, for `@policy`; without it no policy holds."""

    def __init__(
        self, settings: AuthorizationSection, decide_policies: DecidePolicies | None = None
    ) -> None:
        self.directives = settings.directives
        self._required = settings.require_authentication
        self._decide = decide_policies

    def admit(self, client: ClientIdentity) -> None:
        """Refuse a caller without credentials where they are required (401)."""
        if self._required and not is_authenticated(client):
            raise unauthenticated("only callers who say who they are are answered here; log in")

    async def denied(self, exchange: Exchange, rules: Collection[AccessRule]) -> Rules:
        """Return the texts of those of `rules` that the exchange's caller does not meet.

        What `decide_policies` raises goes to the caller's answer as an internal error: without its
        decision nothing may be shown.
        """
        if not rules:
            return NONE
        client = exchange.client
        named = frozenset(
            name
            for rule in rules
            if rule.directive == "policy"
            for alternative in rule.alternatives
            for name in alternative
        )
        policies: Collection[str] = await self._policies(exchange, named) if named else ()
        return frozenset(rule.text for rule in rules if not _is_met(rule, client, policies))

    def tell(self, exchange: Exchange, withheld: Withheld, context: ExecutionContext) -> None:
        """Put what is withheld where the settings say: among the errors, beside them, nowhere."""
        response = self.directives.errors.response
        if response == "disabled":
            return
        errors = errors_of(withheld, context.variables)
        if response == "errors":
            context.known_errors = errors
        elif errors:
            exchange.extensions[EXTENSION] = errors
            context.extensions = exchange.extensions

    async def _policies(self, exchange: Exchange, named: frozenset[str]) -> Collection[str]:
        if self._decide is None:
            return ()
        decided = self._decide(exchange, named)
        return frozenset(await decided if isawaitable(decided) else decided)


def is_authenticated(client: ClientIdentity) -> bool:
    """Whether the caller proved who it is: only nobody has no key."""
    return client.key is not None


def _is_met(rule: AccessRule, client: ClientIdentity, policies: Collection[str]) -> bool:
    match rule.directive:
        case "authenticated":
            return is_authenticated(client)
        case "requiresScopes":
            return rule.holds(client.scopes)
        case "policy":
            return rule.holds(policies)
    raise AssertionError(f"no such rule: {rule.directive}")
