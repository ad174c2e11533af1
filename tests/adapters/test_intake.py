"""Files sent through the graph, and batches rolled back: through the API down to the tables."""

from __future__ import annotations

import asyncio
import base64
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.demo import pull_demo
from adapters.intake import Intake, safe_name, source_of
from adapters.model import SourceClass
from adapters.store.undo import UNDO
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from resolvers.hub.events import EventBus
from resolvers.identity import ANONYMOUS, Caller, Role
from schema.serving import SubgraphServer
from tests.adapters.harness import DEMO_FILES, TODAY, demo_source, dump
from tests.schema.fuzz import Fuzz
from tests.schema.reporting_world import AskerOn

RC = Caller("rc", Role.REGIONAL_CENTER, center="RC-320000-01")
FT = Caller("ft", Role.FUNCTIONAL_PLATFORM, center="FT-110000-01")
FU = Caller("fu", Role.FUNCTIONAL_PLATFORM, center="FU-110000-01")
FF = Caller("ff", Role.FUNCTIONAL_PLATFORM, center="FF-440400-01")
OPERATOR = Caller("operator", Role.HUB_OPERATOR)
CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)

SEND = """
mutation ($center: ID!, $feed: FeedKind!, $name: String, $content: String!) {
  startIngest(centerCode: $center, feed: $feed, fileName: $name, contentBase64: $content) {
    batch { id status feed fileName center { code } rowsRead rowsAccepted rowsRejected
      rowsDuplicate failureCode issues { row code } }
    errors { code path } } }
"""
UNDO_IT = """
mutation ($id: ID!, $reason: String!) { rollBackIngest(id: $id, reason: $reason) {
  batch { id status rowsRemoved rowsKept rolledBackReason } errors { code } } }
"""
LISTINGS = """项目编号,项目名称,专利号,转让方,所属行业,挂牌价（万元）,挂牌起始日期,挂牌截止日期
A-1,一种冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-01-01,2028-06-30
A-2,一种激光装置,ZL202019000013.1,示例乙,C3841,20,2026-01-01,2028-06-30
"""


async def ask(
    database: Database, who: Caller, query: str, **variables: Any
) -> tuple[Any, list[str]]:
    server = SubgraphServer(database, ingest=Intake())
    response = await server.answer("reporting", who, query, variables)
    codes = [error["extensions"]["code"] for error in response.get("errors", ())]
    payload = next(iter((response.get("data") or {"": None}).values()))
    return payload, codes + [error["code"] for error in (payload or {}).get("errors", ())]


async def send(
    database: Database, who: Caller, feed: str, content: bytes | str, name: str | None = "a.csv"
) -> tuple[Any, list[str]]:
    raw = content if isinstance(content, bytes) else content.encode()
    encoded = base64.b64encode(raw).decode()
    payload, codes = await ask(
        database, who, SEND, center=who.center, feed=feed, name=name, content=encoded
    )
    return (payload or {}).get("batch"), codes


async def count(database: Database, table: str, where: str = "true") -> int:
    found: int = await database.fetchval("test.n", f"select count(*) from {table} where {where}")
    return found


async def test_a_pledge_file_is_sent_corrected_and_sent_again(database: Database) -> None:
    """The journey of DOMAIN §7: GB18030, an issue list, a correction, no duplicates."""
    raw = (DEMO_FILES / "pledge_registrations_gb18030.csv").read_bytes()
    spoiled = raw.replace("2023.07.04,\r\n".encode("gb18030"), "2023.13.04,\r\n".encode("gb18030"))
    spoiled = spoiled if spoiled != raw else raw.replace(b"2023.07.04,", b"2023.13.04,", 1)
    assert spoiled != raw
    batch, codes = await send(database, FF, "PLEDGE", spoiled, "质押.csv")
    assert codes == []
    assert (batch["status"], batch["fileName"]) == ("LOADED", "质押.csv")
    assert batch["center"] == {"code": "FF-440400-01"}
    assert any(issue["code"] == "DATE_INVALID" for issue in batch["issues"])
    pledges = await count(database, "finance.pledge_registration")
    again, codes = await send(database, FF, "PLEDGE", spoiled, "质押.csv")
    assert (codes, again["id"]) == ([], batch["id"])  # the old result
    corrected, codes = await send(database, FF, "PLEDGE", raw, "质押.csv")
    assert codes == []
    assert corrected["id"] != batch["id"]
    assert corrected["rowsRejected"] == batch["rowsRejected"] - 1
    assert await count(database, "finance.pledge_registration") == pledges + 1


