"""Feed DEMAND: rules, the centre's own numbers, and what became of a demand in the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.store.undo import undo_batch
from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from schema.serving import SubgraphServer
from tests.adapters.feeding import CHIPS, UNKNOWN, events, feed, history, read, world
from tests.adapters.harness import TODAY
from tests.adapters.test_rules import codes

NAME = "DEMAND"
ROW: dict[str, Any] = {
    "demandNo": "XQ-1",
    "title": "示例技术需求",
    "demanderUscc": CHIPS,
    "demandKind": "专利受让",
    "industryCode": "C3973",
    "regionCode": "320214",
    "ipcClasses": ["H01L", "B25J 9/00"],
    "budget": "50-80万元",
    "validUntil": "2027-12-31",
}
RC = Caller("rc", Role.REGIONAL_CENTER, center="RC-320000-01")
OWN: dict[str, Any] = {"center": "RC-320000-01", "precedence": "CENTER"}
CLOSE = """mutation ($id: ID!) { closeDemand(id: $id) { errors { code } } }"""
PUBLISH = """mutation ($input: DemandInput!) { publishDemand(input: $input) {
  demand { number } errors { code path } } }"""
STORED = """
select number, center_code, demander_name, demander_uscc, kind, industry_code, region_code,
  ipc_symbols, budget_kind, budget_amount_max::text, status
from trading.demand order by center_code, number
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"demandKind": "许可"}, []),
        ({"demandKind": "不限"}, []),
        ({"demandKind": ""}, []),
        ({"demandKind": "合作研发"}, ["W_DEMAND_KIND_OTHER"]),
        ({"demandKind": "融资"}, ["W_DEMAND_KIND_OTHER"]),
        ({"demandKind": "随便"}, ["DEMAND_KIND_UNKNOWN"]),
        ({"demanderUscc": ""}, ["DEMANDER_MISSING"]),
        ({"demanderUscc": "", "demander": "示例庚"}, []),
        ({"demanderUscc": CHIPS[:-1] + "A"}, ["USCC_CHECK"]),
        ({"demandNo": ""}, ["FIELD_REQUIRED"]),
        ({"validUntil": ""}, ["FIELD_REQUIRED"]),
        ({"validUntil": "2024-12-31"}, []),
        ({"publishedOn": "2028-01-01"}, ["DATE_ORDER", "DATE_FUTURE"]),
        ({"budget": "面议"}, []),
        ({"budget": "很多"}, ["MONEY_FORMAT"]),
        ({"budget": ""}, []),
        ({"regionCode": "999999"}, ["REGION_UNKNOWN"]),
        ({"platform": "FT-1"}, ["PLATFORM_CODE"]),
    ],
)
def test_rows(change: dict[str, Any], expected: list[str]) -> None:
    cells = {name: _cell(value) for name, value in (ROW | change).items()}
    found = [code for code in codes(NAME, cells) if code != "ORGANIZATION_UNKNOWN"]
    assert found == expected


def _cell(value: Any) -> Any:
    return "；".join(value) if isinstance(value, list) else value


async def test_what_is_stored_and_told(database: Database, tmp_path: Path) -> None:
    """The name is that of the code's organisation; the centre is the source's."""
    await world(database)
    rows = [
        ROW,
        ROW | {"demandNo": "XQ-2", "demandKind": "融资", "validUntil": "2025-12-31"},
        ROW | {"demandNo": "XQ-3", "demanderUscc": "", "demander": "示例丁半导体有限公司"},
        ROW | {"demandNo": "XQ-4", "demanderUscc": UNKNOWN},
    ]
    fed = await feed(database, tmp_path, NAME, rows, **OWN)
    assert fed.codes == {"W_DEMAND_KIND_OTHER": 1, "ORGANIZATION_UNKNOWN": 1}
    common = ("C3973", "320214", ["H01L", "B25J9/00"], "RANGE", "800000.00")
    chips = ("RC-320000-01", "示例丁半导体有限公司", CHIPS)
    assert await read(database, STORED) == [
        ("XQ-1", *chips, "TRANSFER", *common, "OPEN"),
        ("XQ-2", *chips, None, *common, "EXPIRED"),
        ("XQ-3", *chips, "TRANSFER", *common, "OPEN"),
    ]
    told = await events(database, "trading.demand_published")
    assert [payload for _, payload in told] == [{"industry": "C3973", "region": "320214"}] * 2
    kept = await history(database, "trading", "demand")
    assert [row[:2] for row in kept] == [(None, "OPEN"), (None, "EXPIRED"), (None, "OPEN")]
    assert (await feed(database, tmp_path, NAME, rows, full=True, **OWN)).counts.changed == 0
    assert len(await events(database, "trading.demand_published")) == 2


