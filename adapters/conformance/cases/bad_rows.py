"""Rows that are wrong: each ends in a coded finding, and its neighbours are not hurt."""

from __future__ import annotations

from dataclasses import replace

from adapters.conformance.model import BATCH, Ability, Case, Item
from adapters.conformance.scene import Scene, expect, require

_GOOD = 19


async def _one_bad(scene: Scene, bad: Item, *codes: str) -> None:
    """One bad item among good ones: it is refused with one of the codes, the others are stored."""
    items = scene.items(_GOOD)
    await scene.put([*items[:9], bad, *items[9:]])
    report = await scene.good_pull()
    expect("rows refused", report.total().rejected, 1)
    found = set(await scene.codes())
    require("codes", bool(found & set(codes)), " or ".join(codes), sorted(found))
    await scene.expect_stored(items)


async def bad_key(scene: Scene) -> None:
    subject = scene.stage.subject
    await _one_bad(scene, Item(900, "键有误的记录", key=subject.bad_key), *subject.bad_codes)


async def no_name(scene: Scene) -> None:
    await _one_bad(scene, Item(900, ""), "FIELD_REQUIRED")


async def huge_cell(scene: Scene) -> None:
    await _one_bad(
        scene, Item(900, "长" * 100_000), "CELL_TOO_LONG", "TEXT_TOO_LONG", "ROW_TOO_LONG"
    )


async def formula(scene: Scene) -> None:
    await _one_bad(scene, Item(900, '=HYPERLINK("http://example.invalid","x")'), "TEXT_FORMULA")


async def control(scene: Scene) -> None:
    await _one_bad(scene, Item(900, "甲\x00乙\x1b[2J"), "TEXT_CONTROL")


async def awkward(scene: Scene) -> None:
    # Texts that are good, however odd they look.
    odd = ('引号"与,逗号;分号', "$(rm -rf /)", "'; drop table x; --", "{{7*7}}", "😀 示例")
    items = [replace(item, text=text) for item, text in zip(scene.items(5), odd, strict=True)]
    await scene.put(items)
    await scene.good_pull()
    await scene.expect_stored(items)


async def raw_record(scene: Scene) -> None:
    await _one_bad(scene, Item(900, raw=["no", "object"]), "RECORD_SHAPE")


async def mostly_bad(scene: Scene) -> None:
    good = scene.items(6)
    subject = scene.stage.subject
    bad = [Item(900 + number, f"键有误{number}", key=subject.bad_key) for number in range(4)]
    await scene.put([*good, *bad])
    report = await scene.pull()
    problem = report.first_problem
    expect("problem", problem.code if problem else None, "BATCH_REFUSED_SHARE")
    await scene.expect_stored([])
    found = await scene.codes()
    require("codes", sum(found.get(c, 0) for c in subject.bad_codes) == 4, "4 refused rows", found)
    # Corrected, all of it is taken.
    await scene.put(scene.items(BATCH))
    await scene.good_pull()
    await scene.expect_stored(scene.items(BATCH))


CASES = (
    Case(
        "bad-key",
        ("键有误的行被拒，其余无损", "A row with a wrong key is refused, the rest unharmed"),
        bad_key,
    ),
    Case(
        "required",
        (
            "必填项为空的行被拒，其余无损",
            "A row without a required value is refused, the rest unharmed",
        ),
        no_name,
        (Ability.REQUIRED_TEXT,),
    ),
    Case(
        "huge-cell",
        ("超长单元格被拒，其余无损", "A huge cell is refused, the rest unharmed"),
        huge_cell,
    ),
    Case(
        "formula",
        ("公式单元格被拒，其余无损", "A formula in a cell is refused, the rest unharmed"),
        formula,
    ),
    Case(
        "control",
        ("控制字符被拒，其余无损", "Control characters are refused, the rest unharmed"),
        control,
        (Ability.CONTROL,),
    ),
    Case(
        "awkward",
        ("形似代码的文本原样入库", "Texts that look like code are stored as they are"),
        awkward,
    ),
    Case(
        "raw-record",
        ("不是记录的元素被拒，其余无损", "What is no record is refused, the rest unharmed"),
        raw_record,
        (Ability.RAW_RECORDS,),
    ),
    Case(
        "mostly-bad",
        ("被拒过多则整批不入库", "Too many refused rows: nothing of the batch is loaded"),
        mostly_bad,
    ),
)
