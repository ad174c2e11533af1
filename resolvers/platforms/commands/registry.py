"""What CNIPA keeps: rounds of evaluation, policy documents, and recognitions withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from resolvers.hub.commands import Command
from resolvers.platforms.commands.centers import lock_center, set_status
from resolvers.platforms.rights import CNIPA
from resolvers.platforms.rules.texts import check_text
from resolvers.platforms.workflows.center import CENTER
from resolvers.refusal import Problems
from resolvers.workflow import require

ADD_ROUND: Final = """
insert into platforms.recognition_round (code, kind, deadline, fewest, most)
values ($1, $2, $3, $4, $5) on conflict do nothing returning code
"""
SAVE_DOCUMENT: Final = """
insert into platforms.policy_document (number, title, issuer, issued_on, published_on)
values ($1, $2, $3, $4, $5)
on conflict (number) do update set title = excluded.title, issuer = excluded.issuer,
  issued_on = excluded.issued_on, published_on = excluded.published_on
"""
LARGEST_ROUND: Final = 1_000


@dataclass(frozen=True, slots=True)
class Round:
    code: str
    kind: str
    deadline: date | None
    fewest: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Document:
    number: str
    title: str
    issuer: str
    issued_on: date | None
    published_on: date | None


async def open_round(command: Command, given: Round) -> None:
    """Open a round of evaluation for one kind of centre (DOMAIN §1.3 C6).

    Raises:
        Refused: ROUND_EXISTS, ROUND_BOUNDS, TEXT_….
    """
    async with command.transaction() as work:
        require(CNIPA, work.caller)
        problems = Problems()
        check_text(problems, given.code, 100, "input", "code")
        bounds = [each for each in (given.fewest, given.most) if each is not None]
        problems.check(
            all(1 <= each <= LARGEST_ROUND for each in bounds) and bounds == sorted(bounds),
            "ROUND_BOUNDS",
            f"数量应在 1 至 {LARGEST_ROUND} 之间，且下限不大于上限",
            f"Numbers are 1 to {LARGEST_ROUND}, the fewest not above the most",
            "input",
            "fewest",
        )
        problems.raise_if_any()
        made = await work.tx.fetchval(
            "platforms.add_round",
            ADD_ROUND,
            given.code,
            given.kind,
            given.deadline,
            given.fewest,
            given.most,
        )
        problems.check(
            made is not None,
            "ROUND_EXISTS",
            "该轮次已存在",
            "There is such a round already",
            "input",
            "code",
        )
        problems.raise_if_any()
        work.key = given.code


async def save_document(command: Command, given: Document) -> None:
    """Register a policy document, or correct what is registered under its number.

    Raises:
        Refused: TEXT_…, DATE_ORDER.
    """
    async with command.transaction() as work:
        require(CNIPA, work.caller)
        problems = Problems()
        check_text(problems, given.number, 100, "input", "number")
        check_text(problems, given.title, 200, "input", "title")
        check_text(problems, given.issuer, 100, "input", "issuer")
        problems.check(
            given.issued_on is None
            or given.published_on is None
            or given.issued_on <= given.published_on,
            "DATE_ORDER",
            "发布日期早于成文日期",
            "It is published before it is signed",
            "input",
            "publishedOn",
        )
        problems.raise_if_any()
        await work.tx.execute(
            "platforms.save_document",
            SAVE_DOCUMENT,
            given.number,
            given.title,
            given.issuer,
            given.issued_on,
            given.published_on,
        )
        work.key = given.number


async def revoke_recognition(command: Command, code: str, reason: str, today: date) -> None:
    """Withdraw a recognition (DOMAIN §2.5); the name joins history only with the next one.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, TEXT_….
    """
    async with command.transaction() as work:
        center = await lock_center(work, code, "code")
        work.key = center.code
        CENTER.check(center.status, "REVOKE", work.caller, center.subject, reason)
        problems = Problems()
        check_text(problems, reason, 2_000, "reason")
        problems.raise_if_any()
        await set_status(work, center, "REVOKED", "REVOKE", today, reason)
