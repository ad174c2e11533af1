"""Subgraph `reporting`: batches, refused and warned rows with rule, field and value, conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role, service
from tests.schema.world import Asker

BATCH_1 = "01900000-0000-7000-8000-00000000e001"
BATCH_2 = "01900000-0000-7000-8000-00000000e002"
CENTER = "FT-110000-01"


@pytest.fixture(scope="module")
async def asker(module_database: Database) -> Asker:
    await module_database.execute(
        "test.batches",
        f"""
        insert into reporting.center values
          ('{CENTER}', 'FUNCTIONAL', 'TRADING_SERVICE', 'RECOGNISED', '110000', '110000', '{{}}',
           now());
        insert into reporting.ingest_batch
          (id, center_code, source_name, feed, file_name, sha256, encoding, received_at, status,
           rows_read, rows_accepted, rows_warned, rows_rejected, rows_duplicate, failure_code,
           failure_message) values
          ('{BATCH_1}', '{CENTER}', 'demo', 'PATENT', 'a.csv', repeat('a', 64), 'gb18030',
           '2024-06-01T08:00:00+08:00', 'LOADED', 4, 1, 1, 1, 1, null, null),
          ('{BATCH_2}', '{CENTER}', 'demo', 'LISTING', 'b.xlsx', repeat('b', 64), null,
           '2024-06-02T08:00:00+08:00', 'FAILED', 0, 0, 0, 0, 0, 'FILE_ENCODING', '编码');
        insert into reporting.ingest_row
          (batch_id, row_number, outcome, natural_key, raw, content_hash, resolved_by_batch) values
          ('{BATCH_1}', 3, 'ACCEPTED_WITH_WARNINGS', 'CN1', '{{"申请号": "1"}}', 'h', null),
          ('{BATCH_1}', 9, 'REJECTED', null, '{{"申请号": "2.01E+12", "标题": null, "数": 5}}', 'h',
           '{BATCH_2}'),
          ('{BATCH_1}', 11, 'DUPLICATE', 'CN1', '{{"申请号": "1"}}', 'h', null);
        insert into reporting.data_issue values
          ('{BATCH_1}', 0, 3, '申请号', 'application_number', 'W_APPNO_CHECK_MISSING', 'WARNING',
           E'缺\\nmissing', '1'),
          ('{BATCH_1}', 1, 9, '申请号', 'application_number', 'APPNO_EXCEL_SCIENTIFIC', 'ERROR',
           E'科学\\nscientific', '2.01E+12'),
          ('{BATCH_2}', 0, null, null, null, 'FILE_ENCODING', 'ERROR', '编码', null);
        insert into reporting.conflict
          (entity_type, entity_key, field, winning_value, winning_source, winning_confidence,
           losing_value, losing_source, losing_confidence, losing_batch_id, conflict_key) values
          ('Patent', 'CN2020290000014', 'title', '"甲"', 'cnipa', 'REGISTRY', '["乙"]', 'demo',
           'CENTER', '{BATCH_1}', 'k');
        """,
    )
    return Asker(module_database, "reporting", service("test"))


async def test_one_batch_whole(asker: Asker) -> None:
    data = await asker.data(
        """{ ingestBatch(id: "%s") { center { code } sourceName feed fileName encoding receivedAt
               status rowsRead rowsAccepted rowsWarned rowsRejected rowsDuplicate
               issues { row column field code severity message raw }
               some: issues(first: 1, code: "APPNO_EXCEL_SCIENTIFIC") { row } } }"""
        % BATCH_1
    )
    assert data["ingestBatch"] == {
        "center": {"code": CENTER},
        "sourceName": "demo",
        "feed": "PATENT",
        "fileName": "a.csv",
        "encoding": "gb18030",
        "receivedAt": "2024-06-01T00:00:00Z",
        "status": "LOADED",
        "rowsRead": 4,
        "rowsAccepted": 1,
        "rowsWarned": 1,
        "rowsRejected": 1,
        "rowsDuplicate": 1,
        "issues": [
            {
                "row": 3,
                "column": "申请号",
                "field": "application_number",
                "code": "W_APPNO_CHECK_MISSING",
                "severity": "WARNING",
                "message": "缺\nmissing",
                "raw": "1",
            },
            {
                "row": 9,
                "column": "申请号",
                "field": "application_number",
                "code": "APPNO_EXCEL_SCIENTIFIC",
                "severity": "ERROR",
                "message": "科学\nscientific",
                "raw": "2.01E+12",
            },
        ],
        "some": [{"row": 9}],
    }


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ("", [3, 9, 11]),
        ("(outcome: REJECTED)", [9]),
        ('(code: "W_APPNO_CHECK_MISSING")', [3]),
        (f'(batch: "{BATCH_1}", feed: PATENT, center: "{CENTER}")', [3, 9, 11]),
        ("(feed: LISTING)", []),
    ],
)
async def test_rows_are_found(asker: Asker, arguments: str, rows: list[int]) -> None:
    data = await asker.data("{ ingestRows%s { totalCount nodes { row } } }" % arguments)
    assert [node["row"] for node in data["ingestRows"]["nodes"]] == rows
    assert data["ingestRows"]["totalCount"] == len(rows)


async def test_a_refused_row_shows_rule_field_and_value(asker: Asker) -> None:
    data = await asker.data(
        """{ ingestBatch(id: "%s") { rows(outcome: REJECTED) { nodes {
               row outcome naturalKey values { column text } batch { fileName }
               issues { code field raw } resolvedBy { fileName } } } } }"""
        % BATCH_1
    )
    assert data["ingestBatch"]["rows"]["nodes"] == [
        {
            "row": 9,
            "outcome": "REJECTED",
            "naturalKey": None,
            "values": [
                {"column": "申请号", "text": "2.01E+12"},  # in the order of the file
                {"column": "标题", "text": None},
                {"column": "数", "text": "5"},
            ],
            "batch": {"fileName": "a.csv"},
            "issues": [
                {"code": "APPNO_EXCEL_SCIENTIFIC", "field": "application_number", "raw": "2.01E+12"}
            ],
            "resolvedBy": {"fileName": "b.xlsx"},
        }
    ]


async def test_batches_of_centres(asker: Asker) -> None:
    data = await asker.data(
        """{ ingestBatches { nodes { fileName encoding failureCode } totalCount }
             failed: ingestBatches(status: FAILED) { nodes { fileName } } }"""
    )
    assert data["ingestBatches"]["nodes"] == [
        {"fileName": "b.xlsx", "encoding": "unknown", "failureCode": "FILE_ENCODING"},
        {"fileName": "a.csv", "encoding": "gb18030", "failureCode": None},
    ]
    assert data["failed"]["nodes"] == [{"fileName": "b.xlsx"}]
    keys: list[dict[str, Any]] = [
        {"__typename": "OperationCenter", "code": code} for code in (CENTER, "RC-440000-01")
    ]
    found = await asker.entities(
        """... on OperationCenter { ingestBatches { fileName issues { code } }
             patents: ingestBatches(feed: PATENT, first: 1) { fileName } }""",
        *keys,
    )
    assert [each["fileName"] for each in found[0]["ingestBatches"]] == ["b.xlsx", "a.csv"]
    assert found[0]["patents"] == [{"fileName": "a.csv"}]
    assert found[1]["ingestBatches"] == []


def caller(role: Role, own: str | None = None) -> Caller:
    center = own if own and "-" in own else None
    return Caller("test", role, center, own if own and center is None else None)


SEEN_BY = [
    (caller(Role.CNIPA_ADMIN), 2),
    (caller(Role.HUB_OPERATOR), 2),
    (caller(Role.FUNCTIONAL_PLATFORM, CENTER), 2),
    (caller(Role.PROVINCIAL_OFFICE, "110000"), 2),
    (caller(Role.FUNCTIONAL_PLATFORM, "FT-310000-01"), 0),
    (caller(Role.PROVINCIAL_OFFICE, "310000"), 0),
    (caller(Role.FRONTEND), 0),
    (caller(Role.THIRD_PARTY_INSTITUTION), 0),
    (ANONYMOUS, 0),
]


@pytest.mark.parametrize(
    ("who", "batches"), SEEN_BY, ids=[f"{who.role}-{who.acts_for}" for who, _ in SEEN_BY]
)
async def test_only_those_concerned_see_batches(asker: Asker, who: Caller, batches: int) -> None:
    """By every way there is: lists, one by its id, an entity, its centre, rows and conflicts."""
    asker = asker.as_caller(who)
    data = await asker.data(
        """{ ingestBatches { totalCount nodes { id } } ingestRows { totalCount nodes { row } }
             dataConflicts { totalCount nodes { id } } ingestBatch(id: "%s") { id } }"""
        % BATCH_1
    )
    entities = await asker.entities(
        "... on IngestBatch { id } ... on OperationCenter { ingestBatches { id } }",
        {"__typename": "IngestBatch", "id": BATCH_1},
        {"__typename": "OperationCenter", "code": CENTER},
    )
    assert data["ingestBatches"]["totalCount"] == len(data["ingestBatches"]["nodes"]) == batches
    assert data["ingestRows"]["totalCount"] == len(data["ingestRows"]["nodes"]) == (batches and 3)
    assert data["dataConflicts"]["totalCount"] == (batches and 1)
    assert (data["ingestBatch"] is not None) is (batches > 0)
    assert (entities[0] is not None) is (batches > 0)
    assert len(entities[1]["ingestBatches"]) == batches


async def test_batches_of_many_centres_are_one_statement(asker: Asker) -> None:
    reading = Asker(asker._database, "reporting")
    keys = [{"__typename": "OperationCenter", "code": f"FT-{n}-01"} for n in range(110000, 110050)]
    found = await reading.entities("... on OperationCenter { ingestBatches { fileName } }", *keys)
    assert all(each["ingestBatches"] == [] for each in found)
    assert dict(reading.statements) == {}  # the public sees none, so none are asked for


async def test_conflicts(asker: Asker) -> None:
    data = await asker.data(
        """{ dataConflicts(entityType: "Patent", entityKey: "CN2020290000014", batch: "%s") {
               nodes { entityType entityKey field kept keptSource keptConfidence lost lostSource
                 lostConfidence } } }"""
        % BATCH_1
    )
    assert data["dataConflicts"]["nodes"] == [
        {
            "entityType": "Patent",
            "entityKey": "CN2020290000014",
            "field": "title",
            "kept": "甲",
            "keptSource": "cnipa",
            "keptConfidence": "REGISTRY",
            "lost": '["乙"]',
            "lostSource": "demo",
            "lostConfidence": "CENTER",
        }
    ]


@pytest.mark.parametrize("first", [0, -1, 1001])
async def test_lists_are_bounded(asker: Asker, first: int) -> None:
    query = '{ ingestBatch(id: "%s") { issues(first: %d) { row } } }'
    assert await asker.codes(query % (BATCH_1, first)) == ["BAD_USER_INPUT"]
