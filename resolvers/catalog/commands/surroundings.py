"""What a product's place in the system says: its publisher, the codes it names, its standard.

`look_around` asks other subgraphs, before a transaction; `check_*` collect what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.catalog import sql
from resolvers.catalog.commands import sql as write
from resolvers.catalog.commands.given import ProductGiven
from resolvers.catalog.facts import (
    CenterFacts,
    center_facts,
    credit_grade,
    granted_tasks,
    unknown_references,
)
from resolvers.catalog.rows import RequirementRow, StandardKey, StandardRow
from resolvers.catalog.rows import requirement_row as read_requirement
from resolvers.catalog.rows import standard_row as read_standard
from resolvers.catalog.rules.conformance import ProductFacts
from resolvers.catalog.rules.kinds import RECORDAL_SERVICE, RECORDAL_TASK
from resolvers.database.pool import Queries, Transaction
from resolvers.peers import Peers
from resolvers.refusal import Problems


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What other subgraphs said.

    `unknown`: references nobody knows. `credit`: the provider's grade, asked for only when the
    standard wants one.
    """

    center: CenterFacts | None
    tasks: frozenset[str]
    unknown: frozenset[tuple[str, str, str]]
    credit: str | None


async def look_around(
    queries: Queries, peers: Peers, given: ProductGiven, *, references: bool
) -> Surroundings:
    """Return the surroundings of a product. `references`: whether its codes are looked up too."""
    requirements = await load_requirements(queries, (given.standard_code, given.standard_version))
    wants_credit = any(each.check == "MIN_CREDIT_GRADE" for each in requirements)
    return Surroundings(
        await center_facts(peers, given.publisher_code),
        await granted_tasks(peers, given.publisher_code)
        if given.kind == RECORDAL_SERVICE
        else frozenset(),
        await unknown_references(peers, _references(given)) if references else frozenset(),
        await credit_grade(peers, given.provider_uscc)
        if wants_credit and given.provider_uscc
        else None,
    )


def check_references(given: ProductGiven, around: Surroundings, problems: Problems) -> None:
    """Collect ORGANIZATION_UNKNOWN, REGION_UNKNOWN, INDUSTRY_UNKNOWN."""
    for name, field, key in _references(given):
        member, zh, code = _MEMBERS[name]
        problems.check(
            (name, field, key) not in around.unknown,
            code,
            f"没有{zh} {key}",
            f"There is no {name} {key}",
            "input",
            member,
        )


def check_publisher(
    kind: str, around: Surroundings, allowed: tuple[str, ...], problems: Problems, *path: str
) -> None:
    """Collect CENTER_UNKNOWN, CENTER_NOT_RECOGNISED, RECORDAL_TASK_MISSING (DOMAIN F10)."""
    if around.center is None:
        problems.add("CENTER_UNKNOWN", "没有该平台（中心）", "There is no such centre", *path)
        return
    problems.check(
        around.center.status in allowed,
        "CENTER_NOT_RECOGNISED",
        f"平台（中心）处于 {around.center.status}，不能进行此操作",
        f"The centre is {around.center.status}; this is not possible",
        *path,
    )
    problems.check(
        kind != RECORDAL_SERVICE or RECORDAL_TASK in around.tasks,
        "RECORDAL_TASK_MISSING",
        "未承担转让许可登记备案服务任务的平台（中心），不能提供此类服务",
        "Only centres with the task of registering transfers and licences offer this service",
        *path,
    )


async def load_requirements(queries: Queries, key: StandardKey) -> tuple[RequirementRow, ...]:
    """Return a version's requirements in their order."""
    records = await queries.fetch("catalog.requirements", sql.REQUIREMENTS, [key[0]], [key[1]])
    return tuple(read_requirement(record) for record in records)


async def hold_standard(tx: Transaction, key: StandardKey) -> StandardRow | None:
    """Return the version, which keeps its status until the transaction ends."""
    record = await tx.fetchrow("catalog.standard_held", write.STANDARD_HELD, [key[0]], [key[1]])
    return None if record is None else read_standard(record)


async def usable_foundations(
    tx: Transaction, codes: tuple[str, ...], publisher: str, today: date
) -> Mapping[str, bool]:
    """Return known data foundations → whether the publisher may use them."""
    records = await tx.fetch(
        "catalog.usable_foundations", write.USABLE_FOUNDATIONS, list(codes), publisher, today
    )
    return {record["code"]: record["usable"] for record in records}


def facts_of(
    given: ProductGiven, foundations: Mapping[str, bool], credit: str | None
) -> ProductFacts:
    """Return what the checks of conformance look at."""
    evidence: frozenset[UUID] = frozenset(each.requirement_id for each in given.evidence)
    return ProductFacts(
        given.fields,
        foundations,
        evidence,
        given.response_days,
        given.provider_uscc is not None,
        credit,
    )


_MEMBERS: Final = {
    "Organization": ("providerUscc", "组织", "ORGANIZATION_UNKNOWN"),
    "Region": ("regionCodes", "行政区划", "REGION_UNKNOWN"),
    "Industry": ("industryCodes", "行业", "INDUSTRY_UNKNOWN"),
}


def _references(given: ProductGiven) -> list[tuple[str, str, str]]:
    return [
        *([("Organization", "uscc", given.provider_uscc)] if given.provider_uscc else []),
        *(("Region", "code", code) for code in given.region_codes),
        *(("Industry", "code", code) for code in given.industry_codes),
    ]
