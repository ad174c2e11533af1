"""A financial platform's pledge file (DOMAIN §7): faults are read as issues, the corrected file is
taken in without duplicates, a change is kept and a cancellation ends the pledge; who listens hears
of each pledge once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.config import SourceConfig
from adapters.demo import demo_sources
from adapters.model import BatchStatus
from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.finance.jobs import count_pledges
from resolvers.hub.events import EventBus
from schema.serving import SubgraphServer
from tests.adapters.harness import OPTIONS, source
from tests.schema.finance_world import PLATFORM, PUBLIC
from tests.schema.world import Asker

HEADER = (
    "登记号,专利号,发明名称,出质人,质权人,质押金额（万元）,质押期限,登记生效日,解除日,"
    "质权人是否同意开放许可"
)
GOOD = [
    "Y2024440000001,ZL201719000028.6,甲,示例壬汽车零部件有限公司,示例银行股份有限公司,500,2024.01.10-2026.01.09,2024.01.10,,是",
    "Y2024440000002,ZL202019000021.6,乙,示例辛光伏有限公司,示例银行股份有限公司,300万元,2024.02.01-2025.01.31,2024-02-01,,",
    "Y2024440000003,ZL202029000016.0,丙,示例丁半导体有限公司,示例融资担保有限公司,1200.5,2024.03.01-2025.02.28,2024/3/1,,否",
    "Y2024440000003,ZL201629000004.1,丁,示例丁半导体有限公司,示例融资担保有限公司,1200.5,2024.03.01-2025.02.28,2024/3/1,,否",
    "Y2024440000004,ZL201729000019.2,戊,示例丙生物医药有限公司,示例银行股份有限公司,80,2024.03.05-2025.03.04,2024.03.05,,",
]
FAULTY = [
    # spoiled by Excel; the wrong letter: a licence's number
    "Y2024440000005,2.01E+12,己,示例材料研究院,示例银行股份有限公司,90,2024.03.05-2025.03.04,2024.03.05,,",
    "X2024440000006,ZL201929000029.5,庚,示例丙生物医药有限公司,示例银行股份有限公司,90,2024.03.05-2025.03.04,2024.03.05,,",
]
CORRECTED = [
    "Y2024440000005,ZL201819000009.8,己,示例材料研究院,示例银行股份有限公司,90,2024.03.05-2025.03.04,2024.03.05,,",
    "Y2024440000006,ZL201929000029.5,庚,示例丙生物医药有限公司,示例银行股份有限公司,90,2024.03.05-2025.03.04,2024.03.05,,",
]


def write(folder: Path, name: str, rows: list[str]) -> None:
    folder.joinpath(name).write_bytes("\r\n".join([HEADER, *rows, ""]).encode("gb18030"))


def pledges(folder: Path) -> SourceConfig:
    return source(
        code="zhuhai-journey",
        center="FF-440400-01",
        feed="PLEDGE",
        path=".",
        folder=str(folder),
        precedence="PLATFORM",
    )


async def counts(database: Database) -> tuple[int, int, int]:
    """Return how many registrations, patents of them and parties there are."""
    tables = ("pledge_registration", "pledge_patent", "pledge_party")
    return tuple(  # type: ignore[return-value]
        [await database.fetchval("test.count", f"select count(*) from finance.{t}") for t in tables]
    )


@asynccontextmanager
async def listening(database: Database, region: str | None) -> AsyncIterator[list[str]]:
    """Collect the numbers that `pledgeRegistered` tells around the block."""
    argument = f'(region: "{region}")' if region else ""
    query = (
        "subscription { pledgeRegistered%s { registrationNumber patents { applicationNumber } } }"
    )
    heard: list[str] = []
    arrived = asyncio.Event()

    async def listen() -> None:
        async for result in server.subscribe("finance", query % argument):
            assert "errors" not in result, result
            heard.append(result["data"]["pledgeRegistered"]["registrationNumber"])
            arrived.set()

    async with EventBus(database).running() as bus:
        server = SubgraphServer(database, events=bus)
        task = asyncio.create_task(listen())
        await asyncio.sleep(0.2)
        yield heard
        async with asyncio.timeout(10):
            await arrived.wait()
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def load_facts(database: Database) -> None:
    """Take in the demo's organisations and patents, which the pledges name."""
    for config in demo_sources():
        if config.code in ("registry-organizations", "registry-patents"):
            await pull_source(database, config, OPTIONS)


