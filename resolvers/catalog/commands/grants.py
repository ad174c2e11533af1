"""Requests for conditional data, their decision and revocation (DOMAIN §2.5, §2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from resolvers.catalog import sql
from resolvers.catalog.commands import sql as write
from resolvers.catalog.facts import CenterFacts, center_facts
from resolvers.catalog.rows import FieldRow, FoundationRow, GrantRow, field_row, foundation_row
from resolvers.catalog.rows import grant_row as read_grant
from resolvers.catalog.workflows.grants import GRANTS
from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Role, Subject, centers
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse
from resolvers.workflow import require

GRANTEE: Final = centers("grantee")
USUAL_TERM: Final = timedelta(days=365)
LONGEST_TERM: Final = timedelta(days=3 * 366)
MOST_FIELDS: Final = 100


@dataclass(frozen=True, slots=True)
class GrantGiven:
    """A request as typed in. `fields` None: all that may be granted."""

    foundation_code: str
    grantee_code: str
    purpose: str
    fields: tuple[str, ...] | None


async def request_access(
    command: Command, peers: Peers, given: GrantGiven, problems: Problems
) -> UUID:
    """Write a request; return its id.

    Raises:
        Forbidden: the caller asks for another centre.
        Refused: what is wrong, or GRANT_PENDING when one waits for a decision already.
    """
    require(GRANTEE, command.caller, Subject.of(grantee=given.grantee_code))
    problems.raise_if_any()
    center = await center_facts(peers, given.grantee_code)
    if center is None:
        raise refuse(
            "CENTER_UNKNOWN", "没有该平台（中心）", "There is no such centre", "granteeCode"
        )
    async with command.transaction() as work:
        records = await work.tx.fetch(
            "catalog.foundation", sql.FOUNDATIONS, [given.foundation_code]
        )
        if not records:
            raise not_found(
                "没有该数据底座", "There is no such data foundation", "dataFoundationCode"
            )
        found = await work.tx.fetch(
            "catalog.fields", sql.FIELDS_OF_FOUNDATIONS, [given.foundation_code]
        )
        granted = _check(
            given, foundation_row(records[0]), [field_row(each) for each in found], problems
        )
        problems.raise_if_any()
        grant_id = await _insert(work, given, center, granted)
        work.key = str(grant_id)
        change = Change("data_access_grant", str(grant_id), None, "REQUESTED", None)
        await record_change(work, "catalog", change)
    return grant_id


async def decide_access(
    command: Command,
    grant_id: UUID,
    approve: bool,
    valid_to: date | None,
    comment: str | None,
    today: date,
) -> UUID:
    """Approve or refuse a request. Without `valid_to` a grant runs for a year.

    The worker brings an approved grant into effect at once.
    """
    action = "APPROVE" if approve else "REFUSE"
    async with command.transaction() as work:
        grant = await _lock(work, grant_id)
        transition = GRANTS.check(grant.status, action, command.caller, decider(grant), comment)
        last = _last_day(approve, valid_to, today)
        await _move(
            work,
            grant,
            transition.targets[0],
            action,
            comment,
            valid_from=today if approve else None,
            valid_to=last,
            decided_by=_decider_name(work),
        )
        await work.publish(
            "catalog.grant_decided", str(grant_id), {"status": transition.targets[0]}
        )
    return grant_id


async def revoke_access(command: Command, grant_id: UUID, reason: str) -> UUID:
    """End an active grant before its last day."""
    async with command.transaction() as work:
        grant = await _lock(work, grant_id)
        transition = GRANTS.check(grant.status, "REVOKE", command.caller, decider(grant), reason)
        await _move(work, grant, transition.targets[0], "REVOKE", reason)
    return grant_id


async def move_by_itself(work: Work, grant_id: UUID, action: str, today: date) -> bool:
    """Make an automatic transition, if the grant is (still) in a state for it.

    EXPIRE only after the last day.
    """
    record = await work.tx.fetchrow("catalog.grant_lock", write.GRANT_LOCK, grant_id)
    if record is None:
        return False
    grant = read_grant(record)
    transition = GRANTS.find(grant.status, action)
    lapsed = grant.valid_to is not None and grant.valid_to < today
    if transition is None or not transition.is_automatic or (action == "EXPIRE") != lapsed:
        return False
    await _move(work, grant, transition.targets[0], action, None)
    return True


def decider(grant: GrantRow) -> Subject:
    """Return who decides beside CNIPA: the provider, but not of restricted data, nor for itself."""
    provider = grant.provider_code
    if grant.openness == "RESTRICTED" or provider == grant.grantee_code:
        provider = None
    return Subject.of(decider=provider)


def _check(
    given: GrantGiven, foundation: FoundationRow, known: list[FieldRow], problems: Problems
) -> list[str] | None:
    """Return the fields to be granted, None for all. Personal data are never granted (§2.6)."""
    problems.check(
        foundation.provider_code != given.grantee_code,
        "OWN_DATA",
        "该数据底座由本单位提供，无须申请",
        "The data foundation is your own",
        "dataFoundationCode",
    )
    grantable = [field.name for field in known if field.sensitivity != "PERSONAL"]
    wanted = grantable if given.fields is None else list(dict.fromkeys(given.fields))
    closed = {field.name for field in known if field.sensitivity not in ("PUBLIC", "PERSONAL")}
    problems.check(
        foundation.openness != "OPEN" or not closed.isdisjoint(wanted),
        "ALREADY_OPEN",
        "所需数据已开放，无须申请",
        "The data are open; no grant is needed",
        "dataFoundationCode",
    )
    if given.fields is None:
        return None if len(grantable) == len(known) else grantable
    _check_fields(given.fields, {field.name for field in known}, set(grantable), problems)
    return wanted


def _check_fields(
    wanted: tuple[str, ...], names: set[str], grantable: set[str], problems: Problems
) -> None:
    problems.check(
        0 < len(wanted) <= MOST_FIELDS,
        "FIELDS_COUNT",
        f"应列出 1 至 {MOST_FIELDS} 个字段；留空即全部",
        f"Name 1 to {MOST_FIELDS} fields, or leave them out for all",
        "fields",
    )
    for number, name in enumerate(wanted[:MOST_FIELDS]):
        path = ("fields", str(number))
        if problems.check(
            name in names, "FIELD_UNKNOWN", "没有该字段", "There is no such field", *path
        ):
            problems.check(
                name in grantable,
                "FIELD_PERSONAL",
                "个人信息不予授权",
                "Personal data are not granted",
                *path,
            )


async def _insert(
    work: Work, given: GrantGiven, center: CenterFacts, granted: list[str] | None
) -> UUID:
    grant_id: UUID | None = await work.tx.fetchval(
        "catalog.grant_insert",
        write.GRANT_INSERT,
        given.foundation_code,
        given.grantee_code,
        center.jurisdiction_code,
        given.purpose,
        granted,
    )
    if grant_id is None:
        raise refuse(
            "GRANT_PENDING",
            "对该数据底座已有申请，正待决定",
            "A request for this data foundation waits for its decision already",
            "dataFoundationCode",
        )
    return grant_id


async def _lock(work: Work, grant_id: UUID) -> GrantRow:
    work.key = str(grant_id)
    record = await work.tx.fetchrow("catalog.grant_lock", write.GRANT_LOCK, grant_id)
    if record is None:
        raise not_found("没有该申请", "There is no such grant", "grantId")
    return read_grant(record)


def _last_day(approve: bool, valid_to: date | None, today: date) -> date | None:
    """Return the last day of an approved grant.

    Raises:
        Refused: VALID_TO_RANGE: past, more than three years away, or given with a refusal.
    """
    if not approve:
        if valid_to is not None:
            raise refuse("VALID_TO_RANGE", "不同意时不填截止日", "A refusal has no end", "validTo")
        return None
    last = valid_to or today + USUAL_TERM
    if not today <= last <= today + LONGEST_TERM:
        raise refuse(
            "VALID_TO_RANGE",
            "截止日应在今天至三年之内",
            "The last day is from today to three years on",
            "validTo",
        )
    return last


def _decider_name(work: Work) -> str:
    caller = work.caller
    return caller.center if caller.role is Role.FUNCTIONAL_PLATFORM and caller.center else "CNIPA"


async def _move(
    work: Work,
    grant: GrantRow,
    to: str,
    action: str,
    comment: str | None,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    decided_by: str | None = None,
) -> None:
    await work.tx.execute(
        "catalog.grant_move", write.GRANT_MOVE, grant.id, to, valid_from, valid_to, decided_by
    )
    change = Change("data_access_grant", str(grant.id), grant.status, to, action, comment)
    await record_change(work, "catalog", change)
