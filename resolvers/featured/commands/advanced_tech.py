"""Registering projects of advanced technology and moving them on (DOMAIN B23)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from asyncpg import Record

from resolvers.featured import sql
from resolvers.featured.commands.given import AdvancedTechGiven, check_common
from resolvers.featured.rows import AdvancedTechRow, advanced_tech_row
from resolvers.featured.workflows.advanced_tech import ADVANCED_TECH, NEEDS_ADOPTER, PLATFORM
from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peer_facts import check_organizations
from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems, not_found, refuse
from resolvers.workflow import require


async def register_advanced_tech(
    command: Command, peers: Peers, given: AdvancedTechGiven, problems: Problems, today: date
) -> UUID:
    """Write a project in its first stage; return its id.

    Raises:
        Forbidden: the caller registers for another platform.
        Refused: what is wrong with the input.
    """
    _check_level(given.readiness_level, problems, "input", "readinessLevel")
    await check_common(peers, command.caller, given, problems)
    if given.industry_code is not None:
        code = given.industry_code
        known = await ask_entities(peers, "reference", "Industry", "code", [code], "code")
        problems.check(
            known[code] is not None,
            "INDUSTRY_UNKNOWN",
            f"没有行业 {code}",
            f"There is no industry {code}",
            "input",
            "industryCode",
        )
    problems.raise_if_any()
    async with command.transaction() as work:
        project_id: UUID = await work.tx.fetchval(
            "featured.add_advanced",
            sql.ADD_ADVANCED,
            given.title,
            given.platform_code,
            given.owner_uscc,
            given.industry_code,
            given.readiness_level,
            given.declassified,
            today,
        )
        work.key = str(project_id)
        await work.tx.execute(
            "featured.add_advanced_patents",
            sql.ADD_ADVANCED_PATENTS,
            project_id,
            list(given.application_numbers),
        )
        change = Change("advanced_tech_project", str(project_id), None, "COLLECTED", None)
        await record_change(work, "featured", change)
    return project_id


async def advance_tech_project(
    command: Command, peers: Peers, project_id: UUID, to: str, adopter_uscc: str | None
) -> UUID:
    """Move a project to another stage. The adopter may be named from MATCHED on, and must be there.

    Raises:
        Forbidden: the caller is not its platform.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, ADOPTER_REQUIRED, ADOPTER_TOO_EARLY,
            ORGANIZATION_UNKNOWN.
    """
    before = await command.database.fetchrow(
        "featured.advanced", f"{sql.ADVANCED_TECH} where p.id = $1", project_id
    )
    _checked(before, command, to, adopter_uscc)
    if adopter_uscc is not None:
        problems = Problems()
        await check_organizations(peers, problems, [(adopter_uscc, ("adopterUscc",))])
        problems.raise_if_any()
    async with command.transaction() as work:
        work.key = str(project_id)
        locked = await work.tx.fetchrow("featured.advanced_lock", sql.ADVANCED_LOCK, project_id)
        row = _checked(locked, command, to, adopter_uscc)
        await work.tx.execute(
            "featured.move_advanced", sql.MOVE_ADVANCED, project_id, to, adopter_uscc
        )
        change = Change("advanced_tech_project", str(project_id), row.stage, to, to)
        await record_change(work, "featured", change)
    return project_id


async def update_advanced_tech(
    command: Command, project_id: UUID, readiness_level: int | None, declassified: bool | None
) -> UUID:
    """Note a new readiness level, or that the project was declassified.

    Raises:
        Forbidden: the caller is not its platform.
        Refused: NOT_FOUND, READINESS_LEVEL, RECLASSIFIED: what was shown cannot be hidden again.
    """
    problems = Problems()
    if readiness_level is not None:
        _check_level(readiness_level, problems, "readinessLevel")
    async with command.transaction() as work:
        work.key = str(project_id)
        record = await work.tx.fetchrow("featured.advanced_lock", sql.ADVANCED_LOCK, project_id)
        row = _found(record)
        require(PLATFORM, command.caller, Subject.of(platform=row.platform_code))
        problems.check(
            declassified is not False or not row.declassified,
            "RECLASSIFIED",
            "已解密公开的项目不能再改为未解密",
            "A project that was declassified cannot be classified again",
            "declassified",
        )
        problems.raise_if_any()
        await work.tx.execute(
            "featured.change_advanced",
            sql.CHANGE_ADVANCED,
            project_id,
            readiness_level,
            declassified,
        )
    return project_id


def _check_level(level: int, problems: Problems, *path: str) -> None:
    problems.check(
        1 <= level <= 9,
        "READINESS_LEVEL",
        "技术成熟度应为 1 至 9 级",
        "A readiness level is from 1 to 9",
        *path,
    )


def _found(record: Record | None) -> AdvancedTechRow:
    if record is None:
        raise not_found("没有该项目", "There is no such project", "id")
    return advanced_tech_row(record)


def _checked(
    record: Record | None, command: Command, to: str, adopter_uscc: str | None
) -> AdvancedTechRow:
    """Return the project, if the caller may move it on so."""
    row = _found(record)
    ADVANCED_TECH.check(row.stage, to, command.caller, Subject.of(platform=row.platform_code))
    if to in NEEDS_ADOPTER and (adopter_uscc or row.adopter_uscc) is None:
        raise refuse(
            "ADOPTER_REQUIRED",
            "自对接阶段起须有承接单位",
            "From MATCHED on a project has an adopter",
            "adopterUscc",
        )
    if to not in NEEDS_ADOPTER and adopter_uscc is not None:
        raise refuse(
            "ADOPTER_TOO_EARLY",
            "此阶段不填承接单位",
            "No adopter is named in this stage",
            "adopterUscc",
        )
    return row
