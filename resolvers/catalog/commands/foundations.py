"""Describing data foundations in the register (DOMAIN B8, B32)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from resolvers.catalog.commands import sql
from resolvers.catalog.rows import FieldRow, foundation_row
from resolvers.catalog.rules.topics import is_topic_of_function
from resolvers.hub.commands import Command
from resolvers.identity import Permit, Role, Subject
from resolvers.refusal import Problems
from resolvers.workflow import require

# The resource number of CNIPA, or our own form (DOMAIN §2.3).
CODE: Final = re.compile(r"(CN|DF)(-[0-9A-Z]{1,20}){1,6}")
FIELD_NAME: Final = re.compile(r"[a-z][A-Za-z0-9]{0,59}")
MOST_FIELDS: Final = 100
PROVIDER: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "provider"), Permit(Role.CNIPA_ADMIN))


@dataclass(frozen=True, slots=True)
class FoundationGiven:
    """A data foundation as typed in."""

    code: str
    name: str
    description: str
    topic: str
    openness: str
    licence_terms: str
    update_cycle: str
    coverage_from: date | None
    coverage_to: date | None
    fields: tuple[FieldRow, ...]


async def save_foundation(command: Command, given: FoundationGiven, problems: Problems) -> str:
    """Add a data foundation to the register, or describe it anew; return its code.

    A new one is provided by the caller's platform; one that CNIPA adds, by the hub.

    Raises:
        Forbidden: another platform provides it.
        Refused: what is wrong with the input.
    """
    caller = command.caller
    own = caller.center if caller.role is Role.FUNCTIONAL_PLATFORM else None
    _check(given, problems)
    problems.check(
        caller.role is Role.CNIPA_ADMIN or is_topic_of_function(given.topic, caller.function),
        "TOPIC_NOT_OF_FUNCTION",
        "功能性平台只能登记与其功能相应主题的数据底座",
        "A functional platform describes data on topics of its own function",
        *("input", "topic"),
    )
    async with command.transaction() as work:
        work.key = given.code
        record = await work.tx.fetchrow("catalog.foundation_lock", sql.FOUNDATION_LOCK, given.code)
        if record is not None:
            old = foundation_row(record)
            require(PROVIDER, caller, Subject.of(provider=old.provider_code))
            problems.check(
                old.topic == given.topic,
                "TOPIC_FIXED",
                "数据底座的主题不能更改",
                "The topic of a data foundation does not change",
                *("input", "topic"),
            )
        problems.raise_if_any()
        # a second one who adds the same code at once waits here, and then has to own it
        provider = await work.tx.fetchval(
            "catalog.foundation_save", sql.FOUNDATION_SAVE, own, *_values(given)
        )
        if record is None:
            require(PROVIDER, caller, Subject.of(provider=provider))
        await work.tx.execute("catalog.forget_fields", sql.FORGET_FIELDS, given.code)
        await work.tx.executemany("catalog.add_field", sql.ADD_FIELD, _field_values(given))
    return given.code


def _check(given: FoundationGiven, problems: Problems) -> None:
    problems.check(
        CODE.fullmatch(given.code) is not None,
        "FOUNDATION_CODE",
        "代码应为国家知识产权局资源编号（CN-…），或 DF-…",
        "The code is a resource number of CNIPA (CN-…), or DF-…",
        *("input", "code"),
    )
    problems.check(
        given.coverage_from is None
        or given.coverage_to is None
        or given.coverage_from <= given.coverage_to,
        "DATE_ORDER",
        "起始日不应晚于截止日",
        "The first day is after the last",
        *("input", "coverageTo"),
    )
    problems.check(
        1 <= len(given.fields) <= MOST_FIELDS,
        "LIST_COUNT",
        f"应有 1 至 {MOST_FIELDS} 个字段",
        f"There are 1 to {MOST_FIELDS} fields",
        *("input", "fields"),
    )
    names = [field.name for field in given.fields]
    problems.check(
        len(set(names)) == len(names),
        "LIST_REPEATED",
        "有重复的字段名",
        "A field is named twice",
        *("input", "fields"),
    )
    for number, name in enumerate(names[:MOST_FIELDS]):
        problems.check(
            FIELD_NAME.fullmatch(name) is not None,
            "FIELD_NAME",
            "字段名应为图中的名称，如 securedAmount",
            "A field has its name in the graph, as securedAmount",
            *("input", "fields", str(number), "name"),
        )


def _values(given: FoundationGiven) -> Sequence[object]:
    """Return the values FOUNDATION_SAVE takes after the provider."""
    return (
        given.code,
        given.name,
        given.description,
        given.topic,
        given.openness,
        given.licence_terms,
        given.update_cycle,
        given.coverage_from,
        given.coverage_to,
    )


def _field_values(given: FoundationGiven) -> list[Sequence[object]]:
    return [
        (given.code, place, each.name, each.name_zh, each.type, each.required, each.sensitivity)
        for place, each in enumerate(given.fields)
    ]
