"""A recognition case inside a command: locked with its centre, its stage changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from resolvers.hub.commands import Work
from resolvers.hub.history import Change, record_change
from resolvers.platforms.commands.centers import LockedCenter, lock_center, set_status
from resolvers.platforms.workflows.recognition import CENTER_STATUS, RECOGNITION
from resolvers.refusal import not_found

CENTER_OF_CASE: Final = "select center_code from platforms.recognition_case where id = $1"
CASE: Final = """
select k.id, k.center_code, k.round, k.track, k.stage, k.work_plan_id, k.summary,
  k.functional_positioning, k.not_a_legal_person, k.no_seal_under_name, k.no_cross_region_branch,
  k.establishment_rules_kept, k.declared_on, k.submitted_on, k.rectification_ends_on,
  p.status as plan_status, p.goals, r.deadline
from platforms.recognition_case as k
join platforms.work_plan as p on p.id = k.work_plan_id
join platforms.recognition_round as r on r.code = k.round
where k.id = $1
"""
SET_STAGE: Final = "update platforms.recognition_case set stage = $2 where id = $1"


@dataclass(frozen=True, slots=True)
class LockedCase:
    """A case whose centre's row this transaction holds; `row` has the columns of `CASE`."""

    center: LockedCenter
    row: Any

    @property
    def id(self) -> UUID:
        id_: UUID = self.row["id"]
        return id_

    @property
    def stage(self) -> str:
        stage: str = self.row["stage"]
        return stage


async def lock_case(work: Work, case_id: UUID) -> LockedCase:
    """Take the row of the case's centre, and read the case.

    Raises:
        Refused: NOT_FOUND.
    """
    code = await work.tx.fetchval("platforms.center_of_case", CENTER_OF_CASE, case_id)
    if code is None:
        raise not_found("没有这个认定案件", "There is no such recognition case", "caseId")
    center = await lock_center(work, code)
    return LockedCase(center, await work.tx.fetchrow("platforms.case", CASE, case_id))


async def enter_stage(
    work: Work, case: LockedCase, stage: str, action: str, comment: str | None, today: date
) -> None:
    """Change the case's stage, note it, tell others; the centre's status follows."""
    await work.tx.execute("platforms.set_stage", SET_STAGE, case.id, stage)
    change = Change(RECOGNITION.name, str(case.id), case.stage, stage, action, comment)
    await record_change(work, "platforms", change)
    await tell_stage(work, case.center, case.id, stage)
    status = CENTER_STATUS[stage]
    if status is not None:
        await set_status(work, case.center, status, action, today, comment)


async def tell_stage(work: Work, center: LockedCenter, case_id: UUID, stage: str) -> None:
    """Publish that a case is in a stage now."""
    payload = {"center": center.code, "jurisdiction": center.jurisdiction_code, "stage": stage}
    await work.publish("platforms.recognition_advanced", str(case_id), payload)
