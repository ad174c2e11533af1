"""Which rule the name of a platform or centre must keep, and under which scheme it stands.

Once recognised, a name follows the notice of 2022 (DOMAIN §3.12) unless its source says that it was
given under a later one; before that it is a working name (§1.4 D1). Branches are refused always.
"""

from __future__ import annotations

from typing import Literal, cast

from resolvers.values.lists import ReferenceLists
from resolvers.values.platform_names import (
    PlatformKind,
    PlatformName,
    parse_platform_name,
    parse_working_name,
)
from resolvers.values.result import Checked, Issue

NamingScheme = Literal["NOTICE_2022_1002", "CASE_BY_CASE", "NOTICE_2023_156", "PILOT_NAME"]

RECOGNISED = frozenset(["RECOGNISED", "REVOKED"])
"""Statuses of a centre that CNIPA has named."""

_FREE_SCHEMES = frozenset(["NOTICE_2023_156", "PILOT_NAME"])

_FUNCTION_ISSUE = Issue(
    "NAME_FUNCTION_MISMATCH",
    "名称中的功能与平台功能不一致。",
    "The function in the name is not the function of the platform.",
)


def check_center_name(
    name: str,
    kind: str,
    function: str | None,
    *,
    decision_document: str | None = None,
    lists: ReferenceLists | None = None,
) -> Checked[PlatformName]:
    """Check an official name against the kind, and against the function where one is given."""
    is_tool = kind == "FUNCTIONAL" and function == "SUPPORT_TOOL"
    rule = "SUPPORT_TOOL" if is_tool else kind
    checked = parse_platform_name(
        name, cast(PlatformKind, rule), decision_document=decision_document, lists=lists
    )
    found = checked.value
    if found is not None and kind == "FUNCTIONAL" and function not in (None, found.function):
        return Checked(None, None, None, (*checked.issues, _FUNCTION_ISSUE))
    return checked


def check_stated_name(
    name: str,
    kind: str,
    function: str | None,
    status: str,
    *,
    scheme: str | None = None,
    decision_document: str | None = None,
    lists: ReferenceLists | None = None,
) -> tuple[Checked[PlatformName], NamingScheme]:
    """Check the name a source gives a centre; return it with the scheme it stands under."""
    if scheme in _FREE_SCHEMES:
        return parse_working_name(name), cast(NamingScheme, scheme)
    official: NamingScheme = "CASE_BY_CASE" if function == "SUPPORT_TOOL" else "NOTICE_2022_1002"
    checked = check_center_name(
        name, kind, function, decision_document=decision_document, lists=lists
    )
    if checked.ok or status in RECOGNISED or scheme is not None:
        return checked, official
    return parse_working_name(name), "PILOT_NAME"
