"""Access to conditional data: asked for, decided, revoked; whatever comes in is answered."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from tests.schema.catalog_world import (
    CNIPA,
    DRAFT,
    DRAFT_STANDARD,
    FINANCIER,
    IN_REVIEW,
    PUBLISHED,
    PUBLISHER,
    PUBLISHER_CODE,
    REVIEWER,
    SHENZHEN,
    STANDARD,
    STRANGER,
    TRADER,
    TRADING_CODE,
    add_catalog,
    ask,
    product_input,
)
from tests.schema.fuzz import Fuzz
from tests.schema.world import HOLDER, OTHER

REQUEST = """mutation ($code: ID!, $grantee: ID!, $purpose: String!, $fields: [String!]) {
  requestDataAccess(dataFoundationCode: $code, granteeCode: $grantee, purpose: $purpose,
    fields: $fields) { grant { id status fields grantee { code } validTo }
    errors { code path } } }"""


DECIDE = """mutation ($id: ID!, $approve: Boolean!, $to: Date, $comment: String) {
  decideDataAccess(grantId: $id, approve: $approve, validTo: $to, comment: $comment) {
    grant { status validFrom validTo approvedBy } errors { code path } } }"""


@pytest.fixture
async def catalog(database: Database) -> Database:
    await add_catalog(database)
    return database


async def test_a_grant_is_requested_and_decided(catalog: Database) -> None:
    publisher, provider = ask(catalog, PUBLISHER), ask(catalog, TRADER)
    wanted = {"code": "DF-TRANSFER", "grantee": PUBLISHER_CODE, "purpose": "区域分析"}
    payload, codes = await publisher.mutate(REQUEST, **wanted, fields=["price", "price"])
    assert codes == []
    grant = payload["grant"]
    assert grant == {
        "id": grant["id"],
        "status": "REQUESTED",
        "fields": ["price"],
        "grantee": {"code": PUBLISHER_CODE},
        "validTo": None,
    }
    assert (await publisher.mutate(REQUEST, **wanted))[1] == ["GRANT_PENDING"]
    payload, codes = await provider.mutate(DECIDE, id=grant["id"], approve=True)
    assert codes == []
    assert payload["grant"] == {
        "status": "APPROVED",
        "validFrom": "2024-06-15",
        "validTo": "2025-06-15",
        "approvedBy": TRADING_CODE,
    }


@pytest.mark.parametrize(
    ("code", "fields", "problem"),
    [
        ("DF-NONE", None, "NOT_FOUND"),
        ("DF-OPEN-LICENCE", None, "ALREADY_OPEN"),
        ("CN-PA-BIBS-ABSS-10-A", ["title"], "ALREADY_OPEN"),
        ("DF-LISTING", ["title"], "ALREADY_OPEN"),
        ("DF-LISTING", ["price"], None),
        ("DF-LISTING", None, None),
        ("DF-PLEDGE", ["nothing"], "FIELD_UNKNOWN"),
        ("DF-PLEDGE", [], "FIELDS_COUNT"),
        ("DF-PLEDGE", ["securedAmount"], None),
        ("DF-VALUATION", None, None),
    ],
)
async def test_what_can_be_requested(
    catalog: Database, code: str, fields: list[str] | None, problem: str | None
) -> None:
    _, codes = await ask(catalog, PUBLISHER).mutate(
        REQUEST, code=code, grantee=PUBLISHER_CODE, purpose="分析", fields=fields
    )
    assert codes == ([problem] if problem else [])


async def test_personal_data_are_never_granted(catalog: Database) -> None:
    """DOMAIN §2.6."""
    await catalog.execute(
        "test.field",
        "insert into catalog.data_foundation_field values ('DF-PLEDGE', 9, 'address', '地址',"
        " 'String', false, 'PERSONAL')",
    )
    publisher = ask(catalog, PUBLISHER)
    wanted = {"code": "DF-PLEDGE", "grantee": PUBLISHER_CODE, "purpose": "分析"}
    assert (await publisher.mutate(REQUEST, **wanted, fields=["address"]))[1] == ["FIELD_PERSONAL"]
    payload, codes = await publisher.mutate(REQUEST, **wanted)  # all that may be granted
    assert codes == []
    assert payload["grant"]["fields"] == [
        *("registrationNumber", "patents", "pledgors", "pledgees"),
        *("registeredOn", "securedAmount"),
    ]


async def test_nobody_asks_for_another_or_for_its_own_data(catalog: Database) -> None:
    wanted = {"code": "DF-TRANSFER", "purpose": "分析"}
    _, codes = await ask(catalog, STRANGER).mutate(REQUEST, **wanted, grantee=PUBLISHER_CODE)
    assert codes == ["FORBIDDEN"]
    _, codes = await ask(catalog, TRADER).mutate(REQUEST, **wanted, grantee=TRADING_CODE)
    assert codes == ["OWN_DATA"]
    _, codes = await ask(catalog, SHENZHEN).mutate(REQUEST, **wanted, grantee=PUBLISHER_CODE)
    assert codes == ["FORBIDDEN"]


async def test_a_refusal_tells_why(catalog: Database) -> None:
    publisher = ask(catalog, PUBLISHER)
    payload, _ = await publisher.mutate(
        REQUEST, code="DF-PLEDGE", grantee=PUBLISHER_CODE, purpose="分析"
    )
    grant_id = payload["grant"]["id"]
    _, codes = await ask(catalog, CNIPA).mutate(
        DECIDE, id=grant_id, approve=False, comment="用途不符"
    )
    assert codes == []
    [found] = await publisher.entities(
        "... on DataAccessGrant { status decisionComment }",
        {"__typename": "DataAccessGrant", "id": grant_id},
    )
    assert (found["status"], found["decisionComment"]) == ("REFUSED", "用途不符")


@pytest.mark.parametrize(
    ("approve", "to", "comment", "codes"),
    [
        (True, "2024-06-15", None, []),
        (True, "2027-06-17", None, []),
        (True, "2024-06-14", None, ["VALID_TO_RANGE"]),
        (True, "2027-07-01", None, ["VALID_TO_RANGE"]),
        (False, None, "用途不符", []),
        (False, None, None, ["COMMENT_REQUIRED"]),
        (False, "2024-12-31", "用途不符", ["VALID_TO_RANGE"]),
    ],
)
async def test_decisions_are_checked(
    catalog: Database, approve: bool, to: str | None, comment: str | None, codes: list[str]
) -> None:
    payload, _ = await ask(catalog, PUBLISHER).mutate(
        REQUEST, code="DF-TRANSFER", grantee=PUBLISHER_CODE, purpose="分析"
    )
    _, found = await ask(catalog, TRADER).mutate(
        DECIDE, id=payload["grant"]["id"], approve=approve, to=to, comment=comment
    )
    assert found == codes


async def test_restricted_data_are_cnipas_to_decide(catalog: Database) -> None:
    payload, _ = await ask(catalog, PUBLISHER).mutate(
        REQUEST, code="DF-VALUATION", grantee=PUBLISHER_CODE, purpose="分析"
    )
    grant_id = payload["grant"]["id"]
    assert (await ask(catalog, TRADER).mutate(DECIDE, id=grant_id, approve=True))[1] == [
        "FORBIDDEN"
    ]
    payload, codes = await ask(catalog, CNIPA).mutate(DECIDE, id=grant_id, approve=True)
    assert codes == []
    assert payload["grant"]["approvedBy"] == "CNIPA"


async def test_providers_see_no_others_grants(catalog: Database) -> None:
    assert OTHER != HOLDER
    [found] = await ask(catalog, FINANCIER).entities(
        "... on OperationCenter { dataGrants { id } }",
        {"__typename": "OperationCenter", "code": PUBLISHER_CODE},
    )
    assert found["dataGrants"] == []


POOLS: dict[str, list[Any]] = {
    "title": ["导航服务", "服务规范", "专利导航", "长" * 300],
    "summary": ["面向企业", "面向\n高校", "\x00"],
    "kind": ["PATENT_NAVIGATION"] * 5 + ["VALUATION"],
    "serviceKind": ["PATENT_NAVIGATION"],
    "publisherCode": [PUBLISHER_CODE] * 5 + [TRADING_CODE],
    "standardCode": [STANDARD] * 5 + [DRAFT_STANDARD, "x"],
    "standardVersion": ["1.0"] * 5 + ["2.0", "\x00"],
    "dataFoundationCodes": [[], ["CN-PA-BIBS-ABSS-10-A"], ["DF-PLEDGE"], ["DF-NONE"]],
    "regionCodes": [["440300"], ["440300", "000000"], ["110000"], ["999999"]],
    "industryCodes": [[], ["C38"]],
    "providerUscc": [HOLDER],
    "evidence": [[], None],
    "price": [{"kind": "NEGOTIABLE"}, {"kind": "FIXED", "amount": "1"}, {"kind": "FREE"}],
    "responseDays": [1, 3, 9, -1],
    "id": [DRAFT, DRAFT, DRAFT, PUBLISHED, IN_REVIEW, "x"],
    "expectedVersion": [1, 1, 2],
    "comment": ["说明", None, "\x00"],
    "code": ["SS-NAV-001", "SS-NEW-001", "DF-PLEDGE", "\x00"],
    "version": ["1.0", "2.0", "3.0"],
    "requirements": [
        [{"text": "有标题", "mandatory": True, "check": "FIELD_PRESENT", "parameter": "title"}],
        [{"text": "", "mandatory": True, "check": "MANUAL"}],
    ],
    "basis": [[], ["依据"]],
    "dataFoundationCode": ["DF-PLEDGE", "DF-LICENCE", "DF-OPEN-LICENCE"],
    "granteeCode": [PUBLISHER_CODE],
    "purpose": ["分析", " "],
    "fields": [None, ["securedAmount"], ["nothing"]],
    "validTo": ["2024-12-31", None, "2023-01-01"],
    "reason": ["用途不符", ""],
}


@pytest.mark.parametrize(
    ("name", "caller", "succeeds"),
    [
        ("createServiceProduct", PUBLISHER, True),
        ("updateServiceProduct", PUBLISHER, True),
        ("transitionServiceProduct", PUBLISHER, True),
        ("transitionServiceProduct", REVIEWER, True),
        ("draftServiceStandard", REVIEWER, True),
        ("changeStandardStatus", REVIEWER, True),
        ("requestDataAccess", PUBLISHER, True),
        ("saveDataFoundation", TRADER, False),
        ("decideDataAccess", TRADER, False),
        ("revokeDataAccess", TRADER, False),
    ],
)
async def test_whatever_comes_in_is_answered(
    catalog: Database, name: str, caller: Caller, succeeds: bool
) -> None:
    pools = POOLS
    if name == "updateServiceProduct":  # or hardly one input would fit
        whole = [product_input(), product_input(title="新名称"), product_input(kind="VALUATION")]
        pools = {**POOLS, "input": whole}
    outcomes: Counter[str] = await Fuzz(catalog, "catalog", pools, seed=3).run(name, caller, 100)
    assert bool(outcomes["DONE"]) or not succeeds, outcomes
    assert len(outcomes) > 1, outcomes
