"""Whole lists: every row of every page once, and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import replace

from adapters.conformance.model import BATCH, PAGE, Ability, Case
from adapters.conformance.scene import Scene, expect, require
from adapters.sync import PullOptions


async def whole_list(scene: Scene) -> None:
    items = scene.items(3 * BATCH + 7)
    await scene.put(items)
    report = await scene.good_pull()
    await scene.expect_stored(items)
    require("batches", len(report.batches) > 1, "several batches", len(report.batches))
    counts = report.total()
    expect(
        "rows read, accepted, refused",
        (counts.read, counts.accepted, counts.rejected),
        (len(items), len(items), 0),
    )


async def full_pages(scene: Scene) -> None:
    # The end of the list falls together with the end of a page and of a batch.
    for count in (BATCH, PAGE, 1):
        items = scene.items(count)
        await scene.put(items)
        await scene.good_pull()
        await scene.expect_stored(scene.items(BATCH))


async def empty(scene: Scene) -> None:
    await scene.put([])
    report = await scene.good_pull()
    expect("rows read", report.total().read, 0)
    await scene.expect_stored([])
    # A list that was empty fills later.
    items = scene.items(3)
    await scene.put(items)
    await scene.good_pull()
    await scene.expect_stored(items)


async def amended(scene: Scene) -> None:
    items = scene.items(BATCH + 5)
    await scene.put(items)
    await scene.good_pull()
    items[3] = replace(items[3], text="示例机构改名", changed=10_000)
    await scene.put(items)
    report = await scene.good_pull()
    expect("rows changed", report.total().changed, 1)
    await scene.expect_stored(items)


async def dry_run(scene: Scene) -> None:
    items = scene.items(BATCH + 5)
    await scene.put(items)
    report = await scene.pull(PullOptions(dry_run=True))
    expect("rows accepted", report.total().accepted, len(items))
    await scene.expect_stored([])
    await scene.good_pull()
    await scene.expect_stored(items)


CASES = (
    Case(
        "whole-list",
        ("多页清单的每一行恰好入库一次", "Every row of a list in pages is stored once"),
        whole_list,
    ),
    Case(
        "full-pages",
        ("末页恰好满页时不多不少", "A list that ends with a full page is whole"),
        full_pages,
    ),
    Case(
        "empty",
        ("空来源不是故障，之后的数据照常入库", "An empty source is no fault and may fill later"),
        empty,
    ),
    Case(
        "amended",
        ("内容改变的记录被更新，其余不动", "A record with new content is updated, others are not"),
        amended,
        (Ability.AMEND,),
    ),
    Case("dry-run", ("试运行不改变任何数据", "A dry run changes nothing"), dry_run),
)
