"""Open-licence statements after they were filed: announced, refused, withdrawn, ended."""

from __future__ import annotations

from datetime import date
from typing import Final

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found
from resolvers.trading.commands import sql
from resolvers.trading.commands.statement_checks import check_bars, note_other
from resolvers.trading.facts import gather_patents
from resolvers.trading.records import open_licence_row
from resolvers.trading.rows import OpenLicenceRow
from resolvers.trading.workflows.open_licence import OPEN_LICENCES

FIRST_DAY: Final = date(2021, 6, 1)
"""The amended Patent Law brought open licences."""
ANNOUNCED: Final = "trading.open_licence_announced"
CHANGED: Final = "trading.open_licence_changed"


async def announce_statement(
    command: Command,
    peers: Peers,
    number: str,
    gazette_number: str | None,
    announced_on: date,
    today: date,
) -> str:
    """Announce a filed statement: in force from that day on, under the number of the gazette.

    Raises:
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, DATE_FUTURE, DATE_BEFORE_LAW, NUMBER_TAKEN,
            OL_TERM_OVER, each bar by its code, OL_BLOCKED_IN_FORCE.
    """
    found = await command.database.fetchrow("trading.statement", sql.READ_STATEMENT, number)
    if found is None:
        raise _no_statement()
    [patent] = await gather_patents(peers, [found["application_number"]])
    problems = Problems()
    async with command.transaction() as work:
        row = await _lock(work, number)
        target = OPEN_LICENCES.check(row.status, "ANNOUNCE", command.caller, Subject()).targets[0]
        problems.check(
            announced_on <= today,
            "DATE_FUTURE",
            "公告日晚于今天",
            "The day of announcement is in the future",
            "announcedOn",
        )
        problems.check(
            announced_on >= FIRST_DAY,
            "DATE_BEFORE_LAW",
            "公告日早于开放许可制度施行日（2021 年 6 月 1 日）",
            "Before 1 June 2021, when open licences came into the law",
            "announcedOn",
        )
        problems.check(
            row.term_to >= today,
            "OL_TERM_OVER",
            "许可期限已过",
            "Its term is over",
            "statementNumber",
        )
        new_number = gazette_number or number
        taken = new_number != number and await work.tx.fetchval(
            "trading.number_taken", sql.NUMBER_TAKEN, new_number
        )
        problems.check(
            not taken,
            "NUMBER_TAKEN",
            f"声明编号 {new_number} 已存在",
            f"There is a statement {new_number} already",
            "gazetteNumber",
        )
        if patent.known:
            await check_bars(work, patent, problems, today, "statementNumber")
        else:
            problems.add(
                "PATENT_UNKNOWN", "未收录的专利", "The patent is not known", "statementNumber"
            )
        await note_other(work, row.application_number, problems, number, "statementNumber")
        problems.raise_if_any()
        await work.tx.execute("trading.announce", sql.ANNOUNCE, number, new_number, announced_on)
        await work.tx.execute("trading.rename", sql.RENAME_HISTORY, number, new_number)
        await note_change(work, new_number, row.status, target, "ANNOUNCE", None)
        await publish_announcement(work, new_number, row.application_number, patent.industries)
    return new_number


async def end_statement(
    command: Command, number: str, action: str, reason: str, today: date
) -> None:
    """Withdraw, refuse, terminate or revoke a statement; licences granted before stay valid.

    Raises:
        Forbidden: the caller may not do that with this statement.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED.
    """
    async with command.transaction() as work:
        row = await _lock(work, number)
        subject = Subject.of(filer=row.filed_by_center)
        OPEN_LICENCES.check(row.status, action, command.caller, subject, reason)
        await close_statement(work, row.statement_number, row.status, action, reason, today)


async def close_statement(
    work: Work, number: str, status: str, action: str, reason: str, on: date
) -> None:
    """Write the end of a locked statement, with its history."""
    target = _TARGETS[action]
    await work.tx.execute("trading.end_statement", sql.END_STATEMENT, number, target, on, reason)
    await note_change(work, number, status, target, action, reason)


async def note_obstacle(command: Command, application_number: str, reason: str | None) -> None:
    """Note another obstacle to an open licence of a patent (bar OTHER), or that it is gone."""
    async with command.transaction() as work:
        work.key = application_number
        if reason is None:
            await work.tx.execute("trading.clear_obstacle", sql.CLEAR_OBSTACLE, application_number)
        else:
            await work.tx.execute(
                "trading.note_obstacle",
                sql.NOTE_OBSTACLE,
                application_number,
                reason,
                command.caller.subject,
                work.now,
            )


async def publish_announcement(
    work: Work, number: str, application_number: str, industries: tuple[str, ...]
) -> None:
    """Tell that a statement is in force from now on."""
    symbols = await work.tx.fetchval("trading.ipc", sql.IPC_OF_PATENT, application_number)
    payload = {
        "application_number": application_number,
        "ipc": list(symbols or ()),
        "industries": list(industries),
    }
    await work.publish(ANNOUNCED, number, payload)


_TARGETS: Final = {
    each.action: each.targets[0] for each in OPEN_LICENCES.transitions if len(each.targets) == 1
}


async def note_change(
    work: Work, number: str, status: str, target: str, action: str, comment: str | None
) -> None:
    """Write a change of a statement's state to its history, and tell of it."""
    work.key = number
    change = Change(OPEN_LICENCES.name, number, status, target, action, comment)
    await record_change(work, "trading", change)
    await work.publish(CHANGED, number, {"status": target})


async def _lock(work: Work, number: str) -> OpenLicenceRow:
    record = await work.tx.fetchrow("trading.lock_statement", sql.LOCK_STATEMENT, number)
    if record is None:
        raise _no_statement()
    return open_licence_row(record)


def _no_statement() -> Exception:
    return not_found(
        "没有这一开放许可声明", "There is no such open-licence statement", "statementNumber"
    )
