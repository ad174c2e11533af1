"""Writing the catalogue: products against standards, standards, grants; rights and bad input."""

from __future__ import annotations

from collections import Counter
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
    FINANCIER,
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
    product_input,
)
from tests.schema.fuzz import Fuzz
from tests.schema.world import HOLDER, OTHER, Asker

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
DRAFT_ONE = """mutation ($input: StandardInput!) { draftServiceStandard(input: $input) {
  standard { code version status issuedBy { code } requirements { text check parameter } }
  errors { code path } } }"""
CHANGE = """mutation ($code: ID!, $version: String!, $to: StandardStatus!) {
  changeStandardStatus(code: $code, version: $version, to: $to) {
    standard { status effectiveFrom } errors { code path } } }"""
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


def ask(database: Database, caller: Caller) -> Asker:
    return Asker(database, "catalog", caller)


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
    [event] = await catalog.fetch("test.event", "select topic, key, payload from hub.event")
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


def standard_input(**changed: Any) -> dict[str, Any]:
    return {
        "code": "SS-SVC-001",
        "version": "1.0",
        "title": "服务评价规范",
        "serviceKind": "SERVICE_EVALUATION",
        "basis": ["国知办函运字〔2022〕1002号"],
        "requirements": [
            {"text": "写明简介", "mandatory": True, "check": "FIELD_PRESENT",
             "parameter": "summary"},
            {"text": "十日内响应", "mandatory": False, "check": "MAX_RESPONSE_DAYS",
             "parameter": "10"},
        ],
        **changed,
    }  # fmt: skip


async def test_a_standard_from_draft_to_replacement(catalog: Database) -> None:
    platform = ask(catalog, REVIEWER)
    payload, codes = await platform.mutate(DRAFT_ONE, input=standard_input())
    assert codes == []
    assert payload["standard"] == {
        "code": "SS-SVC-001",
        "version": "1.0",
        "status": "DRAFT",
        "issuedBy": {"code": NAVIGATION_CODE},
        "requirements": [
            {"text": "写明简介", "check": "FIELD_PRESENT", "parameter": "summary"},
            {"text": "十日内响应", "check": "MAX_RESPONSE_DAYS", "parameter": "10"},
        ],
    }
    # drafting again rewrites the draft
    again = standard_input(
        requirements=[{"text": "附证明", "mandatory": True, "check": "EVIDENCE_ATTACHED"}]
    )
    payload, codes = await platform.mutate(DRAFT_ONE, input=again)
    assert codes == []
    assert [each["text"] for each in payload["standard"]["requirements"]] == ["附证明"]
    one = {"code": "SS-SVC-001", "version": "1.0"}
    for to, effective in (("CONSULTATION", None), ("IN_FORCE", "2024-06-15")):
        payload, codes = await platform.mutate(CHANGE, **one, to=to)
        assert codes == []
        assert payload["standard"] == {"status": to, "effectiveFrom": effective}
    assert (await platform.mutate(DRAFT_ONE, input=again))[1] == ["STANDARD_EXISTS"]

    assert (await platform.mutate(DRAFT_ONE, input=standard_input(version="2.0")))[1] == []
    for to in ("CONSULTATION", "IN_FORCE"):
        assert (await platform.mutate(CHANGE, code="SS-SVC-001", version="2.0", to=to))[1] == []
    data = await platform.data(
        """{ serviceStandards(kind: SERVICE_EVALUATION) { code version status
             replacedBy { version } } }"""
    )
    assert data["serviceStandards"][:2] == [
        {"code": "SS-SVC-001", "version": "2.0", "status": "IN_FORCE", "replacedBy": None},
        {
            "code": "SS-SVC-001",
            "version": "1.0",
            "status": "SUPERSEDED",
            "replacedBy": {"version": "2.0"},
        },
    ]
    events = await catalog.fetch("test.events", "select key, payload from hub.event order by id")
    assert [(each["key"], each["payload"]["to"]) for each in events] == [
        ("SS-SVC-001|1.0", "CONSULTATION"),
        ("SS-SVC-001|1.0", "IN_FORCE"),
        ("SS-SVC-001|2.0", "CONSULTATION"),
        ("SS-SVC-001|1.0", "SUPERSEDED"),
        ("SS-SVC-001|2.0", "IN_FORCE"),
    ]


