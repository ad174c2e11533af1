"""Registering projects of international operation and moving them on (DOMAIN B24)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from resolvers.featured import sql
from resolvers.featured.commands.given import InternationalGiven, check_common
from resolvers.featured.rows import international_row
from resolvers.featured.workflows.international import INTERNATIONAL, LEAVES_THE_COUNTRY
from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems, not_found, refuse

MOST_OFFICES: Final = 50


async def register_international(
    command: Command, peers: Peers, given: InternationalGiven, problems: Problems, today: date
) -> UUID:
    """Write a planned project; return its id.

    Raises:
        Forbidden: the caller registers for another platform.
        Refused: what is wrong with the input.
    """
    problems.check(
        1 <= len(given.office_codes) <= MOST_OFFICES
        and len(set(given.office_codes)) == len(given.office_codes),
        "OFFICES_COUNT",
        f"目标局应为 1–{MOST_OFFICES} 个且不重复",
        f"Name 1 to {MOST_OFFICES} target offices, none twice",
        "input",
        "targetOffices",
    )
    center = await check_common(peers, command.caller, given, problems)
    known = await ask_entities(peers, "reference", "Office", "code", given.office_codes, "code")
    for number, code in enumerate(given.office_codes):
        problems.check(
            known[code] is not None,
            "OFFICE_UNKNOWN",
            f"没有专利局 {code}",
            f"There is no office {code}",
            *("input", "targetOffices", str(number)),
        )
    problems.raise_if_any()
    assert center is not None  # a problem else
    async with command.transaction() as work:
        project_id: UUID = await work.tx.fetchval(
            "featured.add_international",
            sql.ADD_INTERNATIONAL,
            given.title,
            given.platform_code,
            center.jurisdiction,
            given.owner_uscc,
            given.kind,
            given.export_control_checked,
            today,
        )
        work.key = str(project_id)
        for name, statement, codes in (
            ("patents", sql.ADD_INTERNATIONAL_PATENTS, given.application_numbers),
            ("offices", sql.ADD_OFFICES, given.office_codes),
        ):
            await work.tx.execute(
                f"featured.add_international_{name}", statement, project_id, list(codes)
            )
        change = Change("international_project", str(project_id), None, "PLANNED", None)
        await record_change(work, "featured", change)
    return project_id


async def advance_international(
    command: Command, project_id: UUID, to: str, export_control_checked: bool
) -> UUID:
    """Move a project on; `export_control_checked` notes that the check was made meanwhile.

    Raises:
        Forbidden: the caller is not its platform.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, EXPORT_CONTROL_UNCHECKED.
    """
    async with command.transaction() as work:
        work.key = str(project_id)
        record = await work.tx.fetchrow(
            "featured.international_lock", sql.INTERNATIONAL_LOCK, project_id
        )
        if record is None:
            raise not_found("没有该项目", "There is no such project", "id")
        row = international_row(record)
        INTERNATIONAL.check(row.status, to, command.caller, Subject.of(platform=row.platform_code))
        checked = row.export_control_checked or export_control_checked
        if to == "RUNNING" and row.kind in LEAVES_THE_COUNTRY and not checked:
            raise refuse(
                "EXPORT_CONTROL_UNCHECKED",
                "对外许可、转让须先完成出口管制审查",
                "Licensing or transfer out runs only after the check of export control",
                "exportControlChecked",
            )
        await work.tx.execute(
            "featured.move_international",
            sql.MOVE_INTERNATIONAL,
            project_id,
            to,
            export_control_checked,
        )
        change = Change("international_project", str(project_id), row.status, to, to)
        await record_change(work, "featured", change)
    return project_id
