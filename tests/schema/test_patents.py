"""Subgraph `patents`: one patent whole, filters, order, holdings, events."""

from __future__ import annotations

import pytest

from resolvers.database.pool import Database
from resolvers.hub.worker import JobContext
from resolvers.patents.ipc_counts import count_classes
from tests.schema.world import BATTERY, COOLER, HOLDER, LASER, NOW, OLD, OTHER, Asker
from tests.support.peers import NoPeers


async def test_one_patent_whole(patents: Asker) -> None:
    data = await patents.data(
        """query ($n: ApplicationNumber!) { patent(applicationNumber: $n) {
             applicationNumber displayNumber st13 office { code } kind pctNationalPhase title
             abstract filingDate grantDate expiryDate
             publications { number kindCode date } applicants { name organization { uscc } }
             currentHolders { name organization { uscc } } mainIpc { symbol }
             ipcClasses { symbol } locarno industries { code } applicantRegion { code }
             legalStatus legalStatusAsOf underPreservation
             evaluationReport { issuedOn conclusion }
             provenance { sourceSystem sourceRecordId batchId confidence } } }""",
        n="ZL202029000001.4",
    )
    assert data["patent"] == {
        "applicationNumber": LASER,
        "displayNumber": "202029000001.4",
        "st13": "CN202020009000001",
        "office": {"code": "CN"},
        "kind": "UTILITY_MODEL",
        "pctNationalPhase": False,
        "title": "基于激光焊接的控制系统",
        "abstract": None,
        "filingDate": "2020-03-05",
        "grantDate": "2021-01-01",
        "expiryDate": "2030-03-05",
        "publications": [{"number": "CN209900000U", "kindCode": "U", "date": "2021-01-01"}],
        "applicants": [{"name": "示例工业大学", "organization": None}],
        "currentHolders": [
            {"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}},
            {"name": "示例某人", "organization": None},
        ],
        "mainIpc": {"symbol": "B23K26/21"},
        "ipcClasses": [{"symbol": "B23K26/21"}, {"symbol": "B23K37/00"}],
        "locarno": [],
        "industries": [],
        "applicantRegion": {"code": "440305"},
        "legalStatus": "IN_FORCE",
        "legalStatusAsOf": "2021-01-01",
        "underPreservation": False,
        "evaluationReport": {"issuedOn": "2022-02-02", "conclusion": "NO_DEFECT_FOUND"},
        "provenance": {
            "sourceSystem": "synthetic",
            "sourceRecordId": None,
            "batchId": None,
            "confidence": "CENTER",
        },
    }


async def test_a_term_that_has_run_out_is_shown_as_expired(patents: Asker) -> None:
    data = await patents.data(
        '{ patent(applicationNumber: "%s") { legalStatus legalStatusAsOf } }' % OLD
    )
    assert data["patent"] == {"legalStatus": "EXPIRED", "legalStatusAsOf": "2023-12-01"}


@pytest.mark.parametrize(
    ("filter_", "numbers"),
    [
        ("", [LASER, COOLER, BATTERY, OLD]),
        ('titleContains: "激光"', [LASER, OLD]),
        ('titleContains: "焊"', [LASER]),
        ('titleContains: "100%_P"', [COOLER]),
        ('titleContains: "  "', [LASER, COOLER, BATTERY, OLD]),
        ('titleContains: "光激"', []),
        (f'holderUscc: "{HOLDER}"', [LASER, COOLER, BATTERY]),
        ('holderNameContains: "新材料"', [OLD]),
        ("kind: INVENTION", [BATTERY, OLD]),
        ("legalStatus: IN_FORCE", [LASER, COOLER]),
        ("legalStatus: EXPIRED", [OLD]),
        ("legalStatus: PENDING", [BATTERY]),
        ('ipcPrefix: "B23K26/00"', [LASER, OLD]),
        ('ipcPrefix: "H01M"', [COOLER, BATTERY]),
        ('ipcPrefix: "B23K37/00"', [LASER]),
        ('industry: "C38"', [BATTERY]),
        ('region: "440000"', [LASER, BATTERY]),
        ('filedFrom: "2017-05-02", filedTo: "2019-01-14"', [COOLER, BATTERY]),
        ('grantedFrom: "2020-01-01"', [LASER]),
        ('grantedTo: "2006-01-01"', [OLD]),
        ('titleContains: "激光", kind: INVENTION, ipcPrefix: "B"', [OLD]),
    ],
)
async def test_filters_and_order(patents: Asker, filter_: str, numbers: list[str]) -> None:
    data = await patents.data(
        "{ patents(filter: { %s }) { nodes { applicationNumber } totalCount } }" % filter_
    )
    assert [node["applicationNumber"] for node in data["patents"]["nodes"]] == numbers
    assert data["patents"]["totalCount"] == len(numbers)


async def test_patents_by_number_keeps_order_and_gaps(patents: Asker) -> None:
    data = await patents.data(
        """query ($n: [ApplicationNumber!]!) {
             patentsByNumber(applicationNumbers: $n) { title currentHolders { name } } }""",
        n=["201719000006.X", "CN2019100000019", LASER, BATTERY],
    )
    titles = [(each or {}).get("title") for each in data["patentsByNumber"]]
    assert titles == [
        "一种电池热管理用制备方法",
        None,
        "基于激光焊接的控制系统",
        "一种电池热管理用制备方法",
    ]
    assert dict(patents.statements) == {"patents.patents": 1, "patents.parties": 1}


async def test_patent_by_publication(patents: Asker) -> None:
    data = await patents.data(
        """{ a: patentByPublication(number: "CN 107000000 A") { applicationNumber }
             b: patentByPublication(number: "CN107000009A") { applicationNumber } }"""
    )
    assert data == {"a": {"applicationNumber": BATTERY}, "b": None}


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [("", ["GR01", "TR01"]), ('(category: "r")', ["TR01"]), ('(since: "2022-05-01")', ["TR01"])],
)
async def test_legal_events(patents: Asker, arguments: str, codes: list[str]) -> None:
    data = await patents.data(
        """{ patent(applicationNumber: "%s") { legalEvents%s {
               id code nameZh st27Category announcedOn effectiveOn details { label value }
               patent { title } } } }"""
        % (LASER, arguments)
    )
    events = data["patent"]["legalEvents"]
    assert [event["code"] for event in events] == codes
    assert events[-1]["details"] == [
        {"label": "变更事项", "value": "专利权人"},
        {"label": "变更后", "value": "甲"},
    ]
    assert events[-1]["patent"] == {"title": "基于激光焊接的控制系统"}


