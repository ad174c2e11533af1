"""Listings: made as drafts, revised while drafts, and led through their workflow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from resolvers.database.pool import Transaction
from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peer_facts import check_numbers, find_center
from resolvers.peers import Peers
from resolvers.refusal import Problems, Refused, not_found, refuse
from resolvers.trading.commands import sql
from resolvers.trading.commands.matching import match_listing
from resolvers.trading.records import listing_row
from resolvers.trading.rows import ListingRow
from resolvers.trading.workflows.listing import LISTINGS, PLATFORM
from resolvers.value_rows import MoneyRow, money_values
from resolvers.values.dates import FIRST_DAY, add_years
from resolvers.values.text import party_name_key
from resolvers.workflow import require

MOST_PATENTS: Final = 50
LONGEST_YEARS: Final = 20
CHANGED: Final = "trading.listing_changed"


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A listing as typed in; texts are tidied and codes canonical.

    The consents say where they can be read: a number or address of the document.
    """

    number: str
    platform_code: str
    title: str
    summary: str | None
    application_numbers: tuple[str, ...]
    seller_name: str
    seller_uscc: str | None
    deal: str
    trading_method: str
    price: MoneyRow
    industry_code: str | None
    region_code: str | None
    listed_from: date
    listed_to: date
    co_owner_consent: str | None
    pledgee_consent: str | None

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def values(self, command: Command) -> tuple[object, ...]:
        """Return the values of the columns a person gives, in the order of the statements."""
        return (
            self.title,
            self.summary,
            self.seller_name,
            party_name_key(self.seller_name),
            self.seller_uscc,
            self.deal,
            self.trading_method,
            *money_values(self.price),
            self.industry_code,
            self.region_code,
            self.listed_from,
            self.listed_to,
            self.co_owner_consent,
            self.pledgee_consent,
            self.content_hash,
            command.now,
        )


async def create_listing(
    command: Command, peers: Peers, draft: ListingDraft, problems: Problems, today: date
) -> UUID:
    """Store a draft and return its id.

    Raises:
        Forbidden: the platform is not the caller's.
        Refused: what `problems` holds already, PATENTS_COUNT, DATE_ORDER, DATE_PAST,
            DATE_OUT_OF_RANGE, CENTER_…, NUMBER_TAKEN.
    """
    require(PLATFORM, command.caller, Subject.of(platform=draft.platform_code))
    _check_draft(draft, problems, today)
    center = await find_center(
        peers, problems, draft.platform_code, "TRADING_SERVICE", "input", "platformCode"
    )
    problems.raise_if_any()
    jurisdiction = center.jurisdiction if center else None
    async with command.transaction() as work:
        listing_id: UUID | None = await work.tx.fetchval(
            "trading.insert_listing",
            sql.INSERT_LISTING,
            draft.platform_code,
            draft.number,
            jurisdiction,
            command.caller.subject,
            *draft.values(command),
        )
        if listing_id is None:
            raise refuse(
                "NUMBER_TAKEN",
                f"本平台已有项目编号 {draft.number}",
                f"The platform has a listing {draft.number} already",
                *("input", "number"),
            )
        await _write_patents(work.tx, listing_id, draft)
        work.key = str(listing_id)
        change = Change(LISTINGS.name, str(listing_id), None, "DRAFT", "CREATE")
        await record_change(work, "trading", change)
    return listing_id


async def revise_listing(
    command: Command, listing_id: UUID, draft: ListingDraft, problems: Problems, today: date
) -> None:
    """Replace what a draft says; platform and number stay.

    Raises:
        Forbidden: the listing is another platform's.
        Refused: NOT_FOUND, NOT_A_DRAFT, KEY_CHANGED, and as `create_listing`.
    """
    async with command.transaction() as work:
        row, _ = await lock_listing(work, listing_id)
        work.key = str(listing_id)
        require(PLATFORM, command.caller, Subject.of(platform=row.platform_code))
        if row.status != "DRAFT":
            raise refuse(
                "NOT_A_DRAFT",
                f"挂牌项目处于 {row.status}，仅草稿可以修改",
                f"The listing is {row.status}; only a draft can be revised",
                "id",
            )
        problems.check(
            (row.platform_code, row.number) == (draft.platform_code, draft.number),
            "KEY_CHANGED",
            "平台和项目编号不可更改",
            "Platform and number cannot be changed",
            "input",
        )
        _check_draft(draft, problems, today)
        problems.raise_if_any()
        await work.tx.execute(
            "trading.update_listing", sql.UPDATE_LISTING, listing_id, *draft.values(command)
        )
        await work.tx.execute("trading.clear_patents", sql.CLEAR_PATENTS, listing_id)
        await _write_patents(work.tx, listing_id, draft)


