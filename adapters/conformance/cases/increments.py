"""Only what is newer; and single records, asked for by their keys."""

from __future__ import annotations

from dataclasses import replace

from adapters.conformance.model import BATCH, Ability, Case
from adapters.conformance.scene import Scene, expect, require
from adapters.feed import load_feeds
from adapters.source import LiveSource
from adapters.sources import open_source


async def incremental(scene: Scene) -> None:
    items = scene.items(2 * BATCH)
    await scene.put(items)
    await scene.good_pull(incremental=True)
    await scene.expect_stored(items)
    items[7] = replace(items[7], text="示例机构新名", changed=5_000)
    items += [replace(item, changed=5_001) for item in scene.items(3, start=2 * BATCH)]
    await scene.put(items)
    report = await scene.good_pull(incremental=True)
    await scene.expect_stored(items)
    read = report.total().read
    require("rows read by the second pull", read <= 10, "only the newer ones", read)


async def lookup(scene: Scene) -> None:
    items = scene.items(30)
    await scene.put(items)
    config = scene.place.config(lookup=True)
    source = open_source(config)
    subject = scene.stage.subject
    wanted = [subject.key(scene.number, item) for item in (items[2], items[11])]
    absent = subject.key(scene.number, scene.items(1, start=900)[0])
    try:
        expect("declared", source.capabilities.live_lookup, True)
        live: LiveSource = source  # type: ignore[assignment]
        batch = await live.look_up([{"uscc": key} for key in (*wanted, absent)])
        feed = load_feeds()[subject.feed]
        table = batch.table(feed.aliases(config.columns))
        header = next(c.header for c in table.header.columns if c.field == feed.key[0])
        found = sorted(str(record.cells[header]) for record in table.records())
        batch.close()
    finally:
        await source.close()
    expect("records found", found, sorted(wanted))


CASES = (
    Case(
        "incremental",
        (
            "增量拉取只取新数据且不遗漏",
            "An incremental pull reads what is newer and misses nothing",
        ),
        incremental,
        (Ability.INCREMENTAL,),
    ),
    Case(
        "lookup",
        ("按键查询只返回所问且存在的记录", "A look-up returns the records asked for that exist"),
        lookup,
        (Ability.LOOKUP,),
    ),
)
