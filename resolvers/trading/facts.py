"""Facts of patents, sellers and organisations that other subgraphs own, asked of them by GraphQL.

Gathered before a transaction is opened (`resolvers.peers`). What a subgraph does not know is told
as not known; a subgraph that does not answer raises `PeerUnavailable`, and the command is not done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from resolvers.peers import Peers, ask_entities
from resolvers.trading.rules.screening.facts import Licence, PatentFacts
from resolvers.value_rows import PartyRow
from resolvers.values.application_numbers import parse_application_number
from resolvers.values.text import party_name_key

# ST.27: L a review of the right was requested, M it was maintained, H it ceased, S licences.
PATENT: Final = """
applicationNumber kind legalStatus underPreservation expiryDate evaluationReport { conclusion }
currentHolders { name organization { uscc } } industries { code }
requested: legalEvents(category: "L") { announcedOn }
maintained: legalEvents(category: "M") { announcedOn }
licensed: legalEvents(category: "S") { code announcedOn details { label value } }
"""
PLEDGES: Final = """
hasActivePledge pledgeeConsentsOpenLicence pledges { registrationNumber status }
"""
FORMER_NAMES: Final = "nameHistory { name }"
CREDIT: Final = "credit(platform: $platform) { grade }"
ORGANIZATION: Final = "name"

_KINDS: Final = {"独占": "EXCLUSIVE", "排他": "SOLE"}
_RECORD_LABEL: Final = "合同备案号"
_KIND_LABEL: Final = "许可种类"


async def gather_patents(peers: Peers, numbers: Sequence[str]) -> tuple[PatentFacts, ...]:
    """Return the facts of these patents, in their order; one nobody has is not `known`.

    A number that is none is not asked about: it would make the whole question fail.
    """
    valid = [each for each in numbers if parse_application_number(each, foreign=True).ok]
    registered, pledged = await asyncio.gather(
        ask_entities(peers, "patents", "Patent", "applicationNumber", valid, PATENT),
        ask_entities(peers, "finance", "Patent", "applicationNumber", valid, PLEDGES),
    )
    codes = sorted(
        {
            holder["organization"]["uscc"]
            for found in registered.values()
            if found is not None
            for holder in found["currentHolders"]
            if holder["organization"] is not None
        }
    )
    former = await ask_entities(peers, "reference", "Organization", "uscc", codes, FORMER_NAMES)
    return tuple(
        patent_facts(number, registered.get(number), pledged.get(number), former)
        for number in numbers
    )


def patent_facts(
    number: str,
    registered: Mapping[str, Any] | None,
    pledged: Mapping[str, Any] | None,
    former: Mapping[str, Mapping[str, Any] | None],
) -> PatentFacts:
    """Return the facts of one patent from the three answers."""
    if registered is None:
        return PatentFacts(number, known=False)
    holders = tuple(
        PartyRow(each["name"], (each["organization"] or {}).get("uscc"))
        for each in registered["currentHolders"]
    )
    end, report, pledge = registered["expiryDate"], registered["evaluationReport"], pledged or {}
    return PatentFacts(
        number,
        known=True,
        kind=registered["kind"],
        legal_status=registered["legalStatus"],
        under_preservation=registered["underPreservation"],
        expiry_date=date.fromisoformat(end) if end else None,
        holders=holders,
        former_names=_former_names(holders, former),
        evaluation=report["conclusion"] if report else None,
        review_requests=_pending(registered["requested"], registered["maintained"]),
        gazetted_licences=gazetted_licences(registered["licensed"]),
        pledges=tuple(
            each["registrationNumber"]
            for each in pledge.get("pledges", ())
            if each["status"] != "CANCELLED"
        ),
        has_active_pledge=pledge.get("hasActivePledge", False),
        pledgee_consents=pledge.get("pledgeeConsentsOpenLicence"),
        industries=tuple(each["code"] for each in registered["industries"]),
    )


def _former_names(
    holders: Iterable[PartyRow], former: Mapping[str, Mapping[str, Any] | None]
) -> frozenset[str]:
    return frozenset(
        party_name_key(each["name"])
        for holder in holders
        if holder.uscc is not None
        for each in (former.get(holder.uscc) or {}).get("nameHistory", ())
    )


def _pending(
    requested: Sequence[Mapping[str, Any]], decided: Sequence[Mapping[str, Any]]
) -> tuple[date, ...]:
    """Return the days of requests after which nothing was decided."""
    last = max((each["announcedOn"] for each in decided), default="")
    return tuple(
        date.fromisoformat(day)
        for day in sorted({each["announcedOn"] for each in requested})
        if day > last
    )


def gazetted_licences(events: Sequence[Mapping[str, Any]]) -> tuple[Licence, ...]:
    """Return the sole and exclusive licences whose recordal was announced and not cancelled.

    They may be missing in the licence feed: only the gazette has every recordal.
    """
    running: dict[str, Licence] = {}
    for event in sorted(events, key=lambda each: str(each["announcedOn"])):
        details = {each["label"]: each["value"] for each in event["details"]}
        number = details.get(_RECORD_LABEL, "").strip().upper()
        if event["code"] == "EC01":
            running.pop(number, None)
        elif event["code"] == "EE01":
            kind = details.get(_KIND_LABEL, "").strip()[:2]
            if kind in _KINDS and number:
                running[number] = Licence(number, _KINDS[kind])
    return tuple(running.values())


async def gather_credit(peers: Peers, uscc: str | None, platform: str) -> str | None:
    """Return the grade of a seller's credit on a platform; None without a record, or a code."""
    if uscc is None:
        return None
    found = await ask_entities(
        peers,
        "tools",
        "Organization",
        "uscc",
        [uscc],
        CREDIT,
        {"platform": platform},
        "$platform: ID",
    )
    credit = (found[uscc] or {}).get("credit")
    return credit["grade"] if credit else None


async def gather_names(peers: Peers, usccs: Sequence[str]) -> dict[str, str]:
    """Return the present names of the organisations that are known."""
    found = await ask_entities(peers, "reference", "Organization", "uscc", usccs, ORGANIZATION)
    return {uscc: known["name"] for uscc, known in found.items() if known is not None}


async def gather_jurisdiction(peers: Peers, center: str) -> str | None:
    """Return the jurisdiction that supervises a centre, or None for an unknown centre."""
    found = await ask_entities(
        peers, "platforms", "OperationCenter", "code", [center], "jurisdiction { code }"
    )
    known = found[center]
    return known["jurisdiction"]["code"] if known is not None else None
