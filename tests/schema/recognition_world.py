"""Callers, documents and helpers of the tests of recognition."""

from __future__ import annotations

from typing import Any

from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from tests.schema.workflows.platforms import (
    CODE,
)
from tests.schema.world import Asker

CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)


CITY = Caller("city", Role.PROVINCIAL_OFFICE, jurisdiction="440300")


PROVINCE = Caller("province", Role.PROVINCIAL_OFFICE, jurisdiction="440000")


BEIJING = Caller("beijing", Role.PROVINCIAL_OFFICE, jurisdiction="110000")


HOST = Caller("host", Role.INDUSTRY_CENTER, center=CODE)


OTHER_HOST = Caller("other", Role.INDUSTRY_CENTER, center="IC-310000-01")


TRADING = "FT-110000-09"


TRADING_HOST = Caller("trading", Role.FUNCTIONAL_PLATFORM, center=TRADING)


ADVANCE = """mutation ($id: ID!, $action: RecognitionAction!, $comment: String,
    $decision: DecisionInput) {
  advanceRecognition(caseId: $id, action: $action, comment: $comment, decision: $decision) {
    case { id stage late submittedOn center { officialName status recognisedOn
        nameHistory { name scheme to } recognitionDocument { number } functionalPositioning }
      workPlan { status } provincialReview { by { code } passed opinion on }
      decision { outcome officialName document { number } decidedOn reason }
      rectification { kind startsOn endsOn overdue items { id requirement done evidence } }
      allowedTransitions history { from to action by at comment } }
    errors { code path } } }"""


NAME = "国家级产业知识产权运营中心（电池）"


def as_(database: Database, caller: Caller) -> Asker:
    return Asker(database, "platforms", caller)


async def advance(
    database: Database,
    caller: Caller,
    id_: str,
    action: str,
    comment: str | None = None,
    **decision: Any,
) -> tuple[Any, list[str]]:
    return await as_(database, caller).mutate(
        ADVANCE, id=id_, action=action, comment=comment, decision=decision or None
    )
