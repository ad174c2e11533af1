"""Tokens and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from federation.registry.access import (
    ALL_SUBGRAPHS,
    SYSTEM_NAME,
    Action,
    Caller,
    allow_on_graph,
    may,
    unknown_graph,
)
from federation.registry.errors import RegistryError
from federation.registry.model import (
    AuditEntry,
    GraphRef,
    IssuedToken,
    Role,
    Token,
    check_subgraph_name,
)
from federation.registry.proposals import check_text
from federation.registry.services.core import Core
from federation.registry.services.reading import bounded
from federation.registry.tokens import caller_of, digest_of, new_secret

MOST_NAME = 100


class Administration(Core):
    """See the module."""

    async def authenticate(self, secret: str) -> Caller:
        """Return whose token this is. Raises E013 when it is unknown, expired or revoked."""
        digest = digest_of(secret)
        now = self._now()
        caller = caller_of(await self._store.token_by_digest(digest), digest, now)
        assert caller.token_id is not None, "it came from a token"
        await self._store.touch_token(caller.token_id, now)
        return caller

    async def create_token(
        self,
        caller: Caller,
        name: str,
        graph: str | None,
        roles: Sequence[Role],
        *,
        subgraphs: Sequence[str] = (),
        variants: Sequence[str] = (),
        expires_at: datetime | None = None,
    ) -> IssuedToken:
        """Make a token; its secret is in the answer and nowhere else.

        For all graphs (`graph` None) only by an administrator of all graphs; an administrator of
        some variants makes tokens for those only. Raises E010, E033, INVALID_*, TOKEN_NAME_TAKEN.
        """
        self._may_manage(caller, graph)
        if caller.variants and not (variants and set(variants) <= caller.variants):
            raise RegistryError(
                "E033", f"the token may only be for variants among {sorted(caller.variants)}"
            )
        self._check_scope(name, graph, roles, subgraphs, variants)
        now = self._now()
        if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now):
            raise RegistryError(
                "INVALID_INPUT", "the token must expire in the future, with a time zone"
            )
        token = Token(
            id=self._new_id(),
            name=name,
            graph=graph,
            roles=frozenset(roles),
            subgraphs=frozenset(subgraphs),
            variants=frozenset(variants),
            created_at=now,
            created_by=caller.name,
            expires_at=expires_at,
        )
        secret = new_secret(name, graph)
        audit = self._audit_graph(
            caller,
            graph,
            "token.create",
            name,
            roles=sorted(role.value for role in token.roles),
            subgraphs=sorted(token.subgraphs),
            variants=sorted(token.variants),
        )
        if not await self._store.add_token(token, digest_of(secret), audit):
            raise RegistryError(
                "TOKEN_NAME_TAKEN",
                f'a token "{name}" exists; revoke it first, or take another name',
            )
        return IssuedToken(token, secret)

    @staticmethod
    def _check_scope(
        name: str,
        graph: str | None,
        roles: Sequence[Role],
        subgraphs: Sequence[str],
        variants: Sequence[str],
    ) -> None:
        check_text(name, "the token's name", MOST_NAME, required=True)
        if not name.isprintable():
            raise RegistryError("INVALID_INPUT", "the token's name has characters that don't print")
        # Whose revisions are the hub's own is told by this name.
        if name.strip().casefold() == SYSTEM_NAME:
            raise RegistryError(
                "INVALID_INPUT", f'the name "{SYSTEM_NAME}" is the hub\'s own; take another'
            )
        if not roles:
            raise RegistryError("INVALID_INPUT", "a token needs at least one role")
        for subgraph in subgraphs:
            if subgraph != ALL_SUBGRAPHS:
                check_subgraph_name(subgraph)
        for variant in variants or ("current",):
            GraphRef.parse(f"{graph or 'any'}@{variant}")
        if Role.PUBLISHER in roles and not subgraphs:
            raise RegistryError(
                "INVALID_INPUT",
                f'a publisher needs the names of its subgraphs, or "{ALL_SUBGRAPHS}" for all',
            )

    @staticmethod
    def _may_manage(caller: Caller, graph: str | None) -> None:
        if graph is not None:
            allow_on_graph(caller, Action.MANAGE_TOKENS, graph)
        elif caller.graph is not None or not may(caller, Action.MANAGE_TOKENS):
            raise RegistryError(
                "E033", f'the token "{caller.name}" may not manage tokens of all graphs'
            )

    async def tokens(self, caller: Caller, graph: str | None) -> tuple[Token, ...]:
        """Return tokens of a graph (None: those for all graphs), also invalid ones, by name."""
        self._may_manage(caller, graph)
        found = await self._store.tokens(graph)
        return tuple(token for token in found if _within(caller, token))

    async def revoke_token(self, caller: Caller, token_id: str) -> Token:
        """Make a token invalid at once. Raises UNKNOWN_TOKEN, E033."""
        token = await self._store.token(token_id)
        if token is None or caller.graph not in (None, token.graph) or not _within(caller, token):
            raise RegistryError("UNKNOWN_TOKEN", f"there is no token {token_id}")
        self._may_manage(caller, token.graph)
        audit = self._audit_graph(caller, token.graph, "token.revoke", token.name)
        await self._store.revoke_token(token_id, self._now(), caller.name, audit)
        revoked = await self._store.token(token_id)
        assert revoked is not None, "tokens are never deleted"
        return revoked

    async def audit(
        self, caller: Caller, graph: str, *, limit: int = 100, before: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return what was done, newest first, below the id `before`. Raises E010, E033.

        An administrator of some variants only gets what was done there, so possibly fewer than
        `limit`.
        """
        allow_on_graph(caller, Action.READ_AUDIT, graph)
        if not await self._store.variants(graph) and not await self._store.tokens(graph):
            raise unknown_graph(graph)
        found = await self._store.audit(graph, bounded(limit), before)
        return tuple(
            entry
            for entry in found
            if not caller.variants or (entry.ref and entry.ref.variant in caller.variants)
        )


def _within(caller: Caller, token: Token) -> bool:
    """Whether an administrator of some variants may know of a token."""
    return not caller.variants or bool(token.variants and token.variants <= caller.variants)
