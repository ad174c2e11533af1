"""`registerCenter`: a pilot joins the system under a working name (DOMAIN §1.4, §2.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers, ask_entities
from resolvers.platforms.rights import CNIPA, CORPS, OFFICE
from resolvers.platforms.rules.new_center import MOST_CODES, check_shape
from resolvers.refusal import Problems, refuse
from resolvers.values.center_codes import LETTERS
from resolvers.values.platform_names import parse_working_name
from resolvers.workflow import require

# Held until the transaction ends: two centres of one kind and place get two numbers.
LOCK: Final = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
LAST_SERIAL: Final = """
select coalesce(max(right(code, 2)::int), 0) from platforms.operation_center
where code >= $1 and code < $1 || ':'
"""
INSERT: Final = """
insert into platforms.operation_center (code, kind, function, support_tool, name, name_scheme,
  host_uscc, region_code, jurisdiction_code, status, source_system, received_at, confidence,
  record_date, content_hash)
values ($1, $2, $3, $4, $5, 'PILOT_NAME', $6, $7, $8, 'PILOT', 'hub', $9, 'REGISTRY', $10, $11)
on conflict (code) do nothing returning code
"""
ADD_REGIONS: Final = """
insert into platforms.center_service_region (code, ordinal, region_code)
select $1, ordinal - 1, region from unnest($2::text[]) with ordinality as given (region, ordinal)
"""
ADD_INDUSTRIES: Final = """
insert into platforms.center_industry (code, ordinal, industry_code)
select $1, ordinal - 1, industry
from unnest($2::text[]) with ordinality as given (industry, ordinal)
"""
_PREFIXES: Final = {what: letters for letters, what in LETTERS.items()}
LAST_POSSIBLE: Final = 99
COUNTRY: Final = "000000"


@dataclass(frozen=True, slots=True)
class NewCenter:
    """A centre as given; codes are canonical. `jurisdiction`: only for the production corps."""

    kind: str
    function: str | None
    support_tool: str | None
    working_name: str
    host_uscc: str
    region_code: str
    service_regions: tuple[str, ...]
    industries: tuple[str, ...]
    jurisdiction: str | None = None


async def register_center(command: Command, peers: Peers, given: NewCenter, today: date) -> str:
    """Register the centre as PILOT; return the code it got.

    The office that acts for the region registers it, or CNIPA.

    Raises:
        Refused: what `check_shape` finds, NAME_BRANCH_FORBIDDEN, HOST_UNKNOWN, REGION_UNKNOWN,
            REGION_RETIRED, INDUSTRY_UNKNOWN, CENTER_JURISDICTION, CODE_EXHAUSTED.
        Forbidden: another office acts for the region.
    """
    problems = Problems()
    check_shape(given, problems)
    name = parse_working_name(given.working_name)
    for issue in name.issues:
        if not issue.is_warning:
            path = ("input", "workingName")
            problems.add(issue.code, issue.message_zh, issue.message_en, *path)
    jurisdiction = await _check_references(peers, given, command.caller.jurisdiction, problems)
    if jurisdiction is not None:
        require((*OFFICE, *CNIPA), command.caller, Subject.of(office=jurisdiction))
    problems.raise_if_any()
    assert name.canonical is not None
    assert jurisdiction is not None
    async with command.transaction() as work:
        code = await _next_code(work, given)
        # A feed, which does not wait for our lock, may have brought the code meanwhile.
        while not await _insert(work, code, given, name.canonical, jurisdiction, today):
            code = await _next_code(work, given)
        work.key = code
        await record_change(
            work, "platforms", Change("operation_center", code, None, "PILOT", None)
        )
        payload = {"from": None, "to": "PILOT", "kind": given.kind}
        await work.publish("platforms.center_status_changed", code, payload)
        return code


async def _check_references(
    peers: Peers, given: NewCenter, office: str | None, problems: Problems
) -> str | None:
    """Check what `reference` knows; return whose office acts for the region."""
    served = given.service_regions[:MOST_CODES]
    regions = [each for each in (given.region_code, *served) if each != COUNTRY]
    hosts = await ask_entities(
        peers, "reference", "Organization", "uscc", [given.host_uscc], "uscc"
    )
    problems.check(
        hosts[given.host_uscc] is not None,
        "HOST_UNKNOWN",
        "建设主体尚未登记",
        "The host is not registered",
        "input",
        "hostUscc",
    )
    known = await ask_entities(
        peers, "reference", "Region", "code", regions, "code status jurisdiction { code }"
    )
    if given.region_code != COUNTRY:
        _check_region(known[given.region_code], problems, "input", "regionCode")
    for number, code in enumerate(served):
        if code != COUNTRY:
            _check_region(known[code], problems, "input", "serviceRegionCodes", str(number))
    await _check_industries(peers, given.industries[:MOST_CODES], problems)
    return _jurisdiction(known.get(given.region_code), given, office, problems)


def _check_region(found: Mapping[str, Any] | None, problems: Problems, *path: str) -> None:
    if problems.check(
        found is not None, "REGION_UNKNOWN", "没有这个行政区划", "There is no such region", *path
    ):
        assert found is not None
        problems.check(
            found["status"] != "RETIRED",
            "REGION_RETIRED",
            "该行政区划已停用",
            "The region is no longer used",
            *path,
        )


async def _check_industries(peers: Peers, codes: Sequence[str], problems: Problems) -> None:
    known = await ask_entities(peers, "reference", "Industry", "code", codes, "code")
    for number, code in enumerate(codes):
        problems.check(
            known[code] is not None,
            "INDUSTRY_UNKNOWN",
            "没有这个行业",
            "There is no such industry",
            "input",
            "industryCodes",
            str(number),
        )


def _jurisdiction(
    region: Mapping[str, Any] | None, given: NewCenter, office: str | None, problems: Problems
) -> str | None:
    """Return whose office acts: the region's, or the corps' where it says so (DOMAIN A5, A6)."""
    office_there = region["jurisdiction"] if region is not None else None
    acting: str | None = office_there["code"] if office_there is not None else None
    in_corps = given.jurisdiction == CORPS or (given.jurisdiction is None and office == CORPS)
    if in_corps and given.region_code.startswith("65"):
        return CORPS
    problems.check(
        acting is not None and given.jurisdiction in (None, acting),
        "CENTER_JURISDICTION",
        "该地区不由此知识产权局负责",
        "That office does not act for the region",
        "input",
        "regionCode" if given.jurisdiction is None else "jurisdictionCode",
    )
    return acting


async def _next_code(work: Work, given: NewCenter) -> str:
    """Return the next code of the kind and place; a number is never given twice."""
    prefix = f"{_PREFIXES[given.kind, given.function]}-{given.region_code}-"  # type: ignore[index]
    await work.tx.execute("platforms.lock_codes", LOCK, f"platforms.code.{prefix}")
    last: int = await work.tx.fetchval("platforms.last_serial", LAST_SERIAL, prefix)
    if last >= LAST_POSSIBLE:
        raise refuse(
            "CODE_EXHAUSTED",
            "该地此类平台（中心）的编号已用完",
            "All numbers of that kind and place are taken",
            "input",
            "regionCode",
        )
    return f"{prefix}{last + 1:02d}"


async def _insert(
    work: Work, code: str, given: NewCenter, name: str, jurisdiction: str, today: date
) -> bool:
    """Write the centre; return False when there is one of that code already."""
    made = await work.tx.fetchval(
        "platforms.insert_center",
        INSERT,
        code,
        given.kind,
        given.function,
        given.support_tool,
        name,
        given.host_uscc,
        given.region_code,
        jurisdiction,
        work.now,
        today,
        hashlib.blake2b(repr(given).encode(), digest_size=16).hexdigest(),
    )
    if made is None:
        return False
    regions, industries = list(given.service_regions), list(given.industries)
    await work.tx.execute("platforms.add_regions", ADD_REGIONS, code, regions)
    await work.tx.execute("platforms.add_industries", ADD_INDUSTRIES, code, industries)
    return True
