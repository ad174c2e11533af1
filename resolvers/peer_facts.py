"""Facts that commands of several subgraphs ask of others: is there such a centre, organisation,
patent? What is missing becomes a business error at its place in the input.

Ask before a transaction is opened (`resolvers.peers`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems

CENTER: Final = """
query ($code: ID!) { operationCenter(code: $code) {
  kind function supportTool status jurisdiction { code } } }
"""
_WORKING: Final = frozenset(
    {"PILOT", "UNDER_EVALUATION", "RECOGNISED", "IN_RECTIFICATION", "IN_TRANSITION"}
)


@dataclass(frozen=True, slots=True)
class CenterFacts:
    """A platform or centre as the subgraph platforms knows it."""

    code: str
    kind: str
    function: str | None
    support_tool: str | None
    status: str
    jurisdiction: str | None

    @property
    def is_working(self) -> bool:
        """Whether it carries on its business: recognised or on the way to it."""
        return self.status in _WORKING


async def find_center(
    peers: Peers, problems: Problems, code: str, function: str | None, *path: str
) -> CenterFacts | None:
    """Return a working centre of that function; else note CENTER_UNKNOWN, CENTER_FUNCTION or
    CENTER_NOT_WORKING at `path`."""
    found = (await peers.ask("platforms", CENTER, {"code": code}))["operationCenter"]
    if found is None:
        problems.add("CENTER_UNKNOWN", f"没有平台 {code}", f"There is no centre {code}", *path)
        return None
    jurisdiction = found["jurisdiction"]
    center = CenterFacts(
        code,
        found["kind"],
        found["function"],
        found["supportTool"],
        found["status"],
        jurisdiction["code"] if jurisdiction else None,
    )
    if function is not None and center.function != function:
        problems.add(
            "CENTER_FUNCTION",
            f"平台 {code} 的功能不是 {function}",
            f"The function of centre {code} is not {function}",
            *path,
        )
        return None
    working = problems.check(
        center.is_working,
        "CENTER_NOT_WORKING",
        f"平台 {code} 处于 {center.status}，不开展业务",
        f"Centre {code} is {center.status} and does no business",
        *path,
    )
    return center if working else None


async def check_organizations(
    peers: Peers, problems: Problems, named: Sequence[tuple[str, tuple[str, ...]]]
) -> None:
    """Note ORGANIZATION_UNKNOWN for each code (with its place) that no organisation has."""
    codes = [uscc for uscc, _ in named]
    found = await ask_entities(peers, "reference", "Organization", "uscc", codes, "uscc")
    for uscc, path in named:
        problems.check(
            found[uscc] is not None,
            "ORGANIZATION_UNKNOWN",
            f"未登记的组织：{uscc}",
            f"No organisation is registered as {uscc}",
            *path,
        )


async def check_patents(
    peers: Peers, problems: Problems, numbers: Sequence[str], selection: str, *path: str
) -> Mapping[str, Mapping[str, Any]]:
    """Return what the subgraph patents says of each; note PATENT_UNKNOWN for those it lacks."""
    found = await ask_entities(peers, "patents", "Patent", "applicationNumber", numbers, selection)
    for place, number in enumerate(numbers):
        problems.check(
            found[number] is not None,
            "PATENT_UNKNOWN",
            f"未收录的专利：{number}",
            f"No such patent: {number}",
            *path,
            str(place),
        )
    return {number: facts for number, facts in found.items() if facts is not None}


def check_numbers(problems: Problems, numbers: Sequence[str], most: int, *path: str) -> None:
    """Note PATENTS_COUNT unless there are 1 to `most` numbers, none twice."""
    problems.check(
        1 <= len(numbers) <= most and len(set(numbers)) == len(numbers),
        "PATENTS_COUNT",
        f"专利应为 1–{most} 件且不重复",
        f"Name 1 to {most} patents, none twice",
        *path,
    )
