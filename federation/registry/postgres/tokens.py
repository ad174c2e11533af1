"""Tokens and the audit log in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from federation.registry.model import AuditEntry, GraphRef, Role, Token
from federation.registry.postgres.auditing import write_audit
from federation.registry.postgres.json_values import is_uuid
from federation.registry.postgres.pool import Pool, Row
from federation.registry.store import NewAudit

_COLUMNS: Final = """
id::text as id, name, graph, roles, subgraphs, variants, created_at, created_by, expires_at,
last_used_at, revoked_at, revoked_by
"""
_ADD: Final = """
insert into registry.token (id, hash, name, graph, roles, subgraphs, variants, created_at,
                            created_by, expires_at)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (name) where revoked_at is null do nothing
returning id
"""
_BY_HASH: Final = f"select hash, {_COLUMNS} from registry.token where hash = $1"  # noqa: S608
_BY_ID: Final = f"select {_COLUMNS} from registry.token where id = $1::uuid"  # noqa: S608
_OF_GRAPH: Final = f"""
select {_COLUMNS} from registry.token where graph is not distinct from $1
order by name, created_at
"""  # noqa: S608
# Once a minute is enough to know whether a token is still in use.
_TOUCH: Final = """
update registry.token set last_used_at = $2
where id = $1::uuid
  and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')
"""
_REVOKE: Final = """
update registry.token set revoked_at = $2, revoked_by = $3
where id = $1::uuid and revoked_at is null returning id
"""
_AUDIT: Final = """
select id, at, by, graph, variant, action, subject, details from registry.audit
where graph = $1 and id < $2 order by id desc limit $3
"""
_FIRST: Final = 2**63 - 1


class TokenStore:
    """The part of the storage about tokens and the audit log; see `Store`."""

    _pool: Pool

    async def add_token(self, token: Token, digest: bytes, audit: NewAudit) -> bool:
        async with self._pool.transaction() as transaction:
            added = await transaction.fetchval(
                "registry.add_token", _ADD, token.id, digest, token.name, token.graph,
                sorted(role.value for role in token.roles), sorted(token.subgraphs),
                sorted(token.variants), token.created_at, token.created_by, token.expires_at,
            )  # fmt: skip
            if added is None:
                return False
            await write_audit(transaction, [audit])
        return True

    async def token_by_digest(self, digest: bytes) -> tuple[Token, bytes] | None:
        row = await self._pool.fetchrow("registry.token_by_hash", _BY_HASH, digest)
        return None if row is None else (_token(row), row["hash"])

    async def touch_token(self, token_id: str, at: datetime) -> None:
        await self._pool.execute("registry.touch_token", _TOUCH, token_id, at)

    async def token(self, token_id: str) -> Token | None:
        if not is_uuid(token_id):
            return None
        row = await self._pool.fetchrow("registry.token", _BY_ID, token_id)
        return None if row is None else _token(row)

    async def tokens(self, graph: str | None) -> tuple[Token, ...]:
        rows = await self._pool.fetch("registry.tokens", _OF_GRAPH, graph)
        return tuple(_token(row) for row in rows)

    async def revoke_token(self, token_id: str, at: datetime, by: str, audit: NewAudit) -> None:
        async with self._pool.transaction() as transaction:
            revoked = await transaction.fetchval("registry.revoke_token", _REVOKE, token_id, at, by)
            if revoked is not None:
                await write_audit(transaction, [audit])

    async def audit(self, graph: str, limit: int, before: int | None) -> tuple[AuditEntry, ...]:
        rows = await self._pool.fetch("registry.audit", _AUDIT, graph, before or _FIRST, limit)
        return tuple(_entry(row) for row in rows)


def _token(row: Row) -> Token:
    return Token(
        id=row["id"],
        name=row["name"],
        graph=row["graph"],
        roles=frozenset(Role(role) for role in row["roles"]),
        subgraphs=frozenset(row["subgraphs"]),
        variants=frozenset(row["variants"]),
        created_at=row["created_at"],
        created_by=row["created_by"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        revoked_by=row["revoked_by"],
    )


def _entry(row: Row) -> AuditEntry:
    ref = GraphRef(row["graph"], row["variant"]) if row["graph"] and row["variant"] else None
    return AuditEntry(
        row["id"], row["at"], row["by"], ref, row["action"], row["subject"], row["details"]
    )
