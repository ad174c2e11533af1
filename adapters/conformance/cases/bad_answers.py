"""Pages and files that are no lists: a coded problem, what was good stays, mended it goes on."""

from __future__ import annotations

import tracemalloc

from adapters.conformance.model import BATCH, Ability, Case, Fault
from adapters.conformance.scene import Scene, expect, require
from adapters.model import SyncReport

_MEMORY = 256 * 1024 * 1024


def coded(report: SyncReport, *codes: str) -> None:
    """Require that a pull failed with a code, one of these if any are named."""
    problem = report.first_problem
    require("the pull", problem is not None, "a coded problem", "no problem")
    assert problem is not None
    if codes:
        require("code", problem.code in codes, " or ".join(codes), problem.code)
    require("message", bool(problem.message.strip()), "a reason", problem.message)


async def part_stays(scene: Scene, fault: Fault, *codes: str) -> None:
    """A fault in the middle: batches before it stay, nothing else comes in; mended, all comes."""
    items = scene.items(3 * BATCH + 7)
    scene.place.break_down(fault)
    await scene.put(items)
    coded(await scene.pull(), *codes)
    stored, wanted = await scene.stored(), scene.wanted(items)
    require("rows", stored.items() <= wanted.items(), "rows of the list", len(stored))
    if scene.place.keeps_before:
        require("rows before the fault", len(stored) >= BATCH, f"at least {BATCH}", len(stored))
    scene.place.break_down(None)
    await scene.put(items)
    await scene.good_pull()
    await scene.expect_stored(items)


async def broken_page(scene: Scene) -> None:
    await part_stays(scene, Fault.BROKEN_PAGE)


async def undecodable(scene: Scene) -> None:
    await part_stays(scene, Fault.UNDECODABLE)


async def chinese(scene: Scene) -> None:
    items = scene.items(BATCH + 3)
    scene.place.break_down(Fault.CHINESE)
    await scene.put(items)
    await scene.good_pull()
    await scene.expect_stored(items)


async def bomb(scene: Scene) -> None:
    tracemalloc.start()
    try:
        await part_stays(scene, Fault.BOMB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    require("memory", peak < _MEMORY, f"under {_MEMORY} bytes", peak)


async def nothing_there(scene: Scene) -> None:
    await scene.put(scene.items(3))
    await scene.good_pull()
    coded(await scene.pull(nowhere=True))
    expect("rows", len(await scene.stored()), 3)


CASES = (
    Case(
        "broken-page",
        (
            "损坏的页或文件报出原因，其余保留",
            "A broken page is told, the rest stays; mended, it goes on",
        ),
        broken_page,
        (Ability.BROKEN_PAGE,),
    ),
    Case(
        "undecodable",
        ("无法解码的字节报出原因，绝不误读", "Bytes in no encoding are told and never misread"),
        undecodable,
        (Ability.ENCODING,),
    ),
    Case(
        "gb18030",
        ("GB18030 编码的数据正确读入", "Data in GB18030 are read right"),
        chinese,
        (Ability.ENCODING,),
    ),
    Case(
        "bomb",
        ("压缩炸弹在内存上限内被拒", "What unpacks without end is refused in bounded memory"),
        bomb,
        (Ability.BOMB,),
    ),
    Case(
        "nothing-there",
        ("来源不在时报出原因，数据不动", "A source that is not there is told; nothing changes"),
        nothing_there,
    ),
)