async def test_the_same_as_a_pull(database: Database) -> None:
    """What a sent file leaves is what a source of the centre with that file leaves."""
    raw = (DEMO_FILES / "listings.xlsx").read_bytes()
    batch, codes = await send(database, FT, "LISTING", raw, "listings.xlsx")
    assert codes == []
    sent = await dump(database, per_load=False)
    await ask(database, OPERATOR, UNDO_IT, id=batch["id"], reason="比较")
    source = demo_source("beijing-listings", own_rows_only=True)
    assert source.center == FT.center
    report = await pull_source(database, source)
    assert (
        report.total().accepted
        == batch["rowsAccepted"]
        + sum(1 for issue in batch["issues"] if issue["code"].startswith("W_"))
        or report.total().read == batch["rowsRead"]
    )
    pulled = await dump(database, per_load=False)
    for table in ("trading.listing", "trading.listing_patent"):
        strip = [row.replace(source.name, "X") for row in pulled[table]]
        shown = [
            row.replace("FT-110000-01 报送 / sent by FT-110000-01", "X") for row in sent[table]
        ]
        assert strip == shown, table
    assert len(sent["trading.listing"]) > 0


def test_who_speaks_as_what(tmp_path: Any) -> None:
    for code, confidence in (
        ("FT-110000-01", SourceClass.PLATFORM),
        ("FU-110000-01", SourceClass.PLATFORM),
        ("RC-320000-01", SourceClass.CENTER),
        ("IC-340100-01", SourceClass.CENTER),
    ):
        assert source_of(code, "PATENT", tmp_path / "a.csv").precedence is confidence


async def test_nobody_speaks_for_another(database: Database) -> None:
    """A row that names another platform is refused, and no centre sends for another at all."""
    foreign = LISTINGS.replace("项目编号", "平台编码,项目编号").replace("A-1", "RC-320000-01,A-1")
    foreign = foreign.replace("\nA-2", "\nFT-310000-01,A-2")
    # half of the rows refused: more than a batch may have
    batch, codes = await send(database, RC, "LISTING", foreign)
    assert codes == []
    assert (batch["status"], batch["failureCode"]) == ("FAILED", "BATCH_REFUSED_SHARE")
    errors = [issue for issue in batch["issues"] if not issue["code"].startswith("W_")]
    assert errors == [{"row": 3, "code": "ROW_NOT_OWN"}]
    assert await count(database, "trading.listing") == 0
    _, codes = await ask(
        database, RC, SEND, center="FT-310000-01", feed="LISTING", name=None, content="YQ=="
    )
    assert codes == ["FORBIDDEN"]
    for who, code in (
        (ANONYMOUS, "UNAUTHENTICATED"),
        (OPERATOR, "FORBIDDEN"),
        (CNIPA, "FORBIDDEN"),
    ):
        _, codes = await ask(
            database, who, SEND, center="RC-320000-01", feed="LISTING", name=None, content="YQ=="
        )
        assert codes == [code]


@pytest.mark.parametrize(
    ("feed", "content", "name", "code"),
    [
        ("OPERATION_CENTER", "YQ==", None, "FEED_NOT_SUPPORTED"),
        ("LEGAL_EVENT", "YQ==", None, "FEED_NOT_SUPPORTED"),
        ("LISTING", "YQ=", None, "BASE64_INVALID"),
        ("LISTING", "不", None, "BASE64_INVALID"),
        ("LISTING", "", None, "FILE_EMPTY"),
        ("LISTING", "A" * 13_981_024, None, "FILE_TOO_LARGE"),
        ("LISTING", "YQ==", "../x.csv", "FILE_NAME"),
        ("LISTING", "YQ==", "a\x00.csv", "FILE_NAME"),
        ("LISTING", "YQ==", "", "FILE_NAME"),
    ],
)
async def test_what_cannot_be_taken_in(
    database: Database, feed: str, content: str, name: str | None, code: str
) -> None:
    payload, codes = await ask(
        database, RC, SEND, center=RC.center, feed=feed, name=name, content=content
    )
    assert codes == [code]
    assert payload["batch"] is None
    assert await count(database, "reporting.ingest_batch") == 0


