"""Invented PATENT rows as a CSV file: valid in every rule, with the header of the synthetic sample.

Numbers carry their check characters, classes are IPC subclasses and GB/T 4754 classes that exist,
dates stand in their order. A row costs the reader what a row of a register costs: two thirds name
one applicant, the others two or three, of some ten thousand organisations.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from resolvers.generator.words import KINDS, METHODS, OBJECTS, SURNAMES, TRADES
from resolvers.values import shipped_lists
from resolvers.values.application_numbers import check_character

HEADER: Final = (
    "申请号",
    "公开(公告)号",
    "标题",
    "申请人",
    "申请日",
    "公开(公告)日",
    "专利类型",
    "IPC主分类",
    "国民经济分类",
    "当前法律状态",
    "申请人地址编码",
)
MOST_ROWS: Final = 9_000_000 * 14

_FIRST_YEAR, _YEARS = 2008, 14
_KIND_WORDS: Final = {"1": "发明专利", "2": "实用新型", "3": "外观设计"}
_LETTERS: Final = {"1": "B", "2": "U", "3": "S"}
_STATUSES: Final = ("有效", "有效", "有效", "未缴年费终止失效", "专利权保全")


def write_patents(path: Path, rows: int, seed: int = 1) -> None:
    """Write a CSV file of that many patents, each once; the same rows for the same seed."""
    if rows > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(_lines(rows, random.Random(seed)))


def _lines(rows: int, chance: random.Random) -> Iterator[str]:
    lists = shipped_lists()
    subclasses = sorted(symbol for symbol in lists.ipc if len(symbol) == 4)
    industries = sorted(code for code in lists.industries if len(code) == 5)
    regions = sorted(
        code
        for code, periods in lists.regions.items()
        if len(periods) == 1 and periods[0].valid_to is None and periods[0].level == 3
    )
    names = [
        f"示例{first}{second}{number}{trade}有限公司"
        for first in SURNAMES
        for second in SURNAMES
        for number in ("一", "二")
        for trade in TRADES
    ]
    for number in range(rows):
        serial, place = divmod(number, _YEARS)
        year = _FIRST_YEAR + place
        kind = "123"[number % 3]
        body = f"{year}{kind}{serial:07d}"
        filed = date(year, 1, 1) + timedelta(days=chance.randrange(365))
        published = filed + timedelta(days=chance.randrange(200, 1400))
        title = (
            f"基于{chance.choice(METHODS)}的{chance.choice(OBJECTS)}{chance.choice(KINDS[kind])}"
        )
        applicants = ";".join(chance.sample(names, max(1, chance.randrange(-3, 4))))
        ipc = ""
        if kind != "3":
            group, subgroup = chance.randrange(1, 99), chance.randrange(0, 60)
            ipc = f"{chance.choice(subclasses)}{group}/{subgroup:02d}"
        # Serial numbers of publications run through, so that each belongs to one patent.
        publication = f"CN{kind}{number:08d}{_LETTERS[kind]}"
        yield (
            f"CN{body}.{check_character(body)},{publication},{title},{applicants},{filed},"
            f"{published:%Y.%m.%d},{_KIND_WORDS[kind]},{ipc},{chance.choice(industries)},"
            f"{chance.choice(_STATUSES)},{chance.choice(regions)}\n"
        )
