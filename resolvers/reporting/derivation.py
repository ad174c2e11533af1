"""What the records of the hub say about a centre's period, to compare reports with (DOMAIN §2.8).

Each source is a field of the graph another subgraph answers (`Indicator.reconciledWith`). Where the
hub holds no record of a centre up to the end of the period, there is nothing to compare with and
the figure is None: a centre that sends no records is not told it reports too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from resolvers.peers import Peers, PeerUnavailable, ask_entities
from resolvers.reporting.rules.periods import Period

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: a selection on OperationCenter, and how it is read.

    The selection may use $from and $to; `read` gets its answer and the period.
    """

    subgraph: str
    selection: str
    read: Callable[[Answer, Period], Decimal | None]


def _deal_count(said: Answer, period: Period) -> Decimal | None:
    return Decimal(said["dealsInPeriod"]) if said["dealsSoFar"] else None


def _deal_amount(said: Answer, period: Period) -> Decimal | None:
    return Decimal(said["amountInPeriod"]) if said["dealsSoFar"] else None


def _financed(said: Answer, period: Period) -> Decimal | None:
    return Decimal(said["financedInPeriod"]) if Decimal(said["financedSoFar"]) else None


def _residents(said: Answer, period: Period) -> Decimal | None:
    """Return who was resident on the last day of the period."""
    day = period.ends.isoformat()
    known = [each for each in said["residentInstitutions"] if each["status"] != "APPLIED"]
    if not any(each["from"] <= day for each in known):
        return None
    staying = [
        each for each in known if each["from"] <= day and (each["to"] is None or each["to"] > day)
    ]
    return Decimal(len(staying))


SOURCES: Final[Mapping[str, Source]] = {
    "trading.OperationCenter.dealCount": Source(
        "trading",
        "dealsInPeriod: dealCount(from: $from, to: $to) dealsSoFar: dealCount(to: $to)",
        _deal_count,
    ),
    "trading.OperationCenter.dealAmountCny": Source(
        "trading",
        "amountInPeriod: dealAmountCny(from: $from, to: $to) dealsSoFar: dealCount(to: $to)",
        _deal_amount,
    ),
    "finance.OperationCenter.financedAmountCny": Source(
        "finance",
        "financedInPeriod: financedAmountCny(from: $from, to: $to) "
        "financedSoFar: financedAmountCny(to: $to)",
        _financed,
    ),
    "tools.OperationCenter.residentInstitutions": Source(
        "tools", "residentInstitutions { status from to }", _residents
    ),
}
"""By `Indicator.reconciledWith`."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The figures by `reconciledWith`; `unavailable` are those whose subgraph did not answer."""

    figures: Mapping[str, Decimal | None]
    unavailable: frozenset[str] = frozenset()


async def derive(
    peers: Peers, center: str, period: Period, wanted: frozenset[str], *, tolerant: bool
) -> Derived:
    """Ask for the wanted figures, each subgraph once.

    Raises:
        PeerUnavailable: a subgraph did not answer, unless `tolerant`.
    """
    figures: dict[str, Decimal | None] = {}
    unavailable: set[str] = set()
    by_subgraph: dict[str, list[str]] = {}
    for name in sorted(wanted):
        by_subgraph.setdefault(SOURCES[name].subgraph, []).append(name)
    for subgraph, names in by_subgraph.items():
        try:
            said = await _ask(peers, subgraph, center, period, names)
        except PeerUnavailable:
            if not tolerant:
                raise
            unavailable.update(names)
            continue
        for name in names:
            figures[name] = None if said is None else SOURCES[name].read(said, period)
    return Derived(figures, frozenset(unavailable))


async def _ask(
    peers: Peers, subgraph: str, center: str, period: Period, names: list[str]
) -> Answer | None:
    selection = " ".join(SOURCES[name].selection for name in names)
    dated = "$to" in selection
    found = await ask_entities(
        peers,
        subgraph,
        "OperationCenter",
        "code",
        [center],
        selection,
        {"from": period.begins.isoformat(), "to": period.ends.isoformat()} if dated else None,
        "$from: Date, $to: Date" if dated else "",
    )
    return found[center]