@pytest.mark.parametrize(("name", "code"), [("a.pdf", "FILE_KIND"), ("a.csv", "FILE_ENCODING")])
async def test_a_file_that_is_no_table_is_a_failed_batch(
    database: Database, name: str, code: str
) -> None:
    noise = random.Random(1).randbytes(5_000)
    batch, codes = await send(database, RC, "LISTING", noise, name)
    assert codes == []
    assert (batch["status"], batch["failureCode"]) == ("FAILED", code)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (None, b"a,b", "file.csv"),
        ("清单", b" [{}]", "清单.json"),
        ("x", b"PK\x03\x04..", "x.xlsx"),
        ("a.CSV", b"", "a.CSV"),
        (".hidden.csv", b"", "hidden.csv"),
        ("~$x.xlsx", b"", "$x.xlsx"),
        ("/etc/passwd", b"", "passwd.csv"),
        ("a\\b.csv", b"", "b.csv"),
        ("x.part", b"", "x.part"),
        ("..", b"", "file.csv"),
    ],
)
def test_names_are_safe(name: str | None, content: bytes, expected: str) -> None:
    assert safe_name(name, content) == expected


async def test_a_batch_is_rolled_back(database: Database) -> None:
    """What it made goes with all that hangs on it; who may, why, and only once."""
    empty = await dump(database)
    batch, _ = await send(database, FT, "LISTING", LISTINGS)
    assert await count(database, "trading.listing") == 2
    for who in (FT, RC, ANONYMOUS):
        assert (await ask(database, who, UNDO_IT, id=batch["id"], reason="x"))[1] in (
            ["FORBIDDEN"], ["UNAUTHENTICATED"],
        )  # fmt: skip
    assert (await ask(database, OPERATOR, UNDO_IT, id=batch["id"], reason=" "))[1] == [
        "REASON_REQUIRED"
    ]
    payload, codes = await ask(database, OPERATOR, UNDO_IT, id=batch["id"], reason="报送有误")
    assert codes == []
    assert payload["batch"] == {
        "id": batch["id"], "status": "ROLLED_BACK", "rowsRemoved": 2, "rowsKept": 0,
        "rolledBackReason": "报送有误",
    }  # fmt: skip
    after = await dump(database)
    for table in ("trading.listing", "trading.listing_patent"):
        assert after[table] == empty[table] == []
    _, codes = await ask(database, CNIPA, UNDO_IT, id=batch["id"], reason="x")
    assert codes == ["TRANSITION_NOT_ALLOWED"]
    nobody = "01900000-0000-7000-8000-000000000000"
    assert (await ask(database, CNIPA, UNDO_IT, id=nobody, reason="x"))[1] == ["NOT_FOUND"]
    anew, codes = await send(database, FT, "LISTING", LISTINGS)  # may be loaded again
    assert (codes, anew["status"], anew["id"] == batch["id"]) == ([], "LOADED", False)
    assert await count(database, "trading.listing") == 2


async def test_what_was_there_before_or_changed_since_stays(database: Database) -> None:
    first, _ = await send(database, FT, "LISTING", LISTINGS)
    # the second batch changes one listing and makes another
    text = LISTINGS.replace(",15,", ",99,").replace("A-2", "A-3")
    second, _ = await send(database, FT, "LISTING", text)
    payload, _ = await ask(database, OPERATOR, UNDO_IT, id=second["id"], reason="x")
    assert (payload["batch"]["rowsRemoved"], payload["batch"]["rowsKept"]) == (1, 1)
    rows = await database.fetch(
        "test.rows",
        "select number, price_amount::int as price from trading.listing order by number",
    )
    # the new price of A-1 stays: what it was before is known nowhere
    assert [tuple(row) for row in rows] == [("A-1", 990_000), ("A-2", 200_000)]
    payload, _ = await ask(database, OPERATOR, UNDO_IT, id=first["id"], reason="x")
    assert (payload["batch"]["rowsRemoved"], payload["batch"]["rowsKept"]) == (1, 1)
    rows = await database.fetch("test.rows", "select number from trading.listing")
    assert [row["number"] for row in rows] == ["A-1"]  # changed since


