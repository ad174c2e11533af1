"""Writing the catalogue: products against standards, standards, grants; rights and bad input."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.catalog_world import (
    AGENCY,
    CNIPA,
    CREDIT_STANDARD,
    DRAFT,
    DRAFT_STANDARD,
    EVIDENCE,
    IN_REVIEW,
    NAVIGATION_CODE,
    PILOT,
    PILOT_CODE,
    PUBLISHED,
    PUBLISHER,
    PUBLISHER_CODE,
    REVIEWER,
    SHENZHEN,
    STANDARD,
    STRANGER,
    TRADER,
    TRADING_CODE,
    StatedAsker,
    StatedPeers,
    add_catalog,
    add_product,
    ask,
    product_input,
)
from tests.schema.world import HOLDER

CREATE = """mutation ($input: ServiceProductInput!) { createServiceProduct(input: $input) {
  product { id number status version conformance { passed requirement { check } detail }
    allowedActions } errors { code message path } } }"""


UPDATE = """mutation ($id: ID!, $v: Int!, $input: ServiceProductInput!) {
  updateServiceProduct(id: $id, expectedVersion: $v, input: $input) {
    product { title version industries { code } conformance { passed } }
    errors { code path } } }"""


MOVE = """mutation ($id: ID!, $v: Int!, $action: ProductAction!, $comment: String) {
  transitionServiceProduct(id: $id, expectedVersion: $v, action: $action, comment: $comment) {
    product { id number status version publishedAt conformance { passed requirement { check } }
      history { from to action by comment } }
    errors { code path } } }"""


@pytest.fixture
async def catalog(database: Database) -> Database:
    await add_catalog(database)
    return database


async def test_a_product_from_draft_to_publication(catalog: Database) -> None:
    publisher, reviewer = ask(catalog, PUBLISHER), ask(catalog, REVIEWER)
    payload, codes = await publisher.mutate(CREATE, input=product_input())
    assert codes == []
    product = payload["product"]
    assert product == {
        "id": product["id"],
        "number": f"{PUBLISHER_CODE}-P0001",
        "status": "DRAFT",
        "version": 1,
        "conformance": [
            {"passed": True, "requirement": {"check": "FIELD_PRESENT"}, "detail": None},
            {"passed": True, "requirement": {"check": "DATA_FOUNDATION_USED"}, "detail": None},
            {"passed": True, "requirement": {"check": "EVIDENCE_ATTACHED"}, "detail": None},
            {"passed": True, "requirement": {"check": "MAX_RESPONSE_DAYS"}, "detail": None},
            {
                "passed": False,
                "requirement": {"check": "MANUAL"},
                "detail": "由审查者判断\nLeft to the reviewer",
            },
        ],
        "allowedActions": ["SUBMIT"],
    }
    found = {"id": product["id"], "comment": None}
    payload, codes = await publisher.mutate(MOVE, **found, v=1, action="SUBMIT")
    assert (codes, payload["product"]["status"]) == ([], "UNDER_REVIEW")
    payload, codes = await reviewer.mutate(MOVE, **found, v=2, action="APPROVE")
    assert codes == []
    done = payload["product"]
    assert (done["status"], done["version"]) == ("PUBLISHED", 3)
    assert done["publishedAt"] == "2024-06-15T04:00:00Z"
    assert all(each["passed"] for each in done["conformance"])
    assert done["history"] == [
        {"from": None, "to": "DRAFT", "action": None, "by": "test:publisher", "comment": None},
        {"from": "DRAFT", "to": "UNDER_REVIEW", "action": "SUBMIT", "by": "test:publisher",
         "comment": None},
        {"from": "UNDER_REVIEW", "to": "PUBLISHED", "action": "APPROVE", "by": "test:reviewer",
         "comment": None},
    ]  # fmt: skip
    # others learn the role, not the person
    history = await ask(catalog, ANONYMOUS).data(
        "query ($id: ID!) { serviceProduct(id: $id) { history { by comment } } }", id=product["id"]
    )
    assert {each["by"] for each in history["serviceProduct"]["history"]} == {
        "INDUSTRY_CENTER",
        "FUNCTIONAL_PLATFORM",
    }
    [event] = await catalog.fetch(
        "test.event",
        "select topic, key, payload from hub.event where topic <> 'reporting.records_changed'",
    )
    assert (event["topic"], event["key"]) == ("catalog.product_published", product["id"])
    assert event["payload"] == {
        "kind": "PATENT_NAVIGATION",
        "publisher": PUBLISHER_CODE,
        "regions": ["440300"],
        "industries": ["C384"],
    }


async def test_numbers_are_given_per_publisher(catalog: Database) -> None:
    publisher = ask(catalog, PUBLISHER)
    numbers = [
        (await publisher.mutate(CREATE, input=product_input()))[0]["product"]["number"]
        for _ in range(2)
    ]
    pilot, _ = await ask(catalog, PILOT).mutate(
        CREATE, input=product_input(publisherCode=PILOT_CODE)
    )
    assert numbers == [f"{PUBLISHER_CODE}-P0001", f"{PUBLISHER_CODE}-P0002"]
    assert pilot["product"]["number"] == f"{PILOT_CODE}-P0001"


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"dataFoundationCodes": []}, "DATA_FOUNDATION_USED"),
        ({"evidence": []}, "EVIDENCE_ATTACHED"),
        ({"responseDays": 11}, "MAX_RESPONSE_DAYS"),
        ({"responseDays": None}, "MAX_RESPONSE_DAYS"),
    ],
)
async def test_a_failed_mandatory_check_fails_the_submission(
    catalog: Database, changed: dict[str, Any], failed: str
) -> None:
    publisher = ask(catalog, PUBLISHER)
    payload, codes = await publisher.mutate(CREATE, input=product_input(**changed))
    assert codes == []
    product_id = payload["product"]["id"]
    payload, codes = await publisher.mutate(MOVE, id=product_id, v=1, action="SUBMIT")
    assert codes == []
    assert payload["product"]["status"] == "CONFORMANCE_FAILED"
    results = payload["product"]["conformance"]
    wrong = {each["requirement"]["check"] for each in results if not each["passed"]}
    assert wrong == {failed, "MANUAL"}
    # mended, it goes through
    assert (await publisher.mutate(MOVE, id=product_id, v=2, action="REVISE"))[1] == []
    payload, codes = await publisher.mutate(UPDATE, id=product_id, v=3, input=product_input())
    assert codes == []
    assert payload["product"]["version"] == 4
    payload, codes = await publisher.mutate(MOVE, id=product_id, v=4, action="SUBMIT")
    assert (codes, payload["product"]["status"]) == ([], "UNDER_REVIEW")


async def test_a_conditional_foundation_needs_a_grant(catalog: Database) -> None:
    await catalog.execute(
        "test.requirement",
        "insert into catalog.standard_requirement (code, version, ordinal, text, mandatory,"
        " check_kind, parameter) values ($1, '1.0', 9, '使用转让数据', true,"
        " 'DATA_FOUNDATION_USED', 'DF-TRANSFER')",
        STANDARD,
    )
    publisher = ask(catalog, PUBLISHER)
    used = product_input(dataFoundationCodes=["CN-PA-BIBS-ABSS-10-A", "DF-TRANSFER"])
    for status, passed in (("ACTIVE", True), ("REVOKED", False), ("APPROVED", False)):
        await catalog.execute(
            "test.grant",
            "update catalog.data_access_grant set status = $1 where foundation_code ="
            " 'DF-TRANSFER'",
            status,
        )
        payload, codes = await publisher.mutate(CREATE, input=used)
        assert codes == []
        result = payload["product"]["conformance"][-1]
        assert result["passed"] is passed
        assert passed == (result["detail"] is None)


@pytest.mark.parametrize(
    ("provider", "grade", "status"),
    [
        (HOLDER, "A", "UNDER_REVIEW"),
        (HOLDER, "B", "UNDER_REVIEW"),
        (HOLDER, "C", "CONFORMANCE_FAILED"),
        (HOLDER, None, "CONFORMANCE_FAILED"),
        (None, None, "UNDER_REVIEW"),
    ],
)
async def test_the_credit_of_the_provider_is_asked_of_tools(
    catalog: Database, provider: str | None, grade: str | None, status: str
) -> None:
    peers = StatedPeers(catalog, credit={HOLDER: grade} if grade else {})
    publisher = StatedAsker(peers, PUBLISHER)
    given = product_input(
        kind="SUPPLY_DEMAND_MATCHING",
        standardCode=CREDIT_STANDARD,
        providerUscc=provider,
        evidence=None,
    )
    payload, codes = await publisher.mutate(CREATE, input=given)
    assert codes == []
    payload, codes = await publisher.mutate(MOVE, id=payload["product"]["id"], v=1, action="SUBMIT")
    assert codes == []
    assert payload["product"]["status"] == status
    assert ("tools" in peers.asked) is (provider is not None)


async def test_a_peer_that_is_down_changes_nothing(catalog: Database) -> None:
    peers = StatedPeers(catalog, down=frozenset({"tools"}))
    given = product_input(
        kind="SUPPLY_DEMAND_MATCHING",
        standardCode=CREDIT_STANDARD,
        providerUscc=HOLDER,
        evidence=None,
    )
    _, codes = await StatedAsker(peers, PUBLISHER).mutate(CREATE, input=given)
    assert codes == ["UPSTREAM_TIMEOUT"]
    count = await catalog.fetchval("test.count", "select count(*) from catalog.service_product")
    assert count == 3


async def test_a_pilot_may_draft_but_not_submit(catalog: Database) -> None:
    pilot = ask(catalog, PILOT)
    payload, codes = await pilot.mutate(CREATE, input=product_input(publisherCode=PILOT_CODE))
    assert codes == []
    _, codes = await pilot.mutate(MOVE, id=payload["product"]["id"], v=1, action="SUBMIT")
    assert codes == ["CENTER_NOT_RECOGNISED"]


async def test_other_centres_may_not_even_draft(catalog: Database) -> None:
    regional = Caller("test:rc", Role.REGIONAL_CENTER, center="RC-440000-01")  # IN_RECTIFICATION
    _, codes = await ask(catalog, regional).mutate(
        CREATE, input=product_input(publisherCode="RC-440000-01")
    )
    assert codes == ["CENTER_NOT_RECOGNISED"]
    _, codes = await ask(catalog, STRANGER).mutate(
        CREATE, input=product_input(publisherCode="RC-320000-01")
    )
    assert codes == ["CENTER_UNKNOWN"]


@pytest.mark.parametrize(
    ("tasks", "codes"),
    [
        ([], ["RECORDAL_TASK_MISSING"]),
        ([("OPEN_LICENCE_PILOT", "RUNNING")], ["RECORDAL_TASK_MISSING"]),
        ([("TRANSFER_LICENCE_RECORDAL_SERVICE", "CANCELLED")], ["RECORDAL_TASK_MISSING"]),
        ([("TRANSFER_LICENCE_RECORDAL_SERVICE", "RUNNING")], []),
    ],
)
async def test_recordal_service_needs_the_task(
    catalog: Database, tasks: list[tuple[str, str]], codes: list[str]
) -> None:
    """DOMAIN F10."""
    await catalog.execute(
        "test.standard",
        "insert into catalog.service_standard (code, version, title, basis, service_kind, status)"
        " values ('SS-REC-001', '1.0', '登记备案', '{}', 'RECORDAL_SERVICE', 'IN_FORCE')",
    )
    stated = [{"kind": kind, "status": status} for kind, status in tasks]
    peers = StatedPeers(catalog, tasks={PUBLISHER_CODE: stated})
    given = product_input(kind="RECORDAL_SERVICE", standardCode="SS-REC-001", evidence=None)
    assert (await StatedAsker(peers, PUBLISHER).mutate(CREATE, input=given))[1] == codes


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": "  "}, ("TEXT_MISSING", ["input", "title"])),
        ({"title": "长" * 201}, ("TEXT_TOO_LONG", ["input", "title"])),
        ({"title": "a\u0000b"}, ("TEXT_INVALID", ["input", "title"])),
        ({"title": "a\ud800"}, ("TEXT_INVALID", ["input", "title"])),
        ({"summary": "长" * 4001}, ("TEXT_TOO_LONG", ["input", "summary"])),
        ({"regionCodes": []}, ("LIST_COUNT", ["input", "regionCodes"])),
        ({"regionCodes": ["440300", "440300"]}, ("LIST_REPEATED", ["input", "regionCodes"])),
        ({"regionCodes": ["440399"]}, ("REGION_UNKNOWN", ["input", "regionCodes"])),
        ({"industryCodes": ["C2999"]}, ("INDUSTRY_UNKNOWN", ["input", "industryCodes"])),
        (
            {"providerUscc": "91110108MA9T0027XH"},
            ("ORGANIZATION_UNKNOWN", ["input", "providerUscc"]),
        ),
        (
            {"dataFoundationCodes": ["DF-NONE"]},
            ("FOUNDATION_UNKNOWN", ["input", "dataFoundationCodes", "0"]),
        ),
        ({"responseDays": 0}, ("RESPONSE_DAYS", ["input", "responseDays"])),
        ({"responseDays": 2147483647}, ("RESPONSE_DAYS", ["input", "responseDays"])),
        (
            {"price": {"kind": "FIXED"}},
            ("MONEY_MEMBER_MISSING", ["input", "price", "amount"]),
        ),
        ({"kind": "VALUATION"}, ("KIND_MISMATCH", ["input", "kind"])),
        ({"standardVersion": "9.9"}, ("STANDARD_NOT_USABLE", ["input", "standardVersion"])),
        (
            {"standardCode": DRAFT_STANDARD},
            ("STANDARD_NOT_USABLE", ["input", "standardVersion"]),
        ),
        (
            {"standardVersion": "2.0"},  # in consultation, without this requirement
            ("REQUIREMENT_UNKNOWN", ["input", "evidence", "0", "requirementId"]),
        ),
        (
            {"evidence": [{"requirementId": EVIDENCE, "title": "", "reference": "x"}]},
            ("TEXT_MISSING", ["input", "evidence", "0", "title"]),
        ),
    ],
)
async def test_bad_products_are_refused(
    catalog: Database, changed: dict[str, Any], problem: tuple[str, list[str]]
) -> None:
    payload, _ = await ask(catalog, PUBLISHER).mutate(CREATE, input=product_input(**changed))
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [problem]
    count = await catalog.fetchval("test.count", "select count(*) from catalog.service_product")
    assert count == 3


async def test_all_problems_are_told_at_once(catalog: Database) -> None:
    payload, codes = await ask(catalog, PUBLISHER).mutate(
        CREATE, input=product_input(title="", responseDays=0, regionCodes=[])
    )
    assert payload["product"] is None
    assert sorted(codes) == ["LIST_COUNT", "RESPONSE_DAYS", "TEXT_MISSING"]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (ANONYMOUS, "UNAUTHENTICATED"),
        (STRANGER, "FORBIDDEN"),
        (REVIEWER, "FORBIDDEN"),
        (AGENCY, "FORBIDDEN"),
        (SHENZHEN, "FORBIDDEN"),
        (CNIPA, "FORBIDDEN"),
    ],
)
async def test_nobody_else_writes_a_publishers_product(
    catalog: Database, caller: Caller, code: str
) -> None:
    asker = ask(catalog, caller)
    assert (await asker.mutate(CREATE, input=product_input()))[1] == [code]
    assert (await asker.mutate(UPDATE, id=DRAFT, v=1, input=product_input()))[1] == [code]
    assert await catalog.fetchval("test.version", "select max(version) from"
                                  " catalog.service_product") == 1  # fmt: skip


async def test_only_drafts_on_the_present_version_are_changed(catalog: Database) -> None:
    publisher = ask(catalog, PUBLISHER)
    given = product_input(title="新名称", industryCodes=["C3841", "M"])
    payload, codes = await publisher.mutate(UPDATE, id=DRAFT, v=1, input=given)
    assert codes == []
    assert payload["product"]["title"] == "新名称"
    assert payload["product"]["version"] == 2
    assert payload["product"]["industries"] == [{"code": "C3841"}, {"code": "M"}]
    assert len(payload["product"]["conformance"]) == 5
    changes = [
        (DRAFT, 1, product_input(), "VERSION_CONFLICT"),
        (PUBLISHED, 1, product_input(), "NOT_EDITABLE"),
        (IN_REVIEW, 1, product_input(), "NOT_EDITABLE"),
        (EVIDENCE, 1, product_input(), "NOT_FOUND"),
        ("x", 1, product_input(), "BAD_IDENTIFIER"),
        (DRAFT, 2, product_input(publisherCode=TRADING_CODE), "PUBLISHER_FIXED"),
    ]
    for product_id, version, changed, code in changes:
        _, codes = await publisher.mutate(UPDATE, id=product_id, v=version, input=changed)
        assert codes == [code], product_id


async def test_the_publisher_does_not_review_itself(catalog: Database) -> None:
    """The navigation platform issued the standard and publishes on it: CNIPA reviews."""
    own = "01900000-0000-7000-8000-0000000d0008"
    await add_product(catalog, own, "UNDER_REVIEW", publisher=NAVIGATION_CODE)
    for action in ("APPROVE", "REJECT"):
        _, codes = await ask(catalog, REVIEWER).mutate(
            MOVE, id=own, v=1, action=action, comment="好"
        )
        assert codes == ["REVIEWER_IS_PUBLISHER"]
    allowed = "query ($id: ID!) { serviceProduct(id: $id) { allowedActions } }"
    data = await ask(catalog, REVIEWER).data(allowed, id=own)
    assert data["serviceProduct"]["allowedActions"] == ["WITHDRAW_SUBMISSION"]
    data = await ask(catalog, CNIPA).data(allowed, id=own)
    assert data["serviceProduct"]["allowedActions"] == ["APPROVE", "REJECT"]
    _, codes = await ask(catalog, CNIPA).mutate(MOVE, id=own, v=1, action="APPROVE")
    assert codes == []


@pytest.mark.parametrize("action", ["REJECT", "SUSPEND"])
async def test_some_actions_need_a_comment(catalog: Database, action: str) -> None:
    product_id = IN_REVIEW if action == "REJECT" else PUBLISHED
    for comment in (None, "  "):
        _, codes = await ask(catalog, REVIEWER).mutate(
            MOVE, id=product_id, v=1, action=action, comment=comment
        )
        assert codes == ["COMMENT_REQUIRED"]


@pytest.mark.parametrize("action", ["SUBMIT", "APPROVE", "RESUME"])
async def test_the_standard_must_be_in_force(catalog: Database, action: str) -> None:
    suspended = "01900000-0000-7000-8000-0000000d0007"
    await add_product(catalog, suspended, "SUSPENDED")
    await catalog.execute(
        "test.standard",
        "update catalog.service_standard set status = 'SUPERSEDED', superseded_on = '2024-06-14'"
        " where code = $1 and version = '1.0'",
        STANDARD,
    )
    product_id, caller = {
        "SUBMIT": (DRAFT, PUBLISHER),
        "APPROVE": (IN_REVIEW, REVIEWER),
        "RESUME": (suspended, PUBLISHER),
    }[action]
    _, codes = await ask(catalog, caller).mutate(MOVE, id=product_id, v=1, action=action)
    assert codes == ["STANDARD_NOT_IN_FORCE"]


@pytest.mark.parametrize(
    ("suspender", "resumers", "others"),
    [
        (PUBLISHER, [PUBLISHER], [REVIEWER, SHENZHEN, STRANGER]),
        (REVIEWER, [CNIPA], [PUBLISHER, SHENZHEN, TRADER]),
        (SHENZHEN, [SHENZHEN], [PUBLISHER, REVIEWER]),
    ],
)
async def test_who_suspended_resumes(
    catalog: Database, suspender: Caller, resumers: list[Caller], others: list[Caller]
) -> None:
    _, codes = await ask(catalog, suspender).mutate(
        MOVE, id=PUBLISHED, v=1, action="SUSPEND", comment="核查"
    )
    assert codes == []
    for other in others:
        _, codes = await ask(catalog, other).mutate(MOVE, id=PUBLISHED, v=2, action="RESUME")
        assert codes == ["FORBIDDEN"], other
    for resumer in resumers:
        payload, codes = await ask(catalog, resumer).mutate(
            MOVE, id=PUBLISHED, v=2, action="RESUME"
        )
        assert codes == []
        assert payload["product"]["status"] == "PUBLISHED"
        last = payload["product"]["history"][-1]
        assert (last["action"], last["by"]) == ("RESUME", resumer.subject)


async def test_a_new_version_supersedes_the_old_one(catalog: Database) -> None:
    publisher = ask(catalog, PUBLISHER)
    payload, codes = await publisher.mutate(MOVE, id=PUBLISHED, v=1, action="PUBLISH_NEW_VERSION")
    assert codes == []
    new = payload["product"]
    assert (new["status"], new["version"]) == ("DRAFT", 1)
    assert new["number"] == f"{PUBLISHER_CODE}-T0001.2"
    assert new["id"] != PUBLISHED
    query = """query ($id: ID!) { serviceProduct(id: $id) { status title regions { code }
      industries { code } usesDataFoundations { code } price { amount } } }"""
    old, made = [
        (await publisher.data(query, id=each))["serviceProduct"] for each in (PUBLISHED, new["id"])
    ]
    assert old.pop("status") == "SUPERSEDED"
    assert made.pop("status") == "DRAFT"
    assert old == made
    # the copy has the evidence too: it passes
    payload, codes = await publisher.mutate(MOVE, id=new["id"], v=1, action="SUBMIT")
    assert (codes, payload["product"]["status"]) == ([], "UNDER_REVIEW")
    _, codes = await ask(catalog, CNIPA).mutate(MOVE, id=new["id"], v=2, action="APPROVE")
    assert codes == []
    payload, _ = await publisher.mutate(MOVE, id=new["id"], v=3, action="PUBLISH_NEW_VERSION")
    assert payload["product"]["number"] == f"{PUBLISHER_CODE}-T0001.3"
