"""Screening of a listing: facts are gathered, the rules run, the outcome is kept and acted on.

First the other subgraphs are asked (`gather`), then one transaction locks the listing, reads what
trading itself knows, runs the rules and writes (`run`). A patent that was added between the two
makes it start over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.database.pool import Database, Queries, Transaction
from resolvers.hub.commands import Command, Work
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import refuse
from resolvers.trading.commands import sql
from resolvers.trading.commands.listings import listing_not_found, lock_listing, move_listing
from resolvers.trading.facts import gather_credit, gather_patents
from resolvers.trading.own_facts import load_own_facts
from resolvers.trading.records import listing_row
from resolvers.trading.rows import ListingRow
from resolvers.trading.rules.screening import screen
from resolvers.trading.rules.screening.facts import ListingFacts, PatentFacts, ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding, worst
from resolvers.trading.workflows.listing import ENDED, LISTINGS, PLATFORM
from resolvers.workflow import require

REQUESTED: Final = "REQUEST"
SUBMITTED: Final = "SUBMITTED"
# Two listings of one platform are not screened at once: each would miss the other as a duplicate.
_ONE_AT_A_TIME: Final = "select pg_advisory_xact_lock(hashtextextended('trading.screen ' || $1, 0))"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What other subgraphs said for one run: the patents of the listing, the seller's credit."""

    patents: tuple[PatentFacts, ...]
    credit_grade: str | None

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(patent.application_number for patent in self.patents)


async def screen_listing(command: Command, peers: Peers, listing_id: UUID, today: date) -> UUID:
    """Screen a listing because its platform asks, and return the screening's id.

    A listing that waits for it becomes LISTED or SCREEN_FAILED; one on offer that is blocked is
    suspended; a draft or a failed one stays what it is.

    Raises:
        Forbidden: the listing is another platform's.
        Refused: NOT_FOUND, LISTING_ENDED, LISTING_CHANGED.
    """
    record = await command.database.fetchrow("trading.listing", sql.READ_LISTING, listing_id)
    if record is None:
        raise listing_not_found()
    row = listing_row(record)
    require(PLATFORM, command.caller, Subject.of(platform=row.platform_code))
    gathered = await gather(command.database, peers, row)
    async with command.transaction() as work:
        return await run(work, listing_id, gathered, today, REQUESTED)


async def gather(database: Database, peers: Peers, row: ListingRow) -> Gathered:
    """Ask the other subgraphs about a listing."""
    numbers = await _numbers(database, row.id)
    patents, grade = await asyncio.gather(
        gather_patents(peers, numbers), gather_credit(peers, row.seller.uscc, row.platform_code)
    )
    return Gathered(patents, grade)


async def run(work: Work, listing_id: UUID, gathered: Gathered, today: date, cause: str) -> UUID:
    """Screen a listing in the transaction and return the screening's id.

    Raises:
        Refused: NOT_FOUND, LISTING_ENDED, LISTING_CHANGED.
    """
    row, record = await lock_listing(work, listing_id)
    work.key = str(listing_id)
    if row.status in ENDED:
        raise refuse(
            "LISTING_ENDED",
            f"挂牌项目已结束（{row.status}），不再排查",
            f"The listing has ended ({row.status}) and is not screened any more",
            "id",
        )
    if await _numbers(work.tx, listing_id) != gathered.numbers:
        raise refuse(
            "LISTING_CHANGED",
            "挂牌项目刚被修改，请重新排查",
            "The listing was changed meanwhile; screen it again",
            "id",
        )
    await work.tx.execute("trading.one_at_a_time", _ONE_AT_A_TIME, row.platform_code)
    facts = ScreeningFacts(
        _listing_facts(row, record, gathered.numbers),
        today,
        gathered.patents,
        await load_own_facts(work.tx, gathered.numbers, today, listing_id),
        gathered.credit_grade,
    )
    lowered = await _overrides(work.tx, listing_id)
    findings = [_lowered(finding, lowered) for finding in screen(facts)]
    outcome = worst(finding.outcome for finding, _ in findings)
    screening_id = await _write(work, row, outcome, findings, cause)
    await _act(work, row, outcome)
    return screening_id


async def _act(work: Work, row: ListingRow, outcome: str) -> None:
    """Lead the listing on by the outcome; the workflow's table says where to."""
    blocked = outcome == "BLOCK"
    if row.status == "SCREENING":
        action = "FAIL" if blocked else "PASS"
    elif row.status == "LISTED" and blocked:
        action = "BLOCK"
    else:
        return
    found = LISTINGS.find(row.status, action)
    assert found is not None
    await move_listing(work, row, action, found.targets[0])


async def _write(
    work: Work,
    row: ListingRow,
    outcome: str,
    findings: Sequence[tuple[Finding, bool]],
    cause: str,
) -> UUID:
    screening_id: UUID = await work.tx.fetchval(
        "trading.insert_screening",
        sql.INSERT_SCREENING,
        row.id,
        work.now,
        cause,
        work.caller.subject,
        outcome,
    )
    await work.tx.execute(
        "trading.insert_findings",
        sql.INSERT_FINDINGS,
        screening_id,
        list(range(len(findings))),
        [finding.rule for finding, _ in findings],
        [finding.outcome for finding, _ in findings],
        [finding.application_number for finding, _ in findings],
        [finding.message for finding, _ in findings],
        [finding.overridable for finding, _ in findings],
        [over for _, over in findings],
    )
    blocked = 1 if outcome == "BLOCK" else 0
    await work.tx.execute(
        "trading.count_screening", sql.COUNT_SCREENING, row.platform_code, blocked
    )
    await work.publish(
        "trading.listing_screened",
        str(row.id),
        {"platform": row.platform_code, "outcome": outcome, "screening": str(screening_id)},
    )
    return screening_id


async def _overrides(tx: Transaction, listing_id: UUID) -> set[tuple[str, str, str]]:
    records = await tx.fetch("trading.overrides", sql.OVERRIDES, listing_id)
    return {(each["rule"], each["application_number"], each["message"]) for each in records}


def _lowered(finding: Finding, overrides: set[tuple[str, str, str]]) -> tuple[Finding, bool]:
    """Return the finding, and whether a person's override lowered it: it stands while the finding
    says the same."""
    key = (finding.rule, finding.application_number or "", finding.message)
    if finding.outcome == "BLOCK" and finding.overridable and key in overrides:
        return replace(finding, outcome="WARN"), True
    return finding, False


async def _numbers(queries: Queries, listing_id: UUID) -> tuple[str, ...]:
    records = await queries.fetch("trading.numbers", sql.PATENTS_OF_LISTING, listing_id)
    return tuple(each["application_number"] for each in records)


def _listing_facts(row: ListingRow, record: Record, numbers: tuple[str, ...]) -> ListingFacts:
    return ListingFacts(
        row.platform_code,
        row.deal,
        row.title,
        row.summary,
        row.seller,
        row.price,
        record["co_owner_consent"],
        record["pledgee_consent"],
        numbers,
    )