async def test_a_version_superseded_before_its_successor_came_is_linked_later(
    catalog: Database,
) -> None:
    platform = ask(catalog, REVIEWER)
    assert (await platform.mutate(CHANGE, code=STANDARD, version="1.0", to="SUPERSEDED"))[1] == []
    assert (await platform.mutate(CHANGE, code=STANDARD, version="2.0", to="IN_FORCE"))[1] == []
    data = await platform.data(
        '{ serviceStandard(code: "SS-NAV-001", version: "1.0") { status replacedBy { version } } }'
    )
    assert data["serviceStandard"] == {"status": "SUPERSEDED", "replacedBy": {"version": "2.0"}}


@pytest.mark.parametrize(
    ("caller", "changed", "codes"),
    [
        (CNIPA, {}, []),
        (FINANCIER, {}, ["KIND_NOT_OF_FUNCTION"]),
        (FINANCIER, {"serviceKind": "INSURANCE"}, []),
        (REVIEWER, {"code": STANDARD, "version": "3.0"}, ["KIND_MISMATCH"]),
        (
            CNIPA,
            {"code": STANDARD, "version": "3.0", "serviceKind": "PATENT_NAVIGATION"},
            ["STANDARD_OF_ANOTHER_ISSUER"],
        ),
        (CNIPA, {"code": "SS-1"}, ["STANDARD_CODE"]),
        (CNIPA, {"code": "SS-ABC-0001"}, ["STANDARD_CODE"]),
        (CNIPA, {"version": "1"}, ["STANDARD_VERSION"]),
        (CNIPA, {"requirements": []}, ["REQUIREMENTS_COUNT"]),
        (CNIPA, {"title": ""}, ["TEXT_MISSING"]),
        (CNIPA, {"basis": [""]}, ["TEXT_MISSING"]),
        (CNIPA, {"basis": ["x"] * 21}, ["LIST_COUNT"]),
    ],
)
async def test_who_drafts_what(
    catalog: Database, caller: Caller, changed: dict[str, Any], codes: list[str]
) -> None:
    _, found = await ask(catalog, caller).mutate(DRAFT_ONE, input=standard_input(**changed))
    assert found == codes


