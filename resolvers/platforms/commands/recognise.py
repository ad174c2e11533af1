"""RECOGNISE: the three tests of the notice, the name, the layout (DOMAIN §1.3, §1.4, §1.5 E14)."""

from __future__ import annotations

from datetime import date
from typing import Final

from resolvers.platforms.commands.centers import hub_origin, set_name
from resolvers.platforms.commands.decide import note_decision
from resolvers.platforms.commands.step import Step
from resolvers.platforms.rules.evidence import failed_methods, latest_results, missing_methods
from resolvers.refusal import Problems, refuse
from resolvers.values import check_center_name

EVIDENCE: Final = """
select method, result from platforms.evaluation_evidence
where case_id = $1 order by found_on, id
"""
# Locked until the transaction ends: two recognitions at once cannot both be the fiftieth.
LIMIT: Final = """
select planned, function from platforms.layout_limit
where hard and kind = $1 and (function is null or function = $2)
order by ordinal for update
"""
RECOGNISED: Final = """
select count(*) from platforms.operation_center
where kind = $1 and status = 'RECOGNISED' and ($2::text is null or function = $2)
"""
PUBLISHED_ON: Final = "select published_on from platforms.policy_document where number = $1"
NAMED: Final = """
update platforms.recognition_case set official_name = $2, name_scheme = $3, named_on = $4
where id = $1
"""
CENTER: Final = """
update platforms.operation_center
set recognised_on = $2, recognition_document = $3,
  functional_positioning = coalesce($4, functional_positioning),
  field_provenance = field_provenance
    || jsonb_build_object('recognised_on', $5::jsonb, 'recognition_document', $5::jsonb)
where code = $1
"""


async def recognise(step: Step) -> None:
    """Recognise the centre and name it.

    A name whose document is to be published later comes into use on that day with all others of
    the document (DOMAIN §1.4 D10, `jobs`).

    Raises:
        Refused: EVIDENCE_MISSING, EVIDENCE_FAILED, PLAN_NOT_APPROVED, the codes of rule 3.12,
            LAYOUT_LIMIT.
    """
    name, scheme = await _check(step)
    await _keep_layout(step)
    await note_decision(step, "RECOGNISED")
    center, decision, today = step.case.center, step.decision, step.today
    await step.work.tx.execute(
        "platforms.center_recognised",
        CENTER,
        center.code,
        today,
        decision.document_number,
        step.case.row["functional_positioning"],
        hub_origin(today),
    )
    in_use = today if await _is_published(step, today) else None
    await step.work.tx.execute("platforms.named", NAMED, step.case.id, name, scheme, in_use)
    if in_use is not None:
        await set_name(step.work, center, name, scheme, today)


async def _check(step: Step) -> tuple[str, str]:
    """Return name and scheme when everything holds that the case itself shows."""
    problems = Problems()
    records = await step.work.tx.fetch("platforms.evidence", EVIDENCE, step.case.id)
    latest = latest_results((each["method"], each["result"]) for each in records)
    missing, failed = missing_methods(latest), failed_methods(latest)
    problems.check(
        not missing,
        "EVIDENCE_MISSING",
        f"缺少评价记录：{'、'.join(missing)}",
        f"No evidence of {', '.join(missing)}",
    )
    problems.check(
        not failed,
        "EVIDENCE_FAILED",
        f"评价未通过：{'、'.join(failed)}",
        f"Failed: {', '.join(failed)}",
    )
    problems.check(
        step.case.row["plan_status"] == "APPROVED",
        "PLAN_NOT_APPROVED",
        "工作方案尚未通过",
        "The work plan is not approved",
    )
    center, decision = step.case.center, step.decision
    checked = check_center_name(
        decision.official_name or "",
        center.kind,
        center.function,
        decision_document=decision.document_number,
    )
    for issue in checked.issues:
        if not issue.is_warning:
            path = ("decision", "officialName")
            problems.add(issue.code, issue.message_zh, issue.message_en, *path)
    problems.raise_if_any()
    assert checked.canonical is not None
    scheme = "CASE_BY_CASE" if center.function == "SUPPORT_TOOL" else "NOTICE_2022_1002"
    return checked.canonical, scheme


async def _keep_layout(step: Step) -> None:
    """Raises `Refused` LAYOUT_LIMIT when as many as the notice allows are recognised already."""
    center = step.case.center
    limits = await step.work.tx.fetch("platforms.limit", LIMIT, center.kind, center.function)
    for limit in limits:
        count = await step.work.tx.fetchval(
            "platforms.recognised", RECOGNISED, center.kind, limit["function"]
        )
        if count >= limit["planned"]:
            raise refuse(
                "LAYOUT_LIMIT",
                f"已认定 {count} 个，达到布局数量上限（{limit['planned']} 个以内）",
                f"{count} are recognised already; the layout allows {limit['planned']}",
                "action",
            )


async def _is_published(step: Step, today: date) -> bool:
    """Whether nothing holds the name back: its document is published, or no day is known for it."""
    number = step.decision.document_number
    if number is None:
        return True
    day: date | None = await step.work.tx.fetchval("platforms.published_on", PUBLISHED_ON, number)
    return day is None or day <= today
