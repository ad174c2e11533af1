"""Filing an open-licence statement for the holders of a patent (DOMAIN §2.5, §2.7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.peers import Peers
from resolvers.refusal import Problems, refuse
from resolvers.trading.commands import sql
from resolvers.trading.commands.open_licences import FIRST_DAY
from resolvers.trading.commands.statement_checks import check_bars, note_other
from resolvers.trading.facts import gather_patents
from resolvers.trading.rules.open_licence_fee import check_fee
from resolvers.trading.rules.screening.facts import PatentFacts
from resolvers.trading.workflows.open_licence import OPEN_LICENCES
from resolvers.value_rows import MoneyRow, money_values
from resolvers.values.dates import add_years
from resolvers.values.text import party_name_key

MOST_LICENSORS: Final = 20
LONGEST_YEARS: Final = 20
"""No patent runs longer."""


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """A statement as typed in; texts are tidied and codes canonical."""

    application_number: str
    licensor_usccs: tuple[str, ...]
    fee_mode: str
    fee: MoneyRow
    fee_basis: str
    term_from: date
    term_to: date
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    declares_conditions_met: bool


async def file_statement(
    command: Command, peers: Peers, draft: StatementDraft, problems: Problems, today: date
) -> str:
    """File a statement and return the number the hub gives it until it is announced.

    Raises:
        Refused: what `problems` holds already, OL_DECLARATION_MISSING, LIST_COUNT, DATE_ORDER,
            DATE_OUT_OF_RANGE, OL_TERM_OVER, OL_TERM_BEYOND_PATENT, the codes of `check_fee`,
            PATENT_UNKNOWN, OL_LICENSOR_NOT_HOLDER, OL_HOLDER_MISSING, each bar by its code,
            OL_BLOCKED_IN_FORCE.
    """
    [patent] = await gather_patents(peers, [draft.application_number])
    _check(draft, patent, problems, today)
    path = ("input", "applicationNumber")
    async with command.transaction() as work:
        if patent.known:
            await check_bars(work, patent, problems, today, *path)
        await note_other(work, draft.application_number, problems, None, *path)
        problems.raise_if_any()
        number = work.key = await _new_number(work, today)
        if await _insert(work, number, draft, patent) is None:
            raise refuse(
                "OL_BLOCKED_IN_FORCE",
                "该专利刚提交了另一项开放许可声明",
                "Another statement of the patent was filed at the same time",
                *path,
            )
        change = Change(OPEN_LICENCES.name, number, None, "FILED", "FILE")
        await record_change(work, "trading", change)
    return number


async def _new_number(work: Work, today: date) -> str:
    """Return a number no gazette gives: KF, the year, H for the hub, six digits."""
    serial: int = await work.tx.fetchval("trading.next_number", sql.NEXT_NUMBER)
    return f"KF{today.year}H{serial:06d}"


async def _insert(
    work: Work, number: str, draft: StatementDraft, patent: PatentFacts
) -> str | None:
    """Store the statement with all holders of the patent; None when another one stands."""
    stored: str | None = await work.tx.fetchval(
        "trading.insert_statement",
        sql.INSERT_STATEMENT,
        number,
        draft.application_number,
        draft.fee_mode,
        *money_values(draft.fee),
        draft.fee_basis,
        draft.term_from,
        draft.term_to,
        draft.contact_name,
        draft.contact_phone,
        draft.contact_email,
        patent.evaluation is not None,
        work.caller.center,
        work.caller.subject,
        hashlib.sha256(repr(draft).encode()).hexdigest(),
        work.now,
    )
    if stored is not None:
        await work.tx.execute(
            "trading.insert_licensors",
            sql.INSERT_LICENSORS,
            number,
            [holder.name for holder in patent.holders],
            [party_name_key(holder.name) for holder in patent.holders],
            [holder.uscc for holder in patent.holders],
        )
    return stored


def _check(draft: StatementDraft, patent: PatentFacts, problems: Problems, today: date) -> None:
    problems.check(
        draft.declares_conditions_met,
        "OL_DECLARATION_MISSING",
        "须声明符合开放许可的条件",
        "It must be declared that the conditions are met",
        *("input", "declaresConditionsMet"),
    )
    check_fee(draft.fee_mode, draft.fee, draft.fee_basis, problems)
    problems.check(
        draft.term_from <= draft.term_to,
        "DATE_ORDER",
        "许可期限起始日应不晚于终止日",
        "The term begins after it ends",
        *("input", "termTo"),
    )
    problems.check(
        draft.term_to >= today,
        "OL_TERM_OVER",
        "许可期限已过",
        "The term is over",
        *("input", "termTo"),
    )
    problems.check(
        draft.term_from >= FIRST_DAY and draft.term_to <= add_years(today, LONGEST_YEARS),
        "DATE_OUT_OF_RANGE",
        "许可期限不合理",
        "The term lies out of all bounds",
        *("input", "termFrom"),
    )
    if not patent.known:
        problems.add(
            "PATENT_UNKNOWN",
            f"未收录的专利：{draft.application_number}",
            f"No such patent: {draft.application_number}",
            *("input", "applicationNumber"),
        )
        return
    problems.check(
        patent.expiry_date is None or draft.term_to <= patent.expiry_date,
        "OL_TERM_BEYOND_PATENT",
        f"许可期限超过专利权期限（{patent.expiry_date}）",
        f"The term runs past the patent's: {patent.expiry_date}",
        *("input", "termTo"),
    )
    _check_licensors(draft, patent, problems)


def _check_licensors(draft: StatementDraft, patent: PatentFacts, problems: Problems) -> None:
    """Every licensor holds the patent, and every holder that has a code is a licensor."""
    path = ("input", "licensorUsccs")
    given, holders = draft.licensor_usccs, {each.uscc for each in patent.holders if each.uscc}
    problems.check(
        1 <= len(given) <= MOST_LICENSORS,
        "LIST_COUNT",
        f"许可人应为 1–{MOST_LICENSORS} 个",
        f"Name 1 to {MOST_LICENSORS} licensors",
        *path,
    )
    for uscc in dict.fromkeys(given):
        problems.check(
            uscc in holders,
            "OL_LICENSOR_NOT_HOLDER",
            f"{uscc} 不是现专利权人",
            f"{uscc} does not hold the patent",
            *path,
        )
    for uscc in sorted(holders - set(given)):
        problems.add(
            "OL_HOLDER_MISSING",
            f"共有专利权人 {uscc} 未列为许可人",
            f"The joint holder {uscc} is not among the licensors",
            *path,
        )
