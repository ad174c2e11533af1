"""API keys of organisations in the database: made, listed, rotated, revoked.

Who may do so is whoever may run the command; every change is written to `hub.audit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from asyncpg import Record

from resolvers.credentials import (
    ORGANIZATION_CLAIM,
    ROLE_CLAIM,
    CredentialsRefused,
    checked_caller,
    own_member,
)
from resolvers.database.pool import Database, Queries
from resolvers.hub.key_format import NewKey, new_key, shown
from resolvers.identity import Role

CHANNEL: Final = "hub_api_key"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A row of `hub.api_key`; field names are column names. `digest` is not shown."""

    id: str
    digest: bytes
    organization: str
    role: str
    scopes: list[str]
    label: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    replaced_by: str | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def __repr__(self) -> str:
        return f"ApiKey({shown(self.id)!r}, {self.organization!r}, {self.role!r})"

    def state(self, now: datetime) -> str:
        """Return REVOKED, EXPIRED, REPLACED (until it expires) or VALID."""
        if self.revoked_at is not None:
            return "REVOKED"
        if self.expires_at is not None and self.expires_at <= now:
            return "EXPIRED"
        return "VALID" if self.replaced_by is None else "REPLACED"

    def holds(self, now: datetime) -> bool:
        """Whether whoever has it is let in."""
        return self.state(now) in ("VALID", "REPLACED")

    def claims(self) -> Mapping[str, Any]:
        """Return what it says of its holder, as a token would."""
        return {
            "sub": f"api-key:{self.id}",
            ORGANIZATION_CLAIM: self.organization,
            ROLE_CLAIM: self.role,
            "scope": " ".join(self.scopes),
        }


class ApiKeyError(Exception):
    """A key cannot be made or changed so; `message` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


_COLUMNS: Final = ", ".join(each.name for each in fields(ApiKey))
_FIND: Final = f"select {_COLUMNS} from hub.api_key where id = $1"  # noqa: S608 - constants
_LIST: Final = f"""
select {_COLUMNS} from hub.api_key where $1::text is null or organization = $1
order by organization, created_at, id
"""  # noqa: S608 - constants
_INSERT: Final = """
insert into hub.api_key (id, digest, organization, role, scopes, label, created_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_LOCK: Final = f"select {_COLUMNS} from hub.api_key where id = $1 for update"  # noqa: S608
_REPLACE: Final = """
update hub.api_key set replaced_by = $2, expires_at = least(expires_at, $3) where id = $1
"""
_REVOKE: Final = """
update hub.api_key set revoked_at = clock_timestamp() where id = $1 and revoked_at is null
"""
_AUDIT: Final = """
insert into hub.audit (subject, role, subgraph, mutation, key, outcome)
values ($1, 'HUB_OPERATOR', 'hub', $2, $3, 'DONE')
"""


async def find_key(queries: Queries, key_id: str) -> ApiKey | None:
    """Return the key of an id, whatever its state is."""
    record = await queries.fetchrow("hub.api_key", _FIND, key_id)
    return None if record is None else _of(record)


async def list_keys(queries: Queries, organization: str | None = None) -> list[ApiKey]:
    """Return all keys, or those of one organisation, by organisation and age."""
    records = await queries.fetch("hub.api_keys", _LIST, organization)
    return [_of(record) for record in records]


async def create_key(
    database: Database,
    *,
    organization: str,
    role: str,
    by: str,
    scopes: Iterable[str] = (),
    label: str = "",
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key. Raises `ApiKeyError` for a role or an organisation that cannot have one."""
    organization = checked_organization(organization, role)
    made = new_key()
    granted = sorted(set(scopes))
    async with database.transaction() as work:
        await work.execute(
            "hub.api_key_create",
            _INSERT,
            made.id,
            made.digest,
            organization,
            role,
            granted,
            label,
            by,
            expires_at,
        )
        await work.execute("hub.audit", _AUDIT, by, "createApiKey", made.id)
    return made


async def rotate_key(
    database: Database,
    key_id: str,
    *,
    overlap: timedelta,
    now: datetime,
    by: str,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make the key that follows another; the other holds for `overlap` beside it.

    Raises `ApiKeyError`: there is no such key, it does not hold, or it has a follower already.
    """
    made = new_key()
    async with database.transaction() as work:
        record = await work.fetchrow("hub.api_key", _LOCK, key_id)
        old = None if record is None else _of(record)
        if old is None:
            raise _unknown(key_id)
        if old.state(now) != "VALID":
            raise ApiKeyError(
                "API_KEY_STATE",
                f"the key {shown(key_id)} is {old.state(now).lower()}, so it cannot be rotated;"
                " create one",
            )
        await work.execute(
            "hub.api_key_create",
            _INSERT,
            made.id,
            made.digest,
            old.organization,
            old.role,
            old.scopes,
            old.label,
            by,
            expires_at,
        )
        await work.execute("hub.api_key_replace", _REPLACE, key_id, made.id, now + overlap)
        await work.execute("hub.audit", _AUDIT, by, "rotateApiKey", key_id)
    return made


async def revoke_key(database: Database, key_id: str, *, by: str) -> bool:
    """Revoke a key at once, for good. Returns False when it was revoked before.

    Raises `ApiKeyError` when there is no such key.
    """
    async with database.transaction() as work:
        done = await work.execute("hub.api_key_revoke", _REVOKE, key_id)
        if done != "UPDATE 1":
            if await find_key(work, key_id) is None:
                raise _unknown(key_id)
            return False
        await work.execute("hub.audit", _AUDIT, by, "revokeApiKey", key_id)
    return True


def checked_organization(organization: str, role: str) -> str:
    """Return the canonical code of an organisation that may have a key of this role.

    Raises `ApiKeyError`.
    """
    if role in (Role.PUBLIC.value, Role.SERVICE.value):
        raise ApiKeyError("API_KEY_ROLE", f"there are no keys of the role {role}")
    code = organization.strip()
    try:
        caller = checked_caller("key", role, center=code, jurisdiction=code, uscc=code)
    except CredentialsRefused as refused:
        raise ApiKeyError("API_KEY_ROLE", refused.message) from None
    if own_member(role) is not None:
        assert caller.acts_for is not None
        return caller.acts_for
    if not code or len(code) > 64 or not code.isprintable():
        raise ApiKeyError("API_KEY_ORGANIZATION", "name the organisation by its code")
    return code


def _of(record: Record) -> ApiKey:
    return ApiKey(**dict(record))


def _unknown(key_id: str) -> ApiKeyError:
    return ApiKeyError("API_KEY_UNKNOWN", f"there is no key {shown(key_id)}; see `hub keys list`")
