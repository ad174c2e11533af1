"""Feed THIRD_PARTY: residency per category, credit per term, and what the hub decided since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.store.undo import undo_batch
from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from schema.serving import SubgraphServer
from tests.adapters.feeding import CHIPS, MACHINES, UNKNOWN, events, feed, history, read, world
from tests.adapters.harness import TODAY
from tests.adapters.test_rules import codes

NAME = "THIRD_PARTY"
FT = "FT-110000-01"
ROW: dict[str, Any] = {
    "机构名称": "示例丁半导体有限公司",
    "统一社会信用代码": CHIPS,
    "服务类别": "专利代理",
    "入驻平台": FT,
    "信用等级": "A",
    "信用得分": "92.5",
    "评价截止日": "2026-12-31",
}
PLATFORM = Caller("ft", Role.FUNCTIONAL_PLATFORM, center=FT)
INSTITUTION = Caller("chips", Role.THIRD_PARTY_INSTITUTION, uscc=CHIPS)
APPEAL = """mutation ($id: ID!) { appealCredit(id: $id, statement: "异议") { errors { code } } }"""
ADVANCE = """mutation ($id: ID!, $to: ResidencyStatus!) {
  advanceResidency(id: $id, to: $to, comment: "x") { errors { code } } }"""
RESIDENCIES = """
select institution_uscc, category, status, begins_on::text, jurisdiction_code
from tools.residency order by institution_uscc, category
"""
CREDIT = """
select institution_uscc, grade, score, valid_from::text, valid_to::text, status,
  published_at is not null
from tools.credit_evaluation order by institution_uscc, valid_to
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"信用等级": "B"}, ["CREDIT_GRADE_MISMATCH"]),
        ({"信用等级": "C"}, ["W_CREDIT_GRADE_CAPPED"]),
        ({"信用等级": "D"}, ["CREDIT_GRADE_MISMATCH"]),
        ({"信用等级": "A", "信用得分": "84.99"}, ["CREDIT_GRADE_MISMATCH"]),
        ({"信用等级": "A", "信用得分": "85"}, []),
        ({"信用等级": "C", "信用得分": "60"}, []),
        ({"信用等级": "C", "信用得分": "59"}, ["CREDIT_GRADE_MISMATCH"]),
        ({"信用等级": "E"}, ["CREDIT_GRADE_UNKNOWN"]),
        ({"信用等级": ""}, []),
        ({"信用得分": "100.1"}, ["SCORE_RANGE"]),
        ({"信用得分": "-1"}, ["SCORE_RANGE"]),
        ({"信用得分": "优"}, ["NUMBER_FORMAT"]),
        ({"信用得分": ""}, ["FIELD_REQUIRED"]),
        ({"评价截止日": ""}, ["FIELD_REQUIRED"]),
        ({"信用等级": "", "信用得分": "", "评价截止日": ""}, []),
        ({"评价起始日": "2027-01-01"}, ["DATE_ORDER"]),
        ({"服务类别": "专利代理；法律服务"}, []),
        ({"服务类别": "专利代理；占卜"}, ["SERVICE_CATEGORY_UNKNOWN"]),
        ({"入驻平台": "RC-320000-01"}, ["CENTER_FUNCTION"]),
        ({"入驻平台": ""}, ["FIELD_REQUIRED"]),
        ({"入驻日期": "2026-02-01"}, ["DATE_FUTURE"]),
    ],
)
def test_rows(change: dict[str, Any], expected: list[str]) -> None:
    against_hub = {"W_ORGANIZATION_UNKNOWN", "CENTER_UNKNOWN"}
    assert [code for code in codes(NAME, ROW | change) if code not in against_hub] == expected