async def test_a_number_is_the_centres_own(database: Database, tmp_path: Path) -> None:
    """Two centres may have one number; two sources of one centre speak of the same demand."""
    await world(database)
    await feed(database, tmp_path, NAME, [ROW], **OWN)
    await feed(database, tmp_path, NAME, [ROW], file="b.json", code="ft", center="FT-110000-01")
    assert [row[:2] for row in await read(database, STORED)] == [
        ("XQ-1", "FT-110000-01"),
        ("XQ-1", "RC-320000-01"),
    ]
    await feed(database, tmp_path, NAME, [ROW | {"title": "改"}], file="c.json", code="rc2", **OWN)
    assert len(await read(database, STORED)) == 2
    foreign = await feed(
        *(database, tmp_path, NAME, [ROW | {"platform": "FT-110000-01"}]),
        file="d.json", code="rc3", own_rows_only=True, constants={"platform": OWN["center"]}, **OWN,
    )  # fmt: skip
    assert foreign.codes == {"ROW_NOT_OWN": 1}


async def test_what_the_hub_decided_stands(database: Database, tmp_path: Path) -> None:
    await world(database)
    await feed(database, tmp_path, NAME, [ROW], **OWN)
    server = SubgraphServer(database, today=lambda: TODAY)
    [(demand,)] = await read(database, "select id::text from trading.demand")
    answer = await server.answer("trading", RC, CLOSE, {"id": demand})
    assert answer["data"]["closeDemand"] == {"errors": []}
    fed = await feed(database, tmp_path, NAME, [ROW | {"title": "改名"}], file="b.json", **OWN)
    assert fed.counts.changed == 1
    rows = await read(database, "select title, status from trading.demand")
    assert rows == [("改名", "CLOSED")]


async def test_a_demand_published_in_the_hub(database: Database, tmp_path: Path) -> None:
    """Its number is taken for the mutation, and its content is not overwritten by a feed."""
    await world(database)
    server = SubgraphServer(database, today=lambda: TODAY)
    given = {
        "number": "XQ-1", "title": "本人填写", "demanderUscc": CHIPS, "validUntil": "2027-06-30",
        "budget": {"kind": "NEGOTIABLE"},
    }  # fmt: skip
    answer = await server.answer("trading", RC, PUBLISH, {"input": given})
    assert answer["data"]["publishDemand"]["errors"] == []
    fed = await feed(database, tmp_path, NAME, [ROW], **OWN)
    assert fed.counts.conflicts >= 2
    rows = await read(database, "select title, industry_code, status from trading.demand")
    assert rows == [("本人填写", "C3973", "OPEN")]

    await feed(database, tmp_path, NAME, [ROW | {"demandNo": "XQ-2"}], file="b.json", **OWN)
    answer = await server.answer("trading", RC, PUBLISH, {"input": given | {"number": "XQ-2"}})
    assert [each["code"] for each in answer["data"]["publishDemand"]["errors"]] == ["NUMBER_TAKEN"]


async def test_it_is_open_again_with_a_later_day(database: Database, tmp_path: Path) -> None:
    await world(database)
    await feed(database, tmp_path, NAME, [ROW | {"validUntil": "2025-06-30"}], **OWN)
    await feed(database, tmp_path, NAME, [ROW], file="b.json", **OWN)
    assert [row[-1] for row in await read(database, STORED)] == ["OPEN"]
    kept = await history(database, "trading", "demand")
    assert [row[:2] for row in kept] == [(None, "EXPIRED"), ("EXPIRED", "OPEN")]
    assert len(await events(database, "trading.demand_published")) == 1


async def test_it_is_rolled_back(database: Database, tmp_path: Path) -> None:
    await world(database)
    fed = await feed(database, tmp_path, NAME, [ROW, ROW | {"demandNo": "XQ-2"}], **OWN)
    server = SubgraphServer(database, today=lambda: TODAY)
    [(demand,)] = await read(database, "select id::text from trading.demand where number = 'XQ-2'")
    await server.answer("trading", RC, CLOSE, {"id": demand})
    assert fed.batch_id is not None
    async with database.transaction() as transaction:
        undone = await undo_batch(transaction, fed.batch_id)
    assert (undone.removed, undone.kept) == (1, 1)
    assert [row[0] for row in await read(database, STORED)] == ["XQ-2"]