async def test_faults_are_read_corrected_and_taken_in_once(
    database: Database, tmp_path: Path
) -> None:
    await load_facts(database)
    write(tmp_path, "2024-03.csv", GOOD + FAULTY)
    async with listening(database, "310000") as heard:
        [batch] = (await pull_source(database, pledges(tmp_path), OPTIONS)).batches
    assert (batch.status, batch.encoding) == (BatchStatus.LOADED, "GB18030")
    # of the pledgor or the patent in Shanghai: the one of the second patent of …03, and …04
    assert heard == ["Y2024440000003", "Y2024440000004"]
    first = await counts(database)
    assert first == (4, 5, 8)

    asker = Asker(database, "reporting", PLATFORM)
    data = await asker.data(
        '{ ingestBatch(id: "%s") { rowsRead rowsRejected issues { row column code severity } } }'
        % batch.batch_id
    )
    found = data["ingestBatch"]
    assert (found["rowsRead"], found["rowsRejected"]) == (7, 2)
    refused = [issue for issue in found["issues"] if issue["severity"] == "ERROR"]
    assert [(each["row"], each["column"], each["code"]) for each in refused] == [
        (7, "专利号", "APPNO_EXCEL_SCIENTIFIC"),
        (8, "登记号", "RECORDNO_PREFIX"),
    ]

    write(tmp_path, "2024-03-corrected.csv", GOOD + CORRECTED)
    async with listening(database, None) as heard:
        reports = (await pull_source(database, pledges(tmp_path), OPTIONS)).batches
    assert [(each.name, each.repeated, each.counts.rejected) for each in reports] == [
        ("2024-03-corrected.csv", False, 0),
        ("2024-03.csv", True, 2),
    ]
    assert heard == ["Y2024440000005", "Y2024440000006"]  # nothing is told twice
    assert await counts(database) == (6, 7, 12)
    await pull_source(database, pledges(tmp_path), OPTIONS)
    assert await counts(database) == (6, 7, 12)
    changes = await database.fetchval("test.changes", "select count(*) from finance.pledge_change")
    assert changes == 0


CHANGED = """{ pledge(registrationNumber: "Y2024440000001") {
  status cancelledOn debtTermTo consentsOpenLicence pledgees { name organization { uscc } }
  securedAmount { amount } changes { on item before after } } }"""


async def read(database: Database) -> dict[str, Any]:
    data = await Asker(database, "finance", PLATFORM).data(CHANGED)
    return dict(data["pledge"])


async def test_a_change_is_kept_and_a_cancellation_ends_it(
    database: Database, tmp_path: Path
) -> None:
    await load_facts(database)
    write(tmp_path, "1.csv", GOOD)
    await pull_source(database, pledges(tmp_path), OPTIONS)
    assert (await read(database))["status"] == "EFFECTIVE"

    longer = GOOD[0].replace("2026.01.09", "2027.01.09").replace(",500,", ",650,")
    write(tmp_path, "2.csv", [longer, *GOOD[1:]])
    await pull_source(database, pledges(tmp_path), OPTIONS)
    changed = await read(database)
    assert (changed["status"], changed["debtTermTo"]) == ("CHANGED", "2027-01-09")
    assert changed["securedAmount"] == {"amount": "6500000.00"}
    assert changed["changes"] == [
        {
            "on": "2026-01-01",
            "item": "被担保的主债权数额",
            "before": "5000000.00 CNY",
            "after": "6500000.00 CNY",
        },
        {
            "on": "2026-01-01",
            "item": "债务履行期限届满日",
            "before": "2026-01-09",
            "after": "2027-01-09",
        },
    ]

    ended = longer.replace("2024.01.10,,", "2024.01.10,2025.05.06,")
    write(tmp_path, "3.csv", [ended, *GOOD[1:]])
    await pull_source(database, pledges(tmp_path), OPTIONS)
    cancelled = await read(database)
    assert (cancelled["status"], cancelled["cancelledOn"]) == ("CANCELLED", "2025-05-06")
    assert cancelled["changes"] == changed["changes"]
    [patent] = await Asker(database, "finance", PUBLIC).entities(
        "... on Patent { hasActivePledge pledgeeConsentsOpenLicence }",
        {"__typename": "Patent", "applicationNumber": "CN2017190000286"},
    )
    assert patent["hasActivePledge"] is False
    assert patent["pledgeeConsentsOpenLicence"] is None


async def test_a_better_source_corrects_and_does_not_change(
    database: Database, tmp_path: Path
) -> None:
    """What the register says otherwise was never so; what it adds was only unknown."""
    await load_facts(database)
    for name, precedence, row in (
        ("center", "CENTER", GOOD[1]),
        ("register", "REGISTRY", GOOD[1].replace("2025.01.31", "2025.07.31") + "是"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        write(folder, "1.csv", [row])
        config = source(
            code=name, feed="PLEDGE", path="1.csv", folder=str(folder), precedence=precedence
        )
        await pull_source(database, config, OPTIONS)
    [row] = await database.fetch("test.row", "select * from finance.pledge_registration")
    assert (str(row["debt_term_to"]), row["pledgee_consents_open_licence"]) == ("2025-07-31", True)
    assert row["status"] == "EFFECTIVE"


async def test_the_regions_of_pledges_come_with_patents_and_organisations(
    database: Database, tmp_path: Path
) -> None:
    await load_facts(database)
    write(tmp_path, "1.csv", GOOD)
    await pull_source(database, pledges(tmp_path), OPTIONS)
    await count_pledges(database)
    regions = await Asker(database, "finance", PUBLIC).entities(
        "... on Region { pledgeCount(year: 2024) pledgeAmountCny(year: 2024) }",
        *({"__typename": "Region", "code": code} for code in ("310000", "320000", "000000")),
    )
    # …03 has one patent in Jiangsu and one in Shanghai, …04 is Shanghai's
    assert [each["pledgeCount"] for each in regions] == [2, 1, 4]
    assert [each["pledgeAmountCny"] for each in regions] == [
        "12805000.00",
        "12005000.00",
        "20805000.00",
    ]