async def transition_listing(
    command: Command, listing_id: UUID, action: str, comment: str | None, today: date
) -> None:
    """Lead a listing on by an action of its platform.

    Raises:
        Forbidden: the listing is another platform's.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, LISTING_OVER, SCREENING_BLOCKS, DEAL_MISSING.
    """
    async with command.transaction() as work:
        row, _ = await lock_listing(work, listing_id)
        subject = Subject.of(platform=row.platform_code)
        found = LISTINGS.check(row.status, action, command.caller, subject, comment)
        await _check_condition(work.tx, row, action, today)
        await move_listing(work, row, action, found.targets[0], comment)


async def move_listing(
    work: Work, row: ListingRow, action: str, target: str, comment: str | None = None
) -> None:
    """Write the new state of a locked listing with its history, and tell of it.

    A listing that comes on offer is compared with the demands. (A trigger drops the proposals of
    one that has ended, whoever ends it.)
    """
    key = str(row.id)
    work.key = key
    await work.tx.execute("trading.set_listing_status", sql.SET_LISTING_STATUS, row.id, target)
    await record_change(
        work, "trading", Change(LISTINGS.name, key, row.status, target, action, comment)
    )
    await publish_listing(work, row, target)
    if target == "LISTED":
        await match_listing(work.tx, row.id, work.now)


async def publish_listing(work: Work, row: ListingRow, status: str) -> None:
    """Tell that the listing is in that state now."""
    payload = {
        "platform": row.platform_code,
        "industry": row.industry_code,
        "region": row.region_code,
        "status": status,
    }
    await work.publish(CHANGED, str(row.id), payload)


async def lock_listing(work: Work, listing_id: UUID) -> tuple[ListingRow, Record]:
    """Return a listing, locked, and its record with all columns.

    Raises:
        Refused: NOT_FOUND.
    """
    record = await work.tx.fetchrow("trading.lock_listing", sql.LOCK_LISTING, listing_id)
    if record is None:
        raise listing_not_found()
    return listing_row(record), record


def listing_not_found() -> Refused:
    """Return the refusal for a listing that does not exist."""
    return not_found("没有这一挂牌项目", "There is no such listing", "id")


async def _check_condition(tx: Transaction, row: ListingRow, action: str, today: date) -> None:
    """Raises `Refused` when a condition of the action does not hold."""
    if action == "RESUME":
        if row.listed_to < today:
            raise refuse(
                "LISTING_OVER", "挂牌截止日期已过", "The last day of the listing has passed", "id"
            )
        latest = await tx.fetchrow("trading.latest_screening", sql.LATEST_SCREENING, row.id)
        if latest is not None and latest["outcome"] == "BLOCK":
            raise refuse(
                "SCREENING_BLOCKS",
                "最近一次排查被拦截，须先消除原因并重新排查",
                "The latest screening blocks; remove the cause and screen again",
                "id",
            )
    if action == "CLOSE_DEAL" and not await tx.fetchval("trading.has_deal", sql.HAS_DEAL, row.id):
        raise refuse("DEAL_MISSING", "尚未登记成交", "No deal of the listing is recorded", "id")


def _check_draft(draft: ListingDraft, problems: Problems, today: date) -> None:
    check_numbers(problems, draft.application_numbers, MOST_PATENTS, "input", "applicationNumbers")
    problems.check(
        draft.listed_from <= draft.listed_to,
        "DATE_ORDER",
        "挂牌起始日期应不晚于截止日期",
        "The first day of the listing is after its last",
        *("input", "listedTo"),
    )
    problems.check(
        draft.listed_from >= FIRST_DAY and draft.listed_to <= add_years(today, LONGEST_YEARS),
        "DATE_OUT_OF_RANGE",
        f"挂牌期不应早于 {FIRST_DAY}，最长至今后 {LONGEST_YEARS} 年",
        f"A listing is not from before {FIRST_DAY}, and runs at most {LONGEST_YEARS} years on",
        *("input", "listedFrom"),
    )
    problems.check(
        draft.listed_to >= today,
        "DATE_PAST",
        "挂牌截止日期已过",
        "The last day of the listing has passed",
        *("input", "listedTo"),
    )


async def _write_patents(tx: Transaction, listing_id: UUID, draft: ListingDraft) -> None:
    numbers: list[Any] = list(draft.application_numbers)
    await tx.execute("trading.insert_patents", sql.INSERT_PATENTS, listing_id, numbers)