async def test_a_listing_that_was_sold_stays(database: Database) -> None:
    batch, _ = await send(database, FT, "LISTING", LISTINGS)
    await database.execute(
        "test.sold", "update trading.listing set status = 'SOLD' where number = 'A-1'"
    )
    payload, _ = await ask(database, OPERATOR, UNDO_IT, id=batch["id"], reason="x")
    assert (payload["batch"]["rowsRemoved"], payload["batch"]["rowsKept"]) == (1, 1)
    assert await count(database, "trading.listing", "number = 'A-1'") == 1


async def test_every_feed_of_the_demo_can_be_rolled_back(database: Database) -> None:
    """All batches, the last one first: nothing is left of rows that one batch alone wrote."""
    await pull_demo(database, options=PullOptions(today=TODAY))
    batches = await database.fetch(
        "test.batches",
        "select id, feed, rows_accepted from reporting.ingest_batch where status = 'LOADED' "
        "order by id desc",
    )
    assert {"LISTING", "PATENT", "PLEDGE"} <= {batch["feed"] for batch in batches}
    kept = 0
    for batch in batches:
        payload, codes = await ask(
            database, OPERATOR, UNDO_IT, id=str(batch["id"]), reason="全部回退"
        )
        if batch["feed"] not in UNDO:
            assert codes == ["ROLL_BACK_NOT_SUPPORTED"]
            continue
        assert codes == [], batch["feed"]
        assert payload["batch"]["rowsRemoved"] > 0 or payload["batch"]["rowsKept"] > 0
        kept += payload["batch"]["rowsKept"]
    left = 0
    for table in ("reference.organization", "patents.patent", "trading.listing",
                  "trading.licence_record", "trading.transfer_record",
                  "finance.pledge_registration", "platforms.operation_center",
                  "trading.open_licence_statement"):  # fmt: skip
        left += await count(database, table)
    assert left <= kept
    assert await count(database, "trading.licence_record") == 0
    assert await count(database, "reporting.conflict", "losing_batch_id is not null") == 0


async def test_a_feed_without_a_way_back_says_so(database: Database) -> None:
    batch = await database.fetchval(
        "test.batch",
        "insert into reporting.ingest_batch (center_code, source_name, feed, sha256, status) "
        "values ('FU-110000-01', 's', 'LEGAL_EVENT', repeat('a', 64), 'LOADED') returning id",
    )
    _, codes = await ask(database, OPERATOR, UNDO_IT, id=str(batch), reason="x")
    assert codes == ["ROLL_BACK_NOT_SUPPORTED"]


@pytest.mark.parametrize(
    ("who", "feed", "file", "key"),
    [
        (RC, "INTENSIVE_PRODUCT", "patent_intensive_products.csv", None),
        (FU, "NAVIGATION", "navigation_reports.json", "FU-110000-01"),
        (FT, "THIRD_PARTY", "third_party_institutions_gb18030.csv", "FT-110000-01"),
        (RC, "DEMAND", "demands.json", "RC-320000-01"),
        (FT, "BUSINESS_REPORT", "business_report.json", "FT-110000-01"),
    ],
)
async def test_every_centre_sends_for_itself(
    database: Database, who: Caller, feed: str, file: str, key: str | None
) -> None:
    """A row that names no centre is the sender's; the same file from another is refused."""
    for code in ("registry-organizations", "registry-centers", "registry-patents"):
        await pull_source(database, demo_source(code), PullOptions(today=TODAY))
    raw = (DEMO_FILES / file).read_bytes()
    batch, codes = await send(database, who, feed, raw, file)
    assert (codes, batch["status"]) == ([], "LOADED")
    assert batch["rowsAccepted"] > 0
    column = {"DEMAND": "trading.demand.center_code", "NAVIGATION": "tools.navigation_report."
              "platform_code", "THIRD_PARTY": "tools.residency.platform_code",
              "BUSINESS_REPORT": "reporting.business_report.center_code"}  # fmt: skip
    if key is not None:
        table, _, name = column[feed].rpartition(".")
        assert await count(database, table, f"{name} <> '{key}'") == 0
        assert await count(database, table) > 0
    else:
        assert (
            await count(database, "tools.intensive_product", "submitted_by <> 'RC-320000-01'") == 0
        )
    if feed in ("THIRD_PARTY", "BUSINESS_REPORT"):  # their rows name the centre
        foreign, codes = await send(database, FF, feed, raw, file)
        assert (codes, foreign["failureCode"]) == ([], "BATCH_REFUSED_SHARE")
        errors = {issue["code"] for issue in foreign["issues"] if issue["code"][:2] != "W_"}
        assert errors == {"ROW_NOT_OWN"}


