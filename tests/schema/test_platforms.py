"""Subgraph `platforms`: centres, their names, lists and pages, layout limits, policy documents."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from tests.schema.test_one_graph import ask
from tests.schema.world import CENTER, HOLDER, OTHER, Asker

ALL = [CENTER, "FU-110000-01", "IC-440300-01", "RC-440000-01"]


async def test_one_center_whole(platforms: Asker) -> None:
    data = await platforms.data(
        """{ operationCenter(code: " ft-110000-01 ") {
               code kind function supportTool circle name officialName status recognisedOn
               functionalPositioning nameHistory { name scheme from to } host { uscc }
               region { code } jurisdiction { code } serviceRegions { code } industries { code }
               recognitionDocument { number title issuer issuedOn publishedOn } } }"""
    )
    name = "国家知识产权运营（北京）交易服务平台"
    assert data["operationCenter"] == {
        "code": CENTER,
        "kind": "FUNCTIONAL",
        "function": "TRADING_SERVICE",
        "supportTool": None,
        "circle": "CORE",
        "name": name,
        "officialName": name,
        "status": "RECOGNISED",
        "recognisedOn": "2022-12-30",
        "functionalPositioning": "交易",
        "nameHistory": [
            {"name": "示例交易中心", "scheme": "PILOT_NAME", "from": None, "to": "2020-01-01"},
            {
                "name": "示例交易平台",
                "scheme": "PILOT_NAME",
                "from": "2020-01-01",
                "to": "2022-12-30",
            },
            {"name": name, "scheme": "NOTICE_2022_1002", "from": "2022-12-30", "to": None},
        ],
        "host": {"uscc": HOLDER},
        "region": {"code": "110000"},
        "jurisdiction": {"code": "110000"},
        "serviceRegions": [{"code": "000000"}],
        "industries": [],
        "recognitionDocument": {
            "number": "国知函〔示例〕1号",
            "title": "关于认定平台的函（示例）",
            "issuer": "示例发文机关",
            "issuedOn": "2022-12-30",
            "publishedOn": None,
        },
    }


async def test_what_a_center_may_lack(platforms: Asker) -> None:
    data = await platforms.data(
        """{ operationCenter(code: "IC-440300-01") { function circle recognisedOn
               nameHistory { name scheme from to } industries { code }
               recognitionDocument { number } }
             unknown: operationCenter(code: "IC-999999-99") { code } }"""
    )
    assert data == {
        "operationCenter": {
            "function": None,
            "circle": "RADIATING",
            "recognisedOn": None,
            "nameHistory": [
                {"name": "示例电池中心", "scheme": "PILOT_NAME", "from": None, "to": None}
            ],
            "industries": [{"code": "C3841"}, {"code": "M"}],
            "recognitionDocument": None,  # a number nobody has registered
        },
        "unknown": None,
    }


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ("", ALL),
        ("(kind: FUNCTIONAL)", ALL[:2]),
        ("(function: SUPPORT_TOOL)", ["FU-110000-01"]),
        ("(circle: CORE)", ALL[:2]),
        ("(circle: RADIATING)", ALL[2:]),
        ('(region: "110000")', ALL[:2]),
        ('(region: "440300")', ALL[2:]),
        ('(region: "440305")', ["RC-440000-01"]),
        ('(region: "000000")', ALL),
        ('(industry: "C")', ["IC-440300-01"]),
        ('(industry: "C3841")', ["IC-440300-01"]),
        ('(industry: "C2761")', []),
        ("(status: IN_RECTIFICATION)", ["RC-440000-01"]),
        ('(circle: CORE, region: "11", status: RECOGNISED, function: TRADING_SERVICE)', [CENTER]),
        ("(kind: REGIONAL, status: RECOGNISED)", []),
    ],
)
async def test_lists_and_pages_find_the_same(
    platforms: Asker, arguments: str, codes: list[str]
) -> None:
    data = await platforms.data(
        "{ operationCenters%s { code } operationCenterPages%s { totalCount nodes { code } } }"
        % (arguments, arguments)
    )
    assert [each["code"] for each in data["operationCenters"]] == codes
    assert [each["code"] for each in data["operationCenterPages"]["nodes"]] == codes
    assert data["operationCenterPages"]["totalCount"] == len(codes)


async def test_pages_follow_each_other(platforms: Asker) -> None:
    query = """query ($after: String) { operationCenterPages(first: 3, after: $after) {
        nodes { code } pageInfo { hasNextPage endCursor } } }"""
    first = (await platforms.data(query))["operationCenterPages"]
    second = (await platforms.data(query, after=first["pageInfo"]["endCursor"]))[
        "operationCenterPages"
    ]
    assert [each["code"] for each in (*first["nodes"], *second["nodes"])] == ALL
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ operationCenterPages(after: "x") { totalCount } }', "INVALID_CURSOR"),
        ("{ operationCenterPages(first: 0) { totalCount } }", "INVALID_PAGE_SIZE"),
        ('{ operationCenter(code: " ") { code } }', "BAD_IDENTIFIER"),
        ('{ operationCenters(region: "4") { code } }', "BAD_IDENTIFIER"),
        (
            '{ checkCenterName(name: "%s", kind: REGIONAL) { ok } }' % ("国" * 1001),
            "BAD_USER_INPUT",
        ),
    ],
)
async def test_bad_input_is_coded(platforms: Asker, query: str, code: str) -> None:
    assert await platforms.codes(query) == [code]


async def test_centers_of_others(platforms: Asker) -> None:
    keys: list[dict[str, Any]] = [
        *({"__typename": "Organization", "uscc": uscc} for uscc in (HOLDER, OTHER)),
        *({"__typename": "Region", "code": code} for code in ("440000", "110101", "650000")),
        *({"__typename": "Industry", "code": code} for code in ("C38", "M", "A")),
        *({"__typename": "Jurisdiction", "code": code} for code in ("440300", "440000")),
    ]
    found = await platforms.entities(
        """... on Organization { hostedCenters { code } }
           ... on Region { operationCenters { code }
             industry: operationCenters(kind: INDUSTRY) { code } }
           ... on Industry { operationCenters { code } }
           ... on Jurisdiction { supervisedCenters { code }
             pilots: supervisedCenters(status: PILOT) { code } }""",
        *keys,
    )

    def codes(each: dict[str, Any], name: str) -> list[str]:
        return [center["code"] for center in each[name]]

    assert [codes(each, "hostedCenters") for each in found[:2]] == [
        [CENTER, "RC-440000-01"],
        ["FU-110000-01", "IC-440300-01"],
    ]
    assert [codes(each, "operationCenters") for each in found[2:8]] == [
        ["IC-440300-01", "RC-440000-01"],
        ["FU-110000-01"],
        [],
        ["IC-440300-01"],
        ["IC-440300-01"],
        [],
    ]
    assert [codes(each, "industry") for each in found[2:5]] == [["IC-440300-01"], [], []]
    # the separately planned city acts, not its province
    assert [codes(each, "supervisedCenters") for each in found[8:]] == [
        ["IC-440300-01", "RC-440000-01"],
        [],
    ]
    assert codes(found[8], "pilots") == ["IC-440300-01"]
    assert dict(platforms.statements) == {
        "platforms.centers_of_hosts": 1,
        "platforms.centers_in_regions": 2,
        "platforms.centers_in_industries": 1,
        "platforms.centers_of_jurisdictions": 2,
    }


async def test_entities_are_found_in_one_statement(platforms: Asker) -> None:
    response = await platforms.entity_response(
        """... on OperationCenter { officialName nameHistory { name } serviceRegions { code }
             industries { code } recognitionDocument { title } }
           ... on PolicyDocument { title }""",
        *({"__typename": "OperationCenter", "code": code} for code in (*ALL, "FT-000000-99")),
        {"__typename": "OperationCenter", "code": 7},
        {"__typename": "PolicyDocument", "number": "国发〔2021〕20号"},
    )
    found = response["data"]["_entities"]
    assert [each and each["__typename"] for each in found] == [
        *["OperationCenter"] * 4,
        None,
        None,
        "PolicyDocument",
    ]
    assert found[6]["title"] == "“十四五”国家知识产权保护和运用规划"
    assert [error["extensions"]["code"] for error in response["errors"]] == ["BAD_IDENTIFIER"]
    assert dict(platforms.statements) == {
        "platforms.centers": 1,
        "platforms.former_names": 1,
        "platforms.service_regions": 1,
        "platforms.industries": 1,
        # the paper asked for by its key, then those of the centres
        "platforms.documents": 2,
    }


async def test_policy_documents_of_the_notice(platforms: Asker) -> None:
    data = await platforms.data("{ policyDocuments { number title issuer issuedOn publishedOn } }")
    by_number = {each["number"]: each for each in data["policyDocuments"]}
    assert by_number["国知办函运字〔2022〕1002号"] == {
        "number": "国知办函运字〔2022〕1002号",
        "title": "国家知识产权局办公室关于完善知识产权运营平台体系有关事项的通知",
        "issuer": "国家知识产权局办公室",
        "issuedOn": "2022-11-23",
        "publishedOn": "2022-11-30",
    }
    assert len(by_number) == 7
    assert {"国知发运字〔2021〕22号", "国知发运函字〔2023〕156号"} == {
        each["number"] for each in data["policyDocuments"][-2:]
    }  # without a date, so last


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            'name: "国家知识产权运营(北京)交易服务平台", kind: FUNCTIONAL',
            (True, "国家知识产权运营（北京）交易服务平台", ["W_NAME_NORMALISED"]),
        ),
        (
            'name: "国家知识产权运营（北京）交易服务平台", kind: FUNCTIONAL, '
            "function: FINANCIAL_SERVICE",
            (False, None, ["NAME_FUNCTION_MISMATCH"]),
        ),
        (
            'name: "国家知识产权运营（火星）交易服务平台", kind: FUNCTIONAL',
            (False, None, ["NAME_PLACE_UNKNOWN"]),
        ),
        (
            'name: "国家级产业知识产权运营中心（电池）", kind: INDUSTRY',
            (True, "国家级产业知识产权运营中心（电池）", ["W_NAME_QUALIFIER"]),
        ),
        (
            'name: "国家级区域知识产权运营中心", kind: INDUSTRY',
            (False, None, ["NAME_PATTERN"]),
        ),
        (
            'name: "国家级区域知识产权运营中心上海工作站", kind: REGIONAL',
            (False, None, ["NAME_BRANCH_FORBIDDEN"]),
        ),
        (
            'name: "国家专利导航综合服务平台", kind: FUNCTIONAL, function: SUPPORT_TOOL',
            (False, None, ["NAME_NEEDS_DECISION_DOCUMENT"]),
        ),
    ],
)
async def test_names_are_checked(
    platforms: Asker, arguments: str, expected: tuple[bool, str | None, list[str]]
) -> None:
    data = await platforms.data("{ checkCenterName(%s) { ok canonical issues } }" % arguments)
    assert tuple(data["checkCenterName"].values()) == expected


async def test_layout_is_soft_at_15_and_hard_at_50(world: Database) -> None:
    asker = Asker(world, "platforms")
    insert = """
        insert into platforms.operation_center (code, kind, function, name, name_scheme, host_uscc,
          region_code, jurisdiction_code, status, source_system, confidence, content_hash)
        select $1 || '-330000-' || lpad(n::text, 2, '0'), $2, $3, 'x', 'NOTICE_2022_1002', 'h',
          '330000', '330000', $4, 's', 'CENTER', 'h'
        from generate_series($5::int, $6::int) as n"""
    query = "{ layoutStatus { kind function planned recognised inProgress overLimit } }"

    async def layout() -> list[tuple[Any, ...]]:
        return [tuple(each.values()) for each in (await asker.data(query))["layoutStatus"]]

    async def add(*values: object) -> None:
        await world.execute("test.centers", insert, *values)

    try:
        # regional centres have no planned number, so they have no line
        assert await layout() == [
            ("FUNCTIONAL", None, 15, 2, 0, False),
            ("INDUSTRY", None, 50, 0, 1, False),
        ]
        await add("FT", "FUNCTIONAL", "TRADING_SERVICE", "RECOGNISED", 10, 22)
        await add("FF", "FUNCTIONAL", "FINANCIAL_SERVICE", "IN_RECTIFICATION", 10, 11)
        await add("IC", "INDUSTRY", None, "RECOGNISED", 10, 59)
        await add("IC", "INDUSTRY", None, "REVOKED", 61, 61)
        assert await layout() == [
            ("FUNCTIONAL", None, 15, 15, 2, False),
            ("INDUSTRY", None, 50, 50, 1, False),
        ]
        await add("FT", "FUNCTIONAL", "TRADING_SERVICE", "RECOGNISED", 23, 23)
        await add("IC", "INDUSTRY", None, "RECOGNISED", 60, 60)
        assert [line[3:] for line in await layout()] == [(16, 2, True), (51, 1, True)]
        limits = await world.fetch("test.limits", "select kind, hard from platforms.layout_limit")
        assert [tuple(each) for each in limits] == [("FUNCTIONAL", False), ("INDUSTRY", True)]
    finally:
        await world.execute(
            "test.clean", "delete from platforms.operation_center where region_code = '330000'"
        )


async def test_the_area_overview_crosses_subgraphs(world: Database) -> None:
    """Journey 2, as far as its subgraphs are there."""
    answer, queries = await ask(
        world,
        """{ region(code: "440000") { name activeListingCount openLicenceCount
               operationCenters { code officialName kind status region { name }
                 jurisdiction { name leadOffice } host { name } activeListingCount } }
             listings(first: 3) { nodes { number platform { code name } } } }""",
    )
    platform = {"code": CENTER, "name": "国家知识产权运营（北京）交易服务平台"}
    assert answer == {
        "data": {
            "region": {
                "name": "广东省",
                "activeListingCount": 1,
                "openLicenceCount": 1,
                "operationCenters": [
                    {
                        "code": "IC-440300-01",
                        "officialName": "示例电池中心",
                        "kind": "INDUSTRY",
                        "status": "PILOT",
                        "region": {"name": "深圳市"},
                        "jurisdiction": {"name": "深圳市", "leadOffice": "深圳市市场监督管理局"},
                        "host": {"name": "示例乙新材料有限公司"},
                        "activeListingCount": 0,
                    },
                    {
                        "code": "RC-440000-01",
                        "officialName": "国家级区域知识产权运营中心",
                        "kind": "REGIONAL",
                        "status": "IN_RECTIFICATION",
                        "region": {"name": "南山区"},
                        "jurisdiction": {"name": "深圳市", "leadOffice": "深圳市市场监督管理局"},
                        "host": {"name": "示例甲智能装备有限公司"},
                        "activeListingCount": 0,
                    },
                ],
            },
            "listings": {
                "nodes": [
                    {"number": "FT-1", "platform": platform},
                    # a centre nobody registered: its code, no name, no error
                    {"number": "FT-1", "platform": {"code": "FT-310000-01", "name": None}},
                    {"number": "FT-2", "platform": platform},
                ]
            },
        }
    }
    assert set(queries.statements.values()) <= {1, 2}
