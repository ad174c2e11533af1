"""Featured services: who knows of which project, registering, stages, bad input."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.fuzz import Fuzz
from tests.schema.world import (
    BATTERY,
    COOLER,
    FROM_TEST,
    HOLDER,
    LASER,
    OTHER,
    PROVENANCE,
    Asker,
    add_patents,
    add_platforms,
    add_reference,
)

PLATFORM_CODE = "FS-310000-01"
PLATFORM = Caller("test:fs", Role.FUNCTIONAL_PLATFORM, center=PLATFORM_CODE)
OTHER_FEATURED = Caller("test:fs2", Role.FUNCTIONAL_PLATFORM, center="FS-610100-01")
TRADER = Caller("test:ft", Role.FUNCTIONAL_PLATFORM, center="FT-110000-01")
REGIONAL = Caller("test:rc", Role.REGIONAL_CENTER, center="RC-440000-01")
SHANGHAI = Caller("test:310000", Role.PROVINCIAL_OFFICE, jurisdiction="310000")
GUANGDONG = Caller("test:440000", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
OWNER = Caller("test:owner", Role.THIRD_PARTY_INSTITUTION, uscc=HOLDER)
CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)
SERVICE = Caller("service:peer", Role.SERVICE)

SECRET = "01900000-0000-7000-8000-0000000fe001"
OPEN = "01900000-0000-7000-8000-0000000fe002"
PLANNED = "01900000-0000-7000-8000-0000000fe003"
RUNNING = "01900000-0000-7000-8000-0000000fe004"


async def add_featured(database: Database) -> None:
    """Add a project that is not declassified, an open one, a planned and a running one abroad."""
    await add_reference(database)
    await add_patents(database)
    await add_platforms(database)
    await database.execute(
        "test.featured",
        f"""
        insert into platforms.operation_center
          (code, kind, function, name, name_scheme, host_uscc, region_code, jurisdiction_code,
           status, {PROVENANCE}) values
          ('{PLATFORM_CODE}', 'FUNCTIONAL', 'FEATURED_SERVICE', '示例特色平台',
           'NOTICE_2022_1002', '{HOLDER}', '310000', '310000', 'RECOGNISED', {FROM_TEST});
        insert into featured.advanced_tech_project
          (id, title, platform_code, owner_uscc, adopter_uscc, industry_code, readiness_level,
           stage, declassified, started_on) values
          ('{SECRET}', '未解密技术', '{PLATFORM_CODE}', '{HOLDER}', null, null, 3, 'COLLECTED',
           false, '2024-01-02'),
          ('{OPEN}', '激光焊接工艺', '{PLATFORM_CODE}', '{HOLDER}', '{OTHER}', 'C3841', 6,
           'MATCHED', true, '2024-01-03');
        insert into featured.advanced_tech_patent values
          ('{SECRET}', 0, '{LASER}'), ('{OPEN}', 0, '{LASER}'), ('{OPEN}', 1, '{BATTERY}');
        insert into featured.international_project
          (id, title, platform_code, jurisdiction_code, owner_uscc, kind, status,
           export_control_checked, started_on) values
          ('{PLANNED}', '对外许可', '{PLATFORM_CODE}', '310000', '{HOLDER}', 'LICENSING_OUT',
           'PLANNED', false, '2024-02-01'),
          ('{RUNNING}', '欧洲申请', '{PLATFORM_CODE}', '310000', '{HOLDER}', 'OVERSEAS_FILING',
           'RUNNING', false, '2024-02-02');
        insert into featured.international_patent values
          ('{PLANNED}', 0, '{LASER}'), ('{RUNNING}', 0, '{LASER}'), ('{RUNNING}', 1, 'US123');
        insert into featured.international_office values
          ('{PLANNED}', 0, 'EP'), ('{RUNNING}', 0, 'EP'), ('{RUNNING}', 1, 'CN');
        """,
    )


@pytest.fixture(scope="module")
async def featured(module_database: Database) -> Database:
    await add_featured(module_database)
    return module_database


def ask(database: Database, caller: Caller = ANONYMOUS) -> Asker:
    return Asker(database, "featured", caller)


async def test_projects_as_everybody_sees_them(featured: Database) -> None:
    data = await ask(featured).data(
        """{ advancedTechProjects { id title platform { code } owner { uscc } adopter { uscc }
               patents { applicationNumber } industry { code } readinessLevel stage declassified
               startedOn }
             internationalProjects { id title platform { code } owner { uscc }
               patents { applicationNumber } targetOffices { code } kind status
               exportControlChecked startedOn } }"""
    )
    assert data["advancedTechProjects"] == [
        {
            "id": OPEN,
            "title": "激光焊接工艺",
            "platform": {"code": PLATFORM_CODE},
            "owner": {"uscc": HOLDER},
            "adopter": {"uscc": OTHER},
            "patents": [{"applicationNumber": LASER}, {"applicationNumber": BATTERY}],
            "industry": {"code": "C3841"},
            "readinessLevel": 6,
            "stage": "MATCHED",
            "declassified": True,
            "startedOn": "2024-01-03",
        }
    ]
    assert data["internationalProjects"] == [
        {
            "id": RUNNING,
            "title": "欧洲申请",
            "platform": {"code": PLATFORM_CODE},
            "owner": {"uscc": HOLDER},
            "patents": [{"applicationNumber": LASER}, {"applicationNumber": "US123"}],
            "targetOffices": [{"code": "EP"}, {"code": "CN"}],
            "kind": "OVERSEAS_FILING",
            "status": "RUNNING",
            "exportControlChecked": False,
            "startedOn": "2024-02-02",
        }
    ]


@pytest.mark.parametrize(
    ("caller", "secret", "planned"),
    [
        (ANONYMOUS, False, False),
        (REGIONAL, False, False),
        (TRADER, False, False),
        (GUANGDONG, False, False),
        # not even the province or the owner by its role, nor another featured-service platform
        (SHANGHAI, False, True),
        (OWNER, False, True),
        (OTHER_FEATURED, False, True),
        (PLATFORM, True, True),
        (CNIPA, True, True),
        (SERVICE, True, True),
    ],
)
async def test_who_knows_of_what_on_every_path(
    featured: Database, caller: Caller, secret: bool, planned: bool
) -> None:
    asker = ask(featured, caller)
    data = await asker.data(
        """{ all: advancedTechProjects { id } collected: advancedTechProjects(stage: COLLECTED) {
             id } abroad: internationalProjects { id }
             out: internationalProjects(kind: LICENSING_OUT, targetOffice: "EP") { id } }"""
    )
    advanced = [OPEN, SECRET] if secret else [OPEN]
    international = [RUNNING, PLANNED] if planned else [RUNNING]
    assert [each["id"] for each in data["all"]] == advanced
    assert [each["id"] for each in data["collected"]] == advanced[1:]
    assert [each["id"] for each in data["abroad"]] == international
    assert [each["id"] for each in data["out"]] == international[1:]

    both = "advancedTechProjects { id } internationalProjects { id }"
    found = await asker.entities(
        f"... on Patent {{ {both} }} ... on Organization {{ {both} }}"
        f" ... on OperationCenter {{ {both} }} ... on Office {{ targetingProjects {{ id }} }}"
        " ... on AdvancedTechProject { title } ... on InternationalProject { kind }",
        {"__typename": "Patent", "applicationNumber": LASER},
        {"__typename": "Organization", "uscc": HOLDER},
        {"__typename": "OperationCenter", "code": PLATFORM_CODE},
        {"__typename": "Office", "code": "EP"},
        {"__typename": "AdvancedTechProject", "id": SECRET},
        {"__typename": "InternationalProject", "id": PLANNED},
    )
    for each in found[:3]:
        assert [project["id"] for project in each["advancedTechProjects"]] == advanced
        assert [project["id"] for project in each["internationalProjects"]] == international
    assert [project["id"] for project in found[3]["targetingProjects"]] == international
    assert (found[4] is not None) is secret
    assert (found[5] is not None) is planned


async def test_an_adopter_has_the_project_too(featured: Database) -> None:
    [found] = await ask(featured).entities(
        "... on Organization { advancedTechProjects { id } internationalProjects { id } }",
        {"__typename": "Organization", "uscc": OTHER},
    )
    assert found["advancedTechProjects"] == [{"id": OPEN}]
    assert found["internationalProjects"] == []


async def test_lists_are_filtered(featured: Database) -> None:
    data = await ask(featured, CNIPA).data(
        """{ here: advancedTechProjects(platform: "fs-310000-01") { id }
             elsewhere: advancedTechProjects(platform: "FS-610100-01") { id }
             matched: advancedTechProjects(stage: MATCHED) { id }
             china: internationalProjects(targetOffice: "CN") { id }
             filing: internationalProjects(kind: OVERSEAS_FILING) { id } }"""
    )
    ids = {name: [each["id"] for each in found] for name, found in data.items()}
    assert ids == {
        "here": [OPEN, SECRET],
        "elsewhere": [],
        "matched": [OPEN],
        "china": [RUNNING],
        "filing": [RUNNING],
    }


async def test_one_statement_per_batch(featured: Database) -> None:
    asker = Asker(featured, "featured")
    response = await asker.response(
        """{ advancedTechProjects { patents { advancedTechProjects { id } } owner {
               advancedTechProjects { id } internationalProjects { id } } }
             internationalProjects { patents { internationalProjects { id } } targetOffices {
               targetingProjects { id } } platform { advancedTechProjects { id } } } }"""
    )
    assert "errors" not in response
    assert len(asker.statements) > 8
    assert set(asker.statements.values()) <= {1}


REGISTER = """mutation ($input: AdvancedTechInput!) { registerAdvancedTech(input: $input) {
  project { id stage startedOn declassified patents { applicationNumber } }
  errors { code path } } }"""
ADVANCE = """mutation ($id: ID!, $to: TransformationStage!, $adopter: USCC) {
  advanceTechProject(id: $id, to: $to, adopterUscc: $adopter) {
    project { stage adopter { uscc } } errors { code path } } }"""
UPDATE = """mutation ($id: ID!, $level: Int, $declassified: Boolean) {
  updateAdvancedTech(id: $id, readinessLevel: $level, declassified: $declassified) {
    project { readinessLevel declassified } errors { code path } } }"""
REGISTER_ABROAD = """mutation ($input: InternationalInput!) { registerInternational(input: $input) {
  project { id status exportControlChecked targetOffices { code } } errors { code path } } }"""
ADVANCE_ABROAD = """mutation ($id: ID!, $to: InternationalStatus!, $checked: Boolean) {
  advanceInternational(id: $id, to: $to, exportControlChecked: $checked) {
    project { status exportControlChecked } errors { code path } } }"""


def tech_input(**changed: Any) -> dict[str, Any]:
    return {
        "title": "激光清洗工艺",
        "platformCode": PLATFORM_CODE,
        "ownerUscc": HOLDER,
        "applicationNumbers": [LASER, COOLER],
        "industryCode": "C38",
        "readinessLevel": 4,
        "declassified": False,
        **changed,
    }


def abroad_input(**changed: Any) -> dict[str, Any]:
    return {
        "title": "对外许可",
        "platformCode": PLATFORM_CODE,
        "ownerUscc": HOLDER,
        "applicationNumbers": [LASER],
        "targetOffices": ["EP"],
        "kind": "LICENSING_OUT",
        **changed,
    }


@pytest.fixture
async def written(database: Database) -> Database:
    await add_featured(database)
    return database


async def test_a_project_from_collection_to_industry(written: Database) -> None:
    platform = ask(written, PLATFORM)
    payload, codes = await platform.mutate(REGISTER, input=tech_input())
    assert codes == []
    project = payload["project"]
    assert project == {
        "id": project["id"],
        "stage": "COLLECTED",
        "startedOn": "2024-06-15",
        "declassified": False,
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": COOLER}],
    }
    one = {"id": project["id"]}
    steps: list[tuple[str, str | None, list[str]]] = [
        ("MATCHED", OTHER, ["TRANSITION_NOT_ALLOWED"]),
        ("ASSESSED", OTHER, ["ADOPTER_TOO_EARLY"]),
        ("ASSESSED", None, []),
        ("MATCHED", None, ["ADOPTER_REQUIRED"]),
        ("MATCHED", "91110108MA9T0027XH", ["ORGANIZATION_UNKNOWN"]),
        ("MATCHED", OTHER, []),
        ("PILOT_PRODUCTION", None, []),
        ("INDUSTRIALISED", HOLDER, []),
        ("STOPPED", None, []),
        ("ASSESSED", None, ["TRANSITION_NOT_ALLOWED"]),
    ]
    for to, adopter, expected in steps:
        payload, codes = await platform.mutate(ADVANCE, **one, to=to, adopter=adopter)
        assert codes == expected, to
    changes = await written.fetch(
        "test.changes",
        "select from_status, to_status from featured.status_change where key = $1 order by id",
        project["id"],
    )
    assert [tuple(change) for change in changes] == [
        (None, "COLLECTED"),
        ("COLLECTED", "ASSESSED"),
        ("ASSESSED", "MATCHED"),
        ("MATCHED", "PILOT_PRODUCTION"),
        ("PILOT_PRODUCTION", "INDUSTRIALISED"),
        ("INDUSTRIALISED", "STOPPED"),
    ]


async def test_declassification_is_for_good(written: Database) -> None:
    platform = ask(written, PLATFORM)
    payload, codes = await platform.mutate(UPDATE, id=SECRET, level=5)
    assert (codes, payload["project"]) == ([], {"readinessLevel": 5, "declassified": False})
    payload, codes = await platform.mutate(UPDATE, id=SECRET, declassified=True)
    assert (codes, payload["project"]) == ([], {"readinessLevel": 5, "declassified": True})
    assert len((await ask(written).data("{ advancedTechProjects { id } }"))[
        "advancedTechProjects"]) == 2  # fmt: skip
    for changed, code in (
        ({"declassified": False}, "RECLASSIFIED"),
        ({"level": 0}, "READINESS_LEVEL"),
        ({"level": 10}, "READINESS_LEVEL"),
    ):
        assert (await platform.mutate(UPDATE, id=SECRET, **changed))[1] == [code]
    assert (await ask(written, OTHER_FEATURED).mutate(UPDATE, id=SECRET, level=5))[1] == [
        "FORBIDDEN"
    ]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": " "}, ("TEXT_MISSING", ["input", "title"])),
        ({"readinessLevel": 0}, ("READINESS_LEVEL", ["input", "readinessLevel"])),
        ({"readinessLevel": 10}, ("READINESS_LEVEL", ["input", "readinessLevel"])),
        ({"applicationNumbers": []}, ("PATENTS_COUNT", ["input", "applicationNumbers"])),
        (
            {"applicationNumbers": [LASER, LASER]},
            ("PATENTS_COUNT", ["input", "applicationNumbers"]),
        ),
        (
            {"applicationNumbers": ["US123", "CN2021290000019"]},
            ("PATENT_UNKNOWN", ["input", "applicationNumbers", "1"]),
        ),
        ({"ownerUscc": "91110108MA9T0027XH"}, ("ORGANIZATION_UNKNOWN", ["input", "ownerUscc"])),
        ({"industryCode": "C2999"}, ("INDUSTRY_UNKNOWN", ["input", "industryCode"])),
    ],
)
async def test_bad_projects_are_refused(
    written: Database, changed: dict[str, Any], problem: tuple[str, list[str]]
) -> None:
    payload, _ = await ask(written, PLATFORM).mutate(REGISTER, input=tech_input(**changed))
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [problem]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (ANONYMOUS, "UNAUTHENTICATED"),
        (OTHER_FEATURED, "FORBIDDEN"),
        (TRADER, "FORBIDDEN"),
        (CNIPA, "FORBIDDEN"),
        (SHANGHAI, "FORBIDDEN"),
        (OWNER, "FORBIDDEN"),
    ],
)
async def test_only_the_platform_registers(written: Database, caller: Caller, code: str) -> None:
    asker = ask(written, caller)
    assert (await asker.mutate(REGISTER, input=tech_input()))[1] == [code]
    assert (await asker.mutate(REGISTER_ABROAD, input=abroad_input()))[1] == [code]


async def test_a_platform_that_is_not_registered(written: Database) -> None:
    _, codes = await ask(written, OTHER_FEATURED).mutate(
        REGISTER, input=tech_input(platformCode="FS-610100-01")
    )
    assert codes == ["CENTER_UNKNOWN"]


@pytest.mark.parametrize("kind", ["LICENSING_OUT", "TRANSFER_OUT"])
async def test_nothing_leaves_the_country_unchecked(written: Database, kind: str) -> None:
    platform = ask(written, PLATFORM)
    payload, codes = await platform.mutate(REGISTER_ABROAD, input=abroad_input(kind=kind))
    assert codes == []
    assert payload["project"]["status"] == "PLANNED"
    one = {"id": payload["project"]["id"], "to": "RUNNING"}
    for checked in (None, False):
        _, codes = await platform.mutate(ADVANCE_ABROAD, **one, checked=checked)
        assert codes == ["EXPORT_CONTROL_UNCHECKED"]
    payload, codes = await platform.mutate(ADVANCE_ABROAD, **one, checked=True)
    assert (codes, payload["project"]) == (
        [],
        {"status": "RUNNING", "exportControlChecked": True},
    )


@pytest.mark.parametrize(
    "kind", ["OVERSEAS_FILING", "LICENSING_IN", "TRANSFER_IN", "STANDARD_ESSENTIAL_PATENT"]
)
async def test_other_kinds_need_no_check(written: Database, kind: str) -> None:
    platform = ask(written, PLATFORM)
    payload, codes = await platform.mutate(
        REGISTER_ABROAD, input=abroad_input(kind=kind, applicationNumbers=["US123"])
    )
    assert codes == []
    _, codes = await platform.mutate(ADVANCE_ABROAD, id=payload["project"]["id"], to="RUNNING")
    assert codes == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"targetOffices": []}, ("OFFICES_COUNT", ["input", "targetOffices"])),
        ({"targetOffices": ["EP", "EP"]}, ("OFFICES_COUNT", ["input", "targetOffices"])),
        ({"targetOffices": ["EP", "JP"]}, ("OFFICE_UNKNOWN", ["input", "targetOffices", "1"])),
    ],
)
async def test_bad_offices_are_refused(
    written: Database, changed: dict[str, Any], problem: tuple[str, list[str]]
) -> None:
    payload, _ = await ask(written, PLATFORM).mutate(REGISTER_ABROAD, input=abroad_input(**changed))
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [problem]


POOLS: dict[str, list[Any]] = {
    "title": ["示例项目", "示例", "长" * 300, "\x00"],
    "platformCode": [PLATFORM_CODE] * 6 + ["FS-610100-01"],
    "ownerUscc": [HOLDER, HOLDER, OTHER, "91110108MA9T0027XH"],
    "adopterUscc": [OTHER, OTHER, None],
    "applicationNumbers": [[LASER], [LASER, COOLER], ["US123"], [LASER, LASER]],
    "industryCode": ["C38", None],
    "readinessLevel": [1, 5, 9, 10],
    "targetOffices": [["EP"], ["EP", "CN"], []],
    "id": [SECRET, OPEN, PLANNED, RUNNING, "x"],
}


@pytest.mark.parametrize(
    "name",
    [
        "registerAdvancedTech",
        "advanceTechProject",
        "updateAdvancedTech",
        "registerInternational",
        "advanceInternational",
    ],
)
async def test_whatever_comes_in_is_answered(written: Database, name: str) -> None:
    outcomes: Counter[str] = await Fuzz(written, "featured", POOLS, seed=5).run(name, PLATFORM, 80)
    assert outcomes["DONE"], outcomes
    assert len(outcomes) > 2, outcomes
