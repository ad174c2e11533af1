"""Drafting service standards and changing their status (DOMAIN §2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from asyncpg import Record

from resolvers.catalog.commands import sql
from resolvers.catalog.rows import StandardKey, StandardRow, standard_row
from resolvers.catalog.rules.kinds import is_of_function
from resolvers.catalog.rules.requirements import check_parameter
from resolvers.catalog.workflows.standards import STANDARDS
from resolvers.database.pool import Transaction
from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Role, Subject
from resolvers.refusal import Problems, not_found

CODE: Final = re.compile(r"SS-[A-Z]{3}-[0-9]{3}")
VERSION: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
MOST_REQUIREMENTS: Final = 50


@dataclass(frozen=True, slots=True)
class RequirementGiven:
    """A requirement as typed in."""

    text: str
    mandatory: bool
    check: str
    parameter: str | None


@dataclass(frozen=True, slots=True)
class StandardGiven:
    """A standard as typed in."""

    code: str
    version: str
    title: str
    kind: str
    basis: tuple[str, ...]
    requirements: tuple[RequirementGiven, ...]

    @property
    def key(self) -> StandardKey:
        return self.code, self.version


async def draft_standard(command: Command, given: StandardGiven, problems: Problems) -> StandardKey:
    """Write a new version as DRAFT, or a DRAFT anew; return its key.

    Raises:
        Refused: what is wrong with the input, or STANDARD_EXISTS, STANDARD_OF_ANOTHER_ISSUER,
            KIND_MISMATCH with the other versions of the code.
    """
    caller = command.caller
    issuer = caller.center if caller.role is Role.FUNCTIONAL_PLATFORM else None
    _check(given, problems)
    problems.check(
        caller.role is Role.CNIPA_ADMIN or is_of_function(given.kind, caller.function),
        "KIND_NOT_OF_FUNCTION",
        "功能性平台只能制定与其功能相应的服务标准",
        "A functional platform sets standards for services of its own function",
        "input",
        "serviceKind",
    )
    problems.raise_if_any()
    async with command.transaction() as work:
        work.key = _audit_key(given.key)
        await _check_foundations(work.tx, given, problems)
        present = await _versions(work.tx, given.code)
        old = next((row for row in present if row.version == given.version), None)
        _check_versions(given, present, old, issuer, problems)
        problems.raise_if_any()
        if old is None:
            await _insert(work, given, issuer, problems)
        else:
            await work.tx.execute(
                "catalog.standard_rewrite",
                sql.STANDARD_REWRITE,
                *given.key,
                given.title,
                list(given.basis),
                given.kind,
            )
            await work.tx.execute(
                "catalog.forget_requirements", sql.FORGET_REQUIREMENTS, *given.key
            )
        await work.tx.executemany(
            "catalog.requirement",
            sql.REQUIREMENT,
            [
                (*given.key, ordinal, each.text, each.mandatory, each.check, each.parameter)
                for ordinal, each in enumerate(given.requirements)
            ],
        )
    return given.key


async def change_standard_status(
    command: Command, key: StandardKey, to: str, today: date
) -> StandardKey:
    """Move a version on; the version in force until now is superseded by a new one.

    Raises:
        Forbidden: the caller neither issued the standard nor is CNIPA.
        Refused: NOT_FOUND; TRANSITION_NOT_ALLOWED.
    """
    async with command.transaction() as work:
        work.key = _audit_key(key)
        # all versions are locked: of two that come into force at once one is first
        present = await _versions(work.tx, key[0])
        row = next((each for each in present if each.version == key[1]), None)
        if row is None:
            raise not_found("没有该服务标准", "There is no such service standard", "version")
        STANDARDS.check(row.status, to, command.caller, Subject.of(issuer=row.issuer_code))
        if to == "IN_FORCE":
            in_force = next((each for each in present if each.status == "IN_FORCE"), None)
            if in_force is not None:
                await _move(work, in_force, "SUPERSEDED", today, replaced_by=row.version)
            await work.tx.execute("catalog.standard_replaced", sql.STANDARD_REPLACED, *key)
        await _move(work, row, to, today)
    return key


def _audit_key(key: StandardKey) -> str:
    return "|".join(key)


def _check(given: StandardGiven, problems: Problems) -> None:
    """Collect what is wrong with the input in itself."""
    problems.check(
        CODE.fullmatch(given.code) is not None,
        "STANDARD_CODE",
        "标准代码应形如 SS-VAL-001",
        "A code looks like SS-VAL-001",
        "input",
        "code",
    )
    problems.check(
        VERSION.fullmatch(given.version) is not None,
        "STANDARD_VERSION",
        "版本号应形如 1.0",
        "A version looks like 1.0",
        "input",
        "version",
    )
    problems.check(
        1 <= len(given.requirements) <= MOST_REQUIREMENTS,
        "REQUIREMENTS_COUNT",
        f"应有 1 至 {MOST_REQUIREMENTS} 项要求",
        f"There are 1 to {MOST_REQUIREMENTS} requirements",
        "input",
        "requirements",
    )
    for number, each in enumerate(given.requirements[:MOST_REQUIREMENTS]):
        path = ("input", "requirements", str(number), "parameter")
        check_parameter(problems, each.check, each.parameter, *path)


def _check_versions(
    given: StandardGiven,
    present: list[StandardRow],
    old: StandardRow | None,
    issuer: str | None,
    problems: Problems,
) -> None:
    """Collect what does not agree with the versions that are there."""
    problems.check(
        all(row.issuer_code == issuer for row in present),
        "STANDARD_OF_ANOTHER_ISSUER",
        "该标准代码由其他单位使用",
        "The code belongs to another issuer",
        "input",
        "code",
    )
    problems.check(
        all(row.service_kind == given.kind for row in present if row is not old),
        "KIND_MISMATCH",
        "同一标准的各版本应属同一服务类型",
        "All versions of a standard are for one kind of service",
        "input",
        "serviceKind",
    )
    problems.check(
        old is None or old.status == "DRAFT",
        "STANDARD_EXISTS",
        "该版本已存在，不能再改；请另立版本",
        "The version exists and is no draft any more; draft another version",
        "input",
        "version",
    )


async def _check_foundations(tx: Transaction, given: StandardGiven, problems: Problems) -> None:
    wanted = {
        each.parameter
        for each in given.requirements
        if each.check == "DATA_FOUNDATION_USED" and each.parameter is not None
    }
    records = await tx.fetch("catalog.known_foundations", sql.KNOWN_FOUNDATIONS, sorted(wanted))
    known = {record["code"] for record in records}
    for number, each in enumerate(given.requirements):
        problems.check(
            each.check != "DATA_FOUNDATION_USED" or each.parameter in known,
            "FOUNDATION_UNKNOWN",
            "没有该数据底座",
            "There is no such data foundation",
            *("input", "requirements", str(number), "parameter"),
        )


async def _versions(tx: Transaction, code: str) -> list[StandardRow]:
    records: list[Record] = await tx.fetch("catalog.standard_versions", sql.STANDARD_VERSIONS, code)
    return [standard_row(record) for record in records]


async def _insert(work: Work, given: StandardGiven, issuer: str | None, problems: Problems) -> None:
    made = await work.tx.fetchval(
        "catalog.standard_insert",
        sql.STANDARD_INSERT,
        *given.key,
        given.title,
        issuer,
        list(given.basis),
        given.kind,
    )
    problems.check(
        made is not None,
        "STANDARD_EXISTS",
        "该版本刚由他人建立",
        "Somebody else has just made this version",
        *("input", "version"),
    )
    problems.raise_if_any()
    change = Change("service_standard", _audit_key(given.key), None, "DRAFT", None)
    await record_change(work, "catalog", change)


async def _move(
    work: Work, row: StandardRow, to: str, today: date, replaced_by: str | None = None
) -> None:
    """Write the new status of a version, its history and its event."""
    await work.tx.execute(
        "catalog.standard_move",
        sql.STANDARD_MOVE,
        *row.key,
        to,
        today if to == "IN_FORCE" else None,
        today if to == "SUPERSEDED" else None,
        replaced_by,
    )
    key = _audit_key(row.key)
    await record_change(work, "catalog", Change("service_standard", key, row.status, to, to))
    await work.publish("catalog.standard_status_changed", key, {"to": to})
