"""The same again: pulls that repeat, rows that repeat, keys that contradict each other."""

from __future__ import annotations

from dataclasses import replace

from adapters.conformance.model import BATCH, Ability, Case
from adapters.conformance.scene import Scene, expect
from adapters.sync import PullOptions


async def repeated_pull(scene: Scene) -> None:
    items = scene.items(2 * BATCH + 3)
    await scene.put(items)
    await scene.good_pull()
    before = await _books(scene)
    report = await scene.good_pull()
    expect("rows changed by the second pull", report.total().changed, 0)
    expect("rows in the books", await _books(scene), before)
    report = await scene.pull(PullOptions(full=True))
    expect("problem of the full pull", report.first_problem, None)
    await scene.expect_stored(items)


async def _books(scene: Scene) -> int:
    found: int = await scene.database.fetchval(
        "conformance.books",
        "select count(*) from reporting.source_row as held "
        "join reporting.source as source on source.id = held.source_id where source.code = $1",
        scene.place.config().code,
    )
    return found


async def duplicates(scene: Scene) -> None:
    items = scene.items(12)
    await scene.put([*items[:6], items[2], *items[6:]])
    report = await scene.good_pull()
    expect("rows said to repeat", report.total().duplicate, 1)
    expect("codes", await scene.codes(), {"DUPLICATE": 1})
    await scene.expect_stored(items)


async def far_duplicates(scene: Scene) -> None:
    # The repeated row comes in another batch: nothing changes by it.
    items = scene.items(2 * BATCH)
    await scene.put([*items, items[0], items[5]])
    report = await scene.good_pull()
    expect("rows changed", report.total().changed, len(items))
    await scene.expect_stored(items)


async def contradiction(scene: Scene) -> None:
    items = scene.items(12)
    other = replace(items[2], text="同一代码的另一家机构")
    await scene.put([*items, other])
    report = await scene.good_pull()
    expect("rows refused", report.total().rejected, 1)
    expect("codes", await scene.codes(), {"DUPLICATE_CONFLICT": 1})
    await scene.expect_stored(items)


CASES = (
    Case(
        "repeated-pull", ("再次拉取不改变任何数据", "Pulled again, nothing changes"), repeated_pull
    ),
    Case(
        "duplicates",
        ("批内重复行只入库一次并计数", "A repeated row is counted and stored once"),
        duplicates,
        (Ability.REPEAT,),
    ),
    Case(
        "far-duplicates",
        ("跨批重复行不改变数据", "A row repeated in another batch changes nothing"),
        far_duplicates,
        (Ability.REPEAT,),
    ),
    Case(
        "contradiction",
        ("同键异文只留先出现的一行", "Of two rows with one key the first is kept"),
        contradiction,
        (Ability.CONTRADICTION,),
    ),
)
