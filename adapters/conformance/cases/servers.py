"""Servers under strain: too many calls, errors, silence, bytes one by one."""

from __future__ import annotations

from adapters.conformance.cases.bad_answers import part_stays
from adapters.conformance.model import BATCH, Ability, Case, Fault
from adapters.conformance.scene import Scene, expect


async def _survives(scene: Scene, fault: Fault) -> None:
    items = scene.items(2 * BATCH + 3)
    scene.place.break_down(fault)
    await scene.put(items)
    await scene.good_pull()
    await scene.expect_stored(items)


async def rate_limited(scene: Scene) -> None:
    items = scene.items(2 * BATCH + 3)
    scene.place.break_down(Fault.RATE_LIMITED)
    await scene.put(items)
    report = await scene.pull()
    expect("calls before the wait was over", scene.place.early_calls, 0)
    expect("problem of the pull", report.first_problem, None)
    await scene.expect_stored(items)


async def fails_twice(scene: Scene) -> None:
    await _survives(scene, Fault.FAILS_TWICE)


async def dripping(scene: Scene) -> None:
    await _survives(scene, Fault.DRIPPING)


async def fails(scene: Scene) -> None:
    await part_stays(scene, Fault.FAILS, "SOURCE_STATUS")


async def silent(scene: Scene) -> None:
    await part_stays(scene, Fault.SILENT, "SOURCE_TIMEOUT", "SOURCE_SQL")


async def dripping_for_ever(scene: Scene) -> None:
    await part_stays(scene, Fault.DRIPPING_FOR_EVER, "SOURCE_TIMEOUT")


CASES = (
    Case(
        "rate-limited",
        ("限流时按 Retry-After 等待，不漏行", "429 is waited for as asked, and no row is missing"),
        rate_limited,
        (Ability.SERVER,),
    ),
    Case(
        "fails-twice",
        ("偶发的 500 重试后不漏行", "A passing 500 is tried again, and no row is missing"),
        fails_twice,
        (Ability.SERVER,),
    ),
    Case(
        "fails",
        ("持续的 500 报出原因，已入库部分保留", "A lasting 500 is told; what is stored stays"),
        fails,
        (Ability.SERVER,),
    ),
    Case("silent", ("无答复时限时报出原因", "No answer is told in time"), silent, (Ability.SLOW,)),
    Case(
        "slow-bytes",
        ("缓慢但按时的答复照常读入", "Bytes that come slowly but in time are read"),
        dripping,
        (Ability.SERVER,),
    ),
    Case(
        "endless-bytes",
        ("没完没了的缓慢答复限时报出原因", "Bytes that never end are told in time"),
        dripping_for_ever,
        (Ability.SERVER,),
    ),
)