@pytest.mark.parametrize(
    ("check", "parameter", "code"),
    [
        ("DATA_FOUNDATION_USED", "DF-TRANSFER", None),
        ("DATA_FOUNDATION_USED", "DF-NONE", "FOUNDATION_UNKNOWN"),
        ("FIELD_PRESENT", "nothing", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", None, "PARAMETER_MISSING"),
        ("MANUAL", "x", "PARAMETER_EXTRA"),
    ],
)
async def test_parameters_are_checked(
    catalog: Database, check: str, parameter: str | None, code: str | None
) -> None:
    requirement = {"text": "要求", "mandatory": True, "check": check, "parameter": parameter}
    payload, _ = await ask(catalog, CNIPA).mutate(
        DRAFT_ONE, input=standard_input(requirements=[requirement])
    )
    place = ["input", "requirements", "0", "parameter"]
    assert payload["errors"] == ([{"code": code, "path": place}] if code else [])


@pytest.mark.parametrize("caller", [PUBLISHER, SHENZHEN, AGENCY, ANONYMOUS])
async def test_nobody_else_drafts_standards(catalog: Database, caller: Caller) -> None:
    _, codes = await ask(catalog, caller).mutate(DRAFT_ONE, input=standard_input())
    assert codes == ["FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED"]


SAVE = """mutation ($input: DataFoundationInput!) { saveDataFoundation(input: $input) {
  dataFoundation { code name provider { code } openness recordCount fields { name sensitivity } }
  errors { code path } } }"""


def foundation_input(**changed: Any) -> dict[str, Any]:
    return {
        "code": "DF-INSURANCE",
        "name": "专利保险数据",
        "description": "保单的险种、期限和保额",
        "topic": "PLEDGE",
        "openness": "CONDITIONAL",
        "licenceTerms": "须经授权",
        "updateCycle": "MONTHLY",
        "fields": [
            {"name": "cover", "nameZh": "保额", "type": "Money", "required": True,
             "sensitivity": "COMMERCIAL"},
        ],
        **changed,
    }  # fmt: skip


async def test_a_platform_describes_its_data(catalog: Database) -> None:
    payload, codes = await ask(catalog, FINANCIER).mutate(SAVE, input=foundation_input())
    assert codes == []
    assert payload["dataFoundation"] == {
        "code": "DF-INSURANCE",
        "name": "专利保险数据",
        "provider": {"code": "FF-440400-01"},
        "openness": "CONDITIONAL",
        "recordCount": 0,
        "fields": [{"name": "cover", "sensitivity": "COMMERCIAL"}],
    }
    other = {"name": "kind", "nameZh": "险种", "type": "InsuranceKind", "required": True,
             "sensitivity": "PUBLIC"}  # fmt: skip
    changed = foundation_input(name="专利保险", openness="OPEN", fields=[other])
    for caller in (FINANCIER, CNIPA):  # CNIPA changes what others provide, who keep providing it
        payload, codes = await ask(catalog, caller).mutate(SAVE, input=changed)
        assert codes == []
        assert payload["dataFoundation"]["provider"] == {"code": "FF-440400-01"}
        assert payload["dataFoundation"]["fields"] == [{"name": "kind", "sensitivity": "PUBLIC"}]


@pytest.mark.parametrize(
    ("caller", "changed", "codes"),
    [
        (CNIPA, {"topic": "STATISTICS"}, []),
        (FINANCIER, {"topic": "TRANSFER"}, ["TOPIC_NOT_OF_FUNCTION"]),
        (TRADER, {"code": "DF-TRANSFER", "topic": "TRANSFER"}, []),
        (TRADER, {"code": "DF-TRANSFER", "topic": "LICENCE"}, ["TOPIC_FIXED"]),
        (TRADER, {"code": "DF-DEMAND", "topic": "DEMAND"}, ["FORBIDDEN"]),  # the hub's own
        (PUBLISHER, {}, ["FORBIDDEN"]),
        (ANONYMOUS, {}, ["UNAUTHENTICATED"]),
        (FINANCIER, {"code": "INSURANCE"}, ["FOUNDATION_CODE"]),
        (FINANCIER, {"fields": []}, ["LIST_COUNT"]),
        (FINANCIER, {"coverageFrom": "2024-02-01", "coverageTo": "2024-01-01"}, ["DATE_ORDER"]),
    ],
)
async def test_who_describes_what(
    catalog: Database, caller: Caller, changed: dict[str, Any], codes: list[str]
) -> None:
    _, found = await ask(catalog, caller).mutate(SAVE, input=foundation_input(**changed))
    assert found == codes


@pytest.mark.parametrize(
    ("name", "twice", "code"), [("Cover", 1, "FIELD_NAME"), ("cover", 2, "LIST_REPEATED")]
)
async def test_bad_fields_are_refused(catalog: Database, name: str, twice: int, code: str) -> None:
    each = {"name": name, "nameZh": "保额", "type": "Money", "required": True,
            "sensitivity": "PUBLIC"}  # fmt: skip
    _, codes = await ask(catalog, FINANCIER).mutate(
        SAVE, input=foundation_input(fields=[each] * twice)
    )
    assert codes == [code]


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
