"""Automatic checks of a product against its standard (DOMAIN §2.5).

A MANUAL requirement is left to the reviewer: it is open until the product is approved, and never
fails a submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from resolvers.catalog.rows import RequirementRow
from resolvers.catalog.rules.requirements import GRADES


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the checks look at.

    `fields`: names of the product's fields that hold something. `foundations`: codes of the data
    foundations it uses → whether the publisher may use them (OPEN, its own, or granted).
    `evidence`: requirements with evidence. `credit_grade`: of the provider; None without one.
    """

    fields: frozenset[str]
    foundations: Mapping[str, bool]
    evidence: frozenset[UUID]
    response_days: int | None
    has_provider: bool
    credit_grade: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found. `detail`: Chinese and English words where there is more to say."""

    requirement_id: UUID
    passed: bool
    detail: str | None = None


def check_conformance(
    requirements: Iterable[RequirementRow], facts: ProductFacts
) -> tuple[Result, ...]:
    """Return one result per requirement, in their order."""
    return tuple(_CHECKS[each.check](each, facts) for each in requirements)


def conforms(requirements: Iterable[RequirementRow], results: Iterable[Result]) -> bool:
    """Return whether no mandatory automatic check failed."""
    failed = {result.requirement_id for result in results if not result.passed}
    return not any(
        each.id in failed and each.mandatory and each.check != "MANUAL" for each in requirements
    )


def _field_present(requirement: RequirementRow, facts: ProductFacts) -> Result:
    passed = requirement.parameter in facts.fields
    return _result(requirement, passed, "未填写", "Nothing is given")


def _data_foundation_used(requirement: RequirementRow, facts: ProductFacts) -> Result:
    usable = facts.foundations.get(requirement.parameter or "")
    if usable is None:
        return _result(requirement, False, "未使用该数据底座", "It is not used")
    return _result(
        requirement, usable, "该数据底座未开放且未获授权", "It is neither open nor granted"
    )


def _evidence_attached(requirement: RequirementRow, facts: ProductFacts) -> Result:
    passed = requirement.id in facts.evidence
    return _result(requirement, passed, "未附证明材料", "No evidence is attached")


def _max_response_days(requirement: RequirementRow, facts: ProductFacts) -> Result:
    if facts.response_days is None:
        return _result(requirement, False, "未填写响应天数", "responseDays is not given")
    passed = facts.response_days <= int(requirement.parameter or "0")
    return _result(
        requirement,
        passed,
        f"响应天数超过 {requirement.parameter} 天",
        f"responseDays exceeds {requirement.parameter}",
    )


def _min_credit_grade(requirement: RequirementRow, facts: ProductFacts) -> Result:
    if not facts.has_provider:
        return Result(requirement.id, True, "没有提供机构，不适用\nNo provider: does not apply")
    if facts.credit_grade is None:
        return _result(
            requirement, False, "提供机构没有已公布的信用评价", "The provider has no credit grade"
        )
    passed = GRADES.index(facts.credit_grade) <= GRADES.index(requirement.parameter or "")
    return _result(
        requirement,
        passed,
        f"提供机构的信用等级低于 {requirement.parameter}",
        f"The provider's credit grade is below {requirement.parameter}",
    )


def _manual(requirement: RequirementRow, facts: ProductFacts) -> Result:
    return Result(requirement.id, False, "由审查者判断\nLeft to the reviewer")


def _result(requirement: RequirementRow, passed: bool, zh: str, en: str) -> Result:
    return Result(requirement.id, passed, None if passed else f"{zh}\n{en}")


_CHECKS: Final[Mapping[str, Callable[[RequirementRow, ProductFacts], Result]]] = {
    "FIELD_PRESENT": _field_present,
    "DATA_FOUNDATION_USED": _data_foundation_used,
    "EVIDENCE_ATTACHED": _evidence_attached,
    "MAX_RESPONSE_DAYS": _max_response_days,
    "MIN_CREDIT_GRADE": _min_credit_grade,
    "MANUAL": _manual,
}
