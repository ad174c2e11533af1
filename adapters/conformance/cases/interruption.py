"""Pulls that are cut off: whole batches or nothing, and the next pull goes on."""

from __future__ import annotations

from adapters.conformance.model import BATCH, Case
from adapters.conformance.scene import CutAfterBatch, CutInside, Scene, expect, require


async def resume(scene: Scene) -> None:
    items = scene.items(3 * BATCH + 7)
    await scene.put(items)
    cuts = 0
    while await scene.cut_pull(CutAfterBatch()):
        cuts += 1
        stored = await scene.stored()
        wanted = scene.wanted(items)
        require("rows after a cut", stored.items() <= wanted.items(), "rows of the list", stored)
        require("progress", len(stored) >= min(len(items), cuts), f"{cuts} batches", len(stored))
        require("end", cuts <= len(items), "an end", f"{cuts} cuts")
    require("cuts", cuts >= 3, "at least 3 cuts", cuts)
    await scene.expect_stored(items)
    report = await scene.good_pull()
    expect("rows changed afterwards", report.total().changed, 0)


async def cut_inside(scene: Scene) -> None:
    items = scene.items(2 * BATCH)
    await scene.put(items)
    expect("cut off", await scene.cut_pull(CutInside(0)), True)
    await scene.expect_stored([])
    expect("cut off", await scene.cut_pull(CutInside(1)), True)
    require(
        "rows",
        len(await scene.stored()) in (BATCH, BATCH + 0),
        f"{BATCH} rows",
        len(await scene.stored()),
    )
    await scene.good_pull()
    await scene.expect_stored(items)


CASES = (
    Case(
        "resume",
        (
            "每批之后中断，续拉后的行与未中断时相同",
            "Cut off after each batch, it goes on to the same rows",
        ),
        resume,
    ),
    Case(
        "cut-inside",
        ("批内中断不留下半批", "Cut off inside a batch, nothing of it stays"),
        cut_inside,
    ),
)