async def test_event_of_a_patent_not_taken_in_yet(patents: Asker) -> None:
    response = await patents.entity_response(
        "... on LegalEvent { code patent { title } }",
        {"__typename": "LegalEvent", "id": "01900000-0000-7000-8000-000000000003"},
    )
    assert response["data"]["_entities"] == [None]
    assert [error["extensions"]["code"] for error in response["errors"]] == ["NOT_FOUND"]


async def test_holdings_of_many_organisations_in_one_statement(patents: Asker) -> None:
    found = await patents.entities(
        """... on Organization { uscc patentCount inForce: patentCount(legalStatus: IN_FORCE)
             heldPatents(first: 2) { totalCount pageInfo { hasNextPage }
               nodes { applicationNumber } } }""",
        {"__typename": "Organization", "uscc": HOLDER},
        {"__typename": "Organization", "uscc": OTHER},
        {"__typename": "Organization", "uscc": "91310115MA9T000346"},
    )
    assert [(each["patentCount"], each["inForce"]) for each in found] == [(3, 2), (1, 0), (0, 0)]
    assert [each["heldPatents"] for each in found] == [
        {
            "totalCount": 3,
            "pageInfo": {"hasNextPage": True},
            "nodes": [{"applicationNumber": LASER}, {"applicationNumber": COOLER}],
        },
        {
            "totalCount": 1,
            "pageInfo": {"hasNextPage": False},
            "nodes": [{"applicationNumber": OLD}],
        },
        {"totalCount": 0, "pageInfo": {"hasNextPage": False}, "nodes": []},
    ]
    assert dict(patents.statements) == {
        "patents.held_patents": 1,
        "patents.held_patent_counts": 2,  # all of them, and those in force
    }


