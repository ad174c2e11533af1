"""Names of platforms and centres (notice 国知办函运字〔2022〕1002号, part one, item three).

Brackets are made full-width. Functional platforms carry place and function in the name; support
tools need a decision document; centres have one literal name, a qualifier in brackets is
tolerated. Branches of any kind are forbidden. DOMAIN §3.12.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from resolvers.values.lists import ReferenceLists, shipped_lists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import without_space

PlatformKind = Literal["FUNCTIONAL", "SUPPORT_TOOL", "REGIONAL", "INDUSTRY"]
PlatformFunction = Literal[
    "TRADING_SERVICE", "FINANCIAL_SERVICE", "FEATURED_SERVICE", "SUPPORT_TOOL"
]

_FUNCTIONS: dict[str, PlatformFunction] = {
    "交易服务": "TRADING_SERVICE",
    "金融服务": "FINANCIAL_SERVICE",
    "特色服务": "FEATURED_SERVICE",
}
_REGIONAL_NAME = "国家级区域知识产权运营中心"
_INDUSTRY_NAME = "国家级产业知识产权运营中心"
# Places below prefecture level that a platform is named after.
_EXTRA_PLACES = frozenset(["横琴"])

_BRANCH = re.compile("分平台|分中心|工作站|分支机构|联络处|办事处")
_FUNCTIONAL = re.compile(
    "国家知识产权运营（([\u4e00-\u9fff]{2,8})）(交易服务|金融服务|特色服务)平台"
)
_QUALIFIER = "(?:（([\u4e00-\u9fffA-Za-z0-9]{2,20})）)?"
_CENTRES = {
    "REGIONAL": re.compile(_REGIONAL_NAME + _QUALIFIER),
    "INDUSTRY": re.compile(_INDUSTRY_NAME + _QUALIFIER),
}

_NORMALISED_ISSUE = Issue(
    "W_NAME_NORMALISED",
    "名称已规范（全角括号、去空格）。",
    "The name was normalised (full-width brackets, no space).",
)
_BRANCH_ISSUE = Issue(
    "NAME_BRANCH_FORBIDDEN",
    "不得设立分平台、分中心、工作站等分支机构，请使用平台（中心）本身的名称。",
    "Branches (分平台, 分中心, 工作站 …) are not allowed; use the name of the platform itself.",
)
_PATTERN_ISSUE = Issue(
    "NAME_PATTERN",
    "名称不符合规定：国家知识产权运营（地名）交易/金融/特色服务平台，"
    "或国家级区域/产业知识产权运营中心。",
    "The name does not follow the rule: 国家知识产权运营（place）交易服务/金融服务/特色服务平台, "
    "or 国家级区域/产业知识产权运营中心.",
)
_PLACE_ISSUE = Issue(
    "NAME_PLACE_UNKNOWN",
    "括号内应为省级或地市级行政区名称，请核对。",
    "The place must be a province or a prefecture-level region; check it.",
)
_DOCUMENT_ISSUE = Issue(
    "NAME_NEEDS_DECISION_DOCUMENT",
    "支撑工具类平台的名称以批复文件为准，请提供文号。",
    "A support tool is named by a decision document; give its number.",
)
_QUALIFIER_ISSUE = Issue(
    "W_NAME_QUALIFIER",
    "名称后带有括注，规定名称中没有；仅为区分而接受。",
    "A qualifier in brackets is not part of the prescribed name; kept to tell centres apart.",
)


class PlatformName(Struct, frozen=True):
    """A name taken apart; the parts that the kind does not have are None."""

    canonical: str
    kind: PlatformKind
    function: PlatformFunction | None = None
    place: str | None = None
    qualifier: str | None = None


def parse_platform_name(
    text: str,
    kind: PlatformKind | None = None,
    *,
    decision_document: str | None = None,
    lists: ReferenceLists | None = None,
) -> Checked[PlatformName]:
    """Check a name; without `kind` the name itself tells (never SUPPORT_TOOL)."""
    name, issues = _tidy(text)
    if _BRANCH.search(name):
        return Checked(None, None, None, (*issues, _BRANCH_ISSUE))
    kind = kind or _kind_of(name)
    if kind == "FUNCTIONAL":
        return _functional(name, issues, lists or shipped_lists())
    if kind == "SUPPORT_TOOL":
        if not decision_document:
            return Checked(None, None, None, (*issues, _DOCUMENT_ISSUE))
        return Checked(PlatformName(name, kind, "SUPPORT_TOOL"), name, name, issues)
    match = _CENTRES[kind].fullmatch(name)
    if match is None:
        return Checked(None, None, None, (*issues, _PATTERN_ISSUE))
    if match[1]:
        issues = (*issues, _QUALIFIER_ISSUE)
    return Checked(PlatformName(name, kind, qualifier=match[1]), name, name, issues)


def parse_working_name(text: str) -> Checked[PlatformName]:
    """Check a name that no pattern binds: one before recognition, or under a later notice.

    >>> parse_working_name("示例知识产权运营(试点)平台").canonical
    '示例知识产权运营（试点）平台'
    """
    name, issues = _tidy(text)
    if _BRANCH.search(name):
        return Checked(None, None, None, (*issues, _BRANCH_ISSUE))
    return Checked(PlatformName(name, _kind_of(name)), name, name, issues)


def _tidy(text: str) -> tuple[str, tuple[Issue, ...]]:
    """Return the name with full-width brackets and without space, and whether that changed it."""
    name = without_space(text).replace("(", "（").replace(")", "）")
    return name, (_NORMALISED_ISSUE,) if name != text else ()


def _kind_of(name: str) -> PlatformKind:
    if name.startswith(_REGIONAL_NAME):
        return "REGIONAL"
    return "INDUSTRY" if name.startswith(_INDUSTRY_NAME) else "FUNCTIONAL"


def _functional(
    name: str, issues: tuple[Issue, ...], lists: ReferenceLists
) -> Checked[PlatformName]:
    match = _FUNCTIONAL.fullmatch(name)
    if match is None:
        return Checked(None, None, None, (*issues, _PATTERN_ISSUE))
    place = match[1]
    if place not in lists.place_names and place not in _EXTRA_PLACES:
        return Checked(None, None, None, (*issues, _PLACE_ISSUE))
    value = PlatformName(name, "FUNCTIONAL", _FUNCTIONS[match[2]], place)
    return Checked(value, name, name, issues)