async def test_progress_is_told_when_a_batch_is_loaded_or_undone(database: Database) -> None:
    batch, _ = await send(database, FT, "LISTING", LISTINGS)
    query = "subscription ($id: ID!) { ingestProgress(batchId: $id) { id status } }"
    async with EventBus(database).running() as bus:
        server = SubgraphServer(database, events=bus, now=lambda: datetime.now(UTC))
        server._caller = lambda headers: FT  # type: ignore[method-assign]
        results = server.subscribe("reporting", query, {"id": batch["id"]})
        task = asyncio.ensure_future(anext(results))
        await asyncio.sleep(0.3)
        await ask(database, OPERATOR, UNDO_IT, id=batch["id"], reason="x")
        told = await asyncio.wait_for(task, 10)
        assert told["data"]["ingestProgress"] == {"id": batch["id"], "status": "ROLLED_BACK"}
        await results.aclose()
        server._caller = lambda headers: RC  # type: ignore[method-assign]
        refused = server.subscribe("reporting", query, {"id": batch["id"]})
        answer = await anext(refused)
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        await refused.aclose()
    events = await database.fetch(
        "test.events",
        "select key, payload from hub.event where topic = 'reporting.ingest_progressed' "
        "order by id",
    )
    assert [(each["key"], each["payload"]["status"]) for each in events] == [
        (batch["id"], "LOADED"), (batch["id"], "ROLLED_BACK"),
    ]  # fmt: skip


async def test_random_files(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sent, the answer is a batch or a coded refusal that leaves nothing behind."""

    def asker(database: Database, subgraph: str, caller: Caller) -> AskerOn:
        return AskerOn(database, caller, ingest=Intake())

    monkeypatch.setattr("tests.schema.fuzz.Asker", asker)
    texts = [LISTINGS, LISTINGS.replace("2026-01-01", "x"), "a,b\n1,2\n", "{}", "\x00" * 9]
    pools = {
        "centerCode": ["RC-320000-01", "RC-320000-01", "FT-110000-01"],
        "contentBase64": [base64.b64encode(text.encode()).decode() for text in texts],
        "fileName": [None, "a.csv", "a.json", "a.xlsx", "../a", "a.pdf"],
        "feed": ["LISTING", "PLEDGE", "PATENT", "DEMAND", "OPERATION_CENTER"],
    }
    sent = await Fuzz(database, "reporting", pools).run("startIngest", RC, 80)
    assert {"DONE", "FORBIDDEN", "FILE_NAME"} <= set(sent)
    batches = await database.fetch("test.ids", "select id from reporting.ingest_batch")
    pools = {"id": [str(row["id"]) for row in batches], "reason": ["有误", ""]}
    undone = await Fuzz(database, "reporting", pools).run("rollBackIngest", OPERATOR, 60)
    assert {"DONE", "TRANSITION_NOT_ALLOWED", "REASON_REQUIRED"} <= set(undone)


async def test_without_adapters_nothing_is_taken_in(database: Database) -> None:
    response = await SubgraphServer(database).answer(
        "reporting", RC, SEND, {"center": RC.center, "feed": "LISTING", "content": "YQ=="}
    )
    assert response["errors"][0]["extensions"]["code"] == "INGEST_OFF"