async def test_pages_of_held_patents(patents: Asker) -> None:
    query = (
        "... on Organization { heldPatents(first: 1%s, kind: UTILITY_MODEL, legalStatus: IN_FORCE)"
        " { nodes { applicationNumber } pageInfo { endCursor hasNextPage } } }"
    )
    key = {"__typename": "Organization", "uscc": HOLDER}
    [first] = await patents.entities(query % "", key)
    cursor = first["heldPatents"]["pageInfo"]["endCursor"]
    [second] = await patents.entities(query % f', after: "{cursor}"', key)
    assert first["heldPatents"]["nodes"] == [{"applicationNumber": LASER}]
    assert second["heldPatents"]["nodes"] == [{"applicationNumber": COOLER}]
    assert second["heldPatents"]["pageInfo"]["hasNextPage"] is False


async def test_patent_count_of_classes(world: Database, patents: Asker) -> None:
    await count_classes(JobContext(world, NoPeers(), NOW))
    symbols = ["B", "B23K26/00", "B23K37/00", "H01M", "A01B", "B23K26/21", "H01M10/99"]
    found = await patents.entities(
        "... on IpcClass { patentCount }",
        *({"__typename": "IpcClass", "symbol": symbol} for symbol in symbols),
    )
    assert [each["patentCount"] for each in found] == [2, 2, 1, 2, 0, 1, 0]
    assert dict(patents.statements) == {
        "patents.ipc_counts": 1,
        "patents.ipc_subgroup_counts": 1,
    }


async def test_one_statement_per_batch_of_patents(patents: Asker) -> None:
    await patents.data(
        """{ patents { nodes { publications { number } applicants { name } currentHolders { name }
               ipcClasses { symbol } industries { code } evaluationReport { conclusion }
               a: legalEvents { code } b: legalEvents(category: "F") { code } } } }"""
    )
    assert dict(patents.statements) == {
        "patents.patent_page": 1,
        "patents.publications": 1,
        "patents.parties": 1,
        "patents.ipc_symbols": 1,
        "patents.industries": 1,
        "patents.evaluation_reports": 1,
        "patents.events_of_patents": 2,  # one per set of arguments
    }


async def test_pages_stay_whole_while_patents_arrive(database: Database) -> None:
    """Rows that come before or after the position neither repeat nor hide others."""
    insert = """
        insert into patents.patent (application_number, office_code, kind, title, filing_date,
          source_system, confidence, content_hash)
        select 'CN20201' || lpad(n::text, 7, '0') || '0', 'CN', 'INVENTION', 't',
          date '2020-01-01' + n / 3, 's', 'CENTER', 'h' from generate_series($1::int, $2::int) as n
    """
    await database.execute("test.insert", insert, 100, 129)
    asker, seen, cursor = Asker(database, "patents"), [], None
    for round_ in range(100):
        data = await asker.data(
            """query ($a: String) { patents(first: 7, after: $a) {
                 nodes { applicationNumber } pageInfo { endCursor hasNextPage } } }""",
            a=cursor,
        )
        seen += [node["applicationNumber"] for node in data["patents"]["nodes"]]
        cursor = data["patents"]["pageInfo"]["endCursor"]
        await database.execute("test.insert", insert, 200 + round_, 200 + round_)
        if not data["patents"]["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 30
    assert seen == sorted(seen, reverse=True)
