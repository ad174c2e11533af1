"""Rows that are gone: by a mark, or because a whole list no longer has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.conformance.model import BATCH, Ability, Case
from adapters.conformance.scene import Scene, expect
from adapters.conformance.subjects import GONE

_MARKED: dict[str, Any] = {"deletions": {"field": "status", "values": (GONE,)}}
_ABSENT: dict[str, Any] = {"deletions": {"absent": True}}


async def marked(scene: Scene) -> None:
    items = scene.items(20)
    await scene.put(items)
    await scene.good_pull(**_MARKED)
    items[4] = replace(items[4], gone=True, changed=10_000)
    await scene.put(items)
    report = await scene.good_pull(**_MARKED)
    expect("rows deleted", report.total().deleted, 1)
    expect(
        "tombstones", await scene.tombstones(), {scene.stage.subject.key(scene.number, items[4])}
    )
    # Said again, it is no news; and what comes back is back.
    report = await scene.good_pull(**_MARKED)
    expect("rows changed by the second pull", report.total().changed, 0)
    items[4] = replace(items[4], gone=False, changed=10_001)
    await scene.put(items)
    await scene.good_pull(**_MARKED)
    expect("tombstones afterwards", await scene.tombstones(), set())


async def absent(scene: Scene) -> None:
    items = scene.items(2 * BATCH)
    await scene.put(items)
    await scene.good_pull(**_ABSENT)
    await scene.put([*items[:3], *items[5:]])
    await scene.good_pull(**_ABSENT)
    keys = {scene.stage.subject.key(scene.number, item) for item in items[3:5]}
    expect("tombstones", await scene.tombstones(), keys)


async def absent_too_many(scene: Scene) -> None:
    # A list cut short by a fault of its server must not empty the hub.
    items = scene.items(2 * BATCH)
    await scene.put(items)
    await scene.good_pull(**_ABSENT)
    await scene.put(items[:10])
    await scene.pull(**_ABSENT)
    expect("tombstones", await scene.tombstones(), set())
    expect("codes", await scene.codes(), {"DELETIONS_SHARE": 1})


CASES = (
    Case(
        "marked-deletions",
        ("标明删除的行留下墓碑，恢复后撤销", "A row marked as gone gets a tombstone, and back"),
        marked,
        (Ability.MARKED_DELETIONS,),
    ),
    Case(
        "absent-deletions",
        ("完整清单不再列出的行视为删除", "What a whole list no longer has is gone"),
        absent,
        (Ability.ABSENCE,),
    ),
    Case(
        "absent-too-many",
        ("清单缺得过多时不删除", "A list that lost too much deletes nothing"),
        absent_too_many,
        (Ability.ABSENCE,),
    ),
)
