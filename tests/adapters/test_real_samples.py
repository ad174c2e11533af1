"""Real gazette rows: clean ones load whole, dirty ones end with a reason a person agrees with."""

from __future__ import annotations

import csv

from adapters.model import BatchStatus
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, dump, outcomes, source
from tests.adapters.net.server import serving
from tests.adapters.sources.serving import Listed, rest_source
from tests.support.postgres import TestServer, opened
from tests.support.shared import SHARED, needs_shared

SAMPLES = SHARED / "data" / "samples_real"


@needs_shared
async def test_clean_rows_are_all_accepted(database: Database) -> None:
    config = source(
        name="公报", path=str(SAMPLES / "cn_gazette_2019-07_clean.csv"), precedence="REGISTRY"
    )
    report = await pull_source(database, config, OPTIONS)
    counts = report.total()
    assert (counts.read, counts.accepted, counts.warned, counts.rejected) == (1600, 1600, 0, 0)
    row = await database.fetchrow(
        "test.one",
        "select title, legal_status, legal_status_as_of::text, main_ipc, applicant_region "
        "from patents.patent where application_number = 'CN201310300619X'",
    )
    assert tuple(row or ()) == (
        "一种移动性处理方法及装置",
        "IN_FORCE",
        "2019-07-12",
        "H04W36/00",
        "440305",
    )
    pending = await database.fetchval(
        "test.pending", "select count(*) from patents.patent where legal_status = 'PENDING'"
    )
    assert pending > 0
    designs = await database.fetchval(
        "test.designs",
        "select count(*) from patents.patent where kind = 'DESIGN' and cardinality(locarno) = 0",
    )
    assert designs == 0


@needs_shared
async def test_dirty_rows_have_reasons(database: Database) -> None:
    path = str(SAMPLES / "cn_gazette_2019-07_dirty_gb18030.csv")
    config = source(name="公报", path=path, precedence="REGISTRY")
    report = await pull_source(database, config, OPTIONS)
    (batch,) = report.batches
    assert (batch.status, batch.encoding) == (BatchStatus.FAILED, "GB18030")
    # 159 of 200 numbers were spoiled by Excel: right to refuse, and too many to load the rest.
    assert batch.codes == {"APPNO_EXCEL_SCIENTIFIC": 159, "DUPLICATE": 6, "W_APPNO_YEAR_FILING": 1}
    assert await database.fetchval("test.none", "select count(*) from patents.patent") == 0
    found = await outcomes(database, config.code)
    assert found[115] == ("DUPLICATE", ["DUPLICATE"], "CN201310727982X")
    assert found[169] == (
        "ACCEPTED_WITH_WARNINGS",
        ["W_APPNO_YEAR_FILING"],
        "CN201710453958X",
    )

    lenient = source(code="lenient", name="公报", path=path, refused_limit=1.0)
    (batch,) = (await pull_source(database, lenient, OPTIONS)).batches
    assert batch.status is BatchStatus.LOADED
    assert (batch.counts.accepted, batch.counts.warned, batch.counts.rejected) == (35, 1, 159)
    symbols = await database.fetch(
        "test.ipc",
        "select symbol from patents.patent_ipc where application_number = 'CN201310643432X' "
        "order by ordinal",
    )
    assert [row["symbol"] for row in symbols] == ["H04W4/12", "H04W60/00"]


@needs_shared
async def test_clean_rows_are_the_same_as_rest_pages(
    postgres_server: TestServer, migrated_template: str
) -> None:
    """The gazette's rows behind a paged interface end in the tables the file ends in."""
    path = SAMPLES / "cn_gazette_2019-07_clean.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    paging = {"kind": "page", "param": "page", "size_param": "size", "size": 200}
    tables = []
    async with serving(Listed(records, "page").center) as url:
        behind = rest_source(url, name="公报", precedence="REGISTRY", rest={"paging": paging})
        whole = source(name="公报", path=str(path), precedence="REGISTRY")
        for config in (whole, behind):
            async with postgres_server.new_database(migrated_template) as own, opened(own) as hub:
                counts = (await pull_source(hub, config, OPTIONS)).total()
                assert (counts.read, counts.accepted, counts.rejected) == (1600, 1600, 0)
                found = await dump(hub, per_load=False)
                tables.append({n: r for n, r in found.items() if not n.startswith("reporting.")})
    assert tables[0]["patents.patent"]
    assert tables[0] == tables[1]
