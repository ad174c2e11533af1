"""Projects as typed in, and the checks that are the same for both kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.featured.workflows.advanced_tech import PLATFORM
from resolvers.identity import Caller, Subject
from resolvers.peer_facts import (
    CenterFacts,
    check_numbers,
    check_organizations,
    find_center,
)
from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems
from resolvers.workflow import require

MOST_PATENTS: Final = 100
FUNCTION: Final = "FEATURED_SERVICE"


@dataclass(frozen=True, slots=True)
class AdvancedTechGiven:
    """A project of advanced technology as typed in."""

    title: str
    platform_code: str
    owner_uscc: str
    application_numbers: tuple[str, ...]
    industry_code: str | None
    readiness_level: int
    declassified: bool


@dataclass(frozen=True, slots=True)
class InternationalGiven:
    """A project of international operation as typed in."""

    title: str
    platform_code: str
    owner_uscc: str
    application_numbers: tuple[str, ...]
    office_codes: tuple[str, ...]
    kind: str
    export_control_checked: bool


async def check_common(
    peers: Peers,
    caller: Caller,
    given: AdvancedTechGiven | InternationalGiven,
    problems: Problems,
) -> CenterFacts | None:
    """Collect what is wrong with platform, owner and patents; return the platform.

    Patents of other offices need not be in the hub's own register.

    Raises:
        Forbidden: the caller registers for another platform.
        Refused: the input is wrong in itself.
    """
    require(PLATFORM, caller, Subject.of(platform=given.platform_code))
    check_numbers(problems, given.application_numbers, MOST_PATENTS, "input", "applicationNumbers")
    problems.raise_if_any()
    center = await find_center(
        peers, problems, given.platform_code, FUNCTION, "input", "platformCode"
    )
    await check_organizations(peers, problems, [(given.owner_uscc, ("input", "ownerUscc"))])
    await _check_patents(peers, given.application_numbers, problems)
    return center


async def _check_patents(peers: Peers, numbers: tuple[str, ...], problems: Problems) -> None:
    chinese = [number for number in numbers if number.startswith("CN")]
    found = await ask_entities(
        peers, "patents", "Patent", "applicationNumber", chinese, "applicationNumber"
    )
    for place, number in enumerate(numbers):
        problems.check(
            number not in found or found[number] is not None,
            "PATENT_UNKNOWN",
            f"未收录的专利：{number}",
            f"No such patent: {number}",
            *("input", "applicationNumbers", str(place)),
        )
