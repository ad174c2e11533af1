"""Kind, function and lists of a new centre agree (DOMAIN §1.2 B3-B6, §1.4 D1, §2.3)."""

from __future__ import annotations

import re
from typing import Final, Protocol

from resolvers.platforms.rules.texts import check_text
from resolvers.refusal import Problems

MOST_CODES: Final = 100
_OFFICIAL: Final = re.compile("国家级(?:区域|产业)知识产权运营中心|国家知识产权运营（[^）]*）")


class CenterShape(Protocol):
    """What is looked at."""

    @property
    def kind(self) -> str: ...
    @property
    def function(self) -> str | None: ...
    @property
    def support_tool(self) -> str | None: ...
    @property
    def working_name(self) -> str: ...
    @property
    def region_code(self) -> str: ...
    @property
    def service_regions(self) -> tuple[str, ...]: ...
    @property
    def industries(self) -> tuple[str, ...]: ...


def check_shape(given: CenterShape, problems: Problems) -> None:
    """Add CENTER_FUNCTION, CENTER_SUPPORT_TOOL, CENTER_SERVICE_REGIONS, CENTER_INDUSTRIES,
    LIST_TOO_LONG, LIST_DUPLICATE, REGION_COUNTRY, NAME_BEFORE_RECOGNITION, TEXT_…."""
    problems.check(
        (given.kind == "FUNCTIONAL") == (given.function is not None),
        "CENTER_FUNCTION",
        "功能性平台须有功能，其他类型没有",
        "A functional platform has a function, other kinds have none",
        "input",
        "function",
    )
    problems.check(
        given.support_tool is None or given.function == "SUPPORT_TOOL",
        "CENTER_SUPPORT_TOOL",
        "只有支撑工具类平台有工具类别",
        "Only a support tool has a kind of tool",
        "input",
        "supportTool",
    )
    problems.check(
        given.kind != "REGIONAL" or bool(given.service_regions),
        "CENTER_SERVICE_REGIONS",
        "区域中心须有辐射范围",
        "A regional centre serves at least one region",
        "input",
        "serviceRegionCodes",
    )
    problems.check(
        given.kind != "INDUSTRY" or bool(given.industries),
        "CENTER_INDUSTRIES",
        "产业中心须有重点产业",
        "An industry centre serves at least one industry",
        "input",
        "industryCodes",
    )
    problems.check(
        given.region_code != "000000",
        "REGION_COUNTRY",
        "所在地不能是全国",
        "A centre sits in a region, not in the whole country",
        "input",
        "regionCode",
    )
    _check_list(given.service_regions, problems, "serviceRegionCodes")
    _check_list(given.industries, problems, "industryCodes")
    if check_text(problems, given.working_name, 100, "input", "workingName"):
        # A name of the notice is given by a recognition and by nothing else.
        name = given.working_name.replace("(", "（").replace(")", "）")
        problems.check(
            _OFFICIAL.search("".join(name.split())) is None,
            "NAME_BEFORE_RECOGNITION",
            "认定前不得使用规定的正式名称",
            "The names of the notice are borne only after recognition",
            "input",
            "workingName",
        )


def _check_list(codes: tuple[str, ...], problems: Problems, name: str) -> None:
    problems.check(
        len(codes) <= MOST_CODES,
        "LIST_TOO_LONG",
        f"最多 {MOST_CODES} 项",
        f"At most {MOST_CODES} items",
        "input",
        name,
    )
    problems.check(
        len(set(codes)) == len(codes),
        "LIST_DUPLICATE",
        "有重复的代码",
        "A code stands twice",
        "input",
        name,
    )