async def test_what_is_stored_and_told(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [
        ROW | {"服务类别": "专利代理；法律服务", "入驻日期": "2024-03-01"},
        ROW | {"统一社会信用代码": MACHINES, "信用等级": "D", "信用得分": "48"},
        ROW | {"统一社会信用代码": UNKNOWN, "评价截止日": "2023-12-31"},
    ]
    fed = await feed(database, tmp_path, NAME, rows)
    assert (fed.counts.accepted, fed.counts.changed) == (3, 7)
    assert fed.codes == {"W_ORGANIZATION_NAME": 1, "W_ORGANIZATION_UNKNOWN": 1}
    assert await read(database, RESIDENCIES) == [
        (UNKNOWN, "AGENCY", "ACTIVE", "2026-01-01", "110000"),
        (CHIPS, "AGENCY", "ACTIVE", "2024-03-01", "110000"),
        (CHIPS, "LEGAL", "ACTIVE", "2024-03-01", "110000"),
        (MACHINES, "AGENCY", "SUSPENDED", "2026-01-01", "110000"),
    ]
    assert await read(database, CREDIT) == [
        (UNKNOWN, "A", 92.5, "2023-01-01", "2023-12-31", "EXPIRED", True),
        (CHIPS, "A", 92.5, "2026-01-01", "2026-12-31", "PUBLISHED", True),
        (MACHINES, "D", 48.0, "2026-01-01", "2026-12-31", "PUBLISHED", True),
    ]
    assert sorted(await events(database, "tools.credit_published")) == sorted(
        [(CHIPS, {"platform": FT, "grade": "A"}), (MACHINES, {"platform": FT, "grade": "D"})]
    )
    told = [payload for _, payload in await events(database, "tools.residency_changed")]
    assert [each["status"] for each in told] == ["ACTIVE"] * 4 + ["SUSPENDED"]
    assert told[-1]["institution"] == MACHINES
    assert (await history(database, "tools", "residency"))[-1] == (
        *("ACTIVE", "SUSPENDED", "source:测试来源"),
    )
    assert (await feed(database, tmp_path, NAME, rows, full=True)).counts.changed == 0
    assert len(await events(database, "tools.credit_published")) == 2


async def test_platforms_that_are_not_there(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [ROW | {"入驻平台": "FT-310000-01"}, ROW | {"入驻平台": "FF-440400-01"}]
    fed = await feed(database, tmp_path, NAME, rows)
    assert fed.codes == {"CENTER_UNKNOWN": 1, "CENTER_NOT_WORKING": 1}
    foreign = await feed(
        *(database, tmp_path, NAME, [ROW | {"入驻平台": "FS-310000-01"}]),
        file="b.json", own_rows_only=True, constants={"platform": FT},
    )  # fmt: skip
    assert foreign.codes == {"ROW_NOT_OWN": 1}
    assert await read(database, RESIDENCIES) == []


async def test_what_the_hub_decided_stands(database: Database, tmp_path: Path) -> None:
    """A grade under appeal and an institution that was expelled are not the feed's any more."""
    await world(database)
    await feed(database, tmp_path, NAME, [ROW])
    server = SubgraphServer(database, today=lambda: TODAY)
    [(credit,)] = await read(database, "select id::text from tools.credit_evaluation")
    [(residency,)] = await read(database, "select id::text from tools.residency")
    answer = await server.answer("tools", INSTITUTION, APPEAL, {"id": credit})
    assert answer["data"]["appealCredit"] == {"errors": []}
    answer = await server.answer("tools", PLATFORM, ADVANCE, {"id": residency, "to": "EXPELLED"})
    assert answer["data"]["advanceResidency"] == {"errors": []}

    said = ROW | {"信用等级": "B", "信用得分": "80", "入驻日期": "2025-01-01"}
    fed = await feed(database, tmp_path, NAME, [said], file="b.json")
    assert fed.counts.conflicts == 2
    assert [row[1:3] for row in await read(database, CREDIT)] == [("A", 92.5)]
    assert [row[2] for row in await read(database, RESIDENCIES)] == ["EXPELLED"]
    losers = "select entity_type, field from reporting.conflict order by 1"
    assert await read(database, losers) == [
        ("CreditEvaluation", "evaluation"),
        ("Residency", "status"),
    ]
    # the next term is another evaluation
    later = await feed(
        database, tmp_path, NAME, [said | {"评价截止日": "2027-12-31"}], file="c.json"
    )
    assert [row[1] for row in await read(database, CREDIT)] == ["A", "B"]
    assert later.counts.changed == 1


async def test_what_was_made_in_the_hub_is_not_made_twice(
    database: Database, tmp_path: Path
) -> None:
    await world(database)
    await database.execute(
        "test.own",
        "insert into tools.residency (institution_uscc, platform_code, category, begins_on, status)"
        " values ($1, $2, 'AGENCY', '2025-06-01', 'APPLIED')",
        CHIPS,
        FT,
    )
    await database.execute(
        "test.own",
        "insert into tools.credit_evaluation (institution_uscc, platform_code, grade, score, "
        "valid_from, valid_to, status, published_at) values "
        "($1, $2, 'B', 80, '2026-01-01', '2026-12-31', 'PUBLISHED', now())",
        CHIPS,
        FT,
    )
    fed = await feed(database, tmp_path, NAME, [ROW])
    assert (fed.counts.changed, fed.counts.conflicts) == (0, 2)
    assert [row[1:3] for row in await read(database, CREDIT)] == [("B", 80.0)]
    assert [row[2] for row in await read(database, RESIDENCIES)] == ["APPLIED"]


async def test_a_correction_and_its_precedence(database: Database, tmp_path: Path) -> None:
    await world(database)
    await feed(database, tmp_path, NAME, [ROW])
    await feed(database, tmp_path, NAME, [ROW | {"信用等级": "B", "信用得分": "84"}], file="b.json")
    assert [row[1:3] for row in await read(database, CREDIT)] == [("B", 84.0)]
    told = await events(database, "tools.credit_published")
    assert [payload["grade"] for _, payload in told] == ["A", "B"]
    weaker = await feed(
        *(database, tmp_path, NAME, [ROW]), file="c.json", code="weak", precedence="CENTER"
    )
    assert (weaker.counts.changed, weaker.counts.conflicts) == (0, 1)


async def test_it_is_rolled_back(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [ROW, ROW | {"统一社会信用代码": MACHINES}]
    fed = await feed(database, tmp_path, NAME, rows)
    [(residency,)] = await read(
        database, "select id::text from tools.residency where institution_uscc = $1", CHIPS
    )
    server = SubgraphServer(database, today=lambda: TODAY)
    await server.answer("tools", PLATFORM, ADVANCE, {"id": residency, "to": "SUSPENDED"})
    assert fed.batch_id is not None
    async with database.transaction() as transaction:
        undone = await undo_batch(transaction, fed.batch_id)
    assert (undone.removed, undone.kept) == (3, 1)
    assert [row[:3] for row in await read(database, RESIDENCIES)] == [
        (CHIPS, "AGENCY", "SUSPENDED")
    ]
    assert await read(database, CREDIT) == []
