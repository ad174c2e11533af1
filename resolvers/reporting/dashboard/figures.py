"""Where the figures of the tiles come from: other subgraphs, asked for whole scopes at a time.

A figure is (scope, code, tile) → value. Each question is one call whatever the number of areas; a
subgraph that does not answer leaves its tiles as they were, with their age.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from resolvers.peers import Peers, ask_entities
from resolvers.reporting.centers import CenterFacts
from resolvers.reporting.dashboard.tiles import CENTER, INDUSTRY, NATIONAL, REGION
from resolvers.reporting.rules.activity import activity_score
from resolvers.reporting.totals import COUNTRY, industries_above, regions_above

Place = tuple[str, str, str]
Figures = dict[Place, Decimal]

FIRST_PLEDGE_YEAR: Final = 2009
"""Pledges are counted since then; earlier ones are hardly ever exchanged [H]."""
SECTIONS: Final = tuple("ABCDEFGHIJKLMNOPQRST")


@dataclass(frozen=True, slots=True)
class Board:
    """What the boards are of. `accepted`: centre → how many of the last four quarters count."""

    centers: tuple[CenterFacts, ...]
    provinces: tuple[str, ...]
    today: date
    accepted: Mapping[str, int]

    @property
    def regions(self) -> list[str]:
        """Every province, and the regions centres sit in, with all above them."""
        above = {code for each in self.centers for code in regions_above(each.region)}
        return sorted({*self.provinces, *above} - {COUNTRY})

    @property
    def industries(self) -> list[str]:
        """Every section, and the industries centres serve, with all above them."""
        served = (code for each in self.centers for code in each.industries)
        return sorted({*SECTIONS, *(above for code in served for above in industries_above(code))})

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.centers]


Ask = Callable[[Peers, Board], Awaitable[Figures]]


def own_figures(board: Board) -> Figures:
    """Return what follows from the centres themselves."""
    figures: Figures = {}
    for center in board.centers:
        places = [(NATIONAL, "")]
        places += [(REGION, code) for code in regions_above(center.region) if code != COUNTRY]
        industries = {above for each in center.industries for above in industries_above(each)}
        places += [(INDUSTRY, code) for code in sorted(industries)]
        for scope, code in places:
            _add(figures, scope, code, "CENTERS", 1)
            _add(figures, scope, code, "CENTERS_RECOGNISED", center.status == "RECOGNISED")
    return figures


async def trading_figures(peers: Peers, board: Board) -> Figures:
    """Return listings, demands, open licences and deals."""
    data = await peers.ask(
        "trading",
        "{ listings(filter: {status: LISTED}, first: 1) { totalCount } "
        "openLicences(filter: {status: IN_FORCE}, first: 1) { totalCount } "
        "demands(status: OPEN, first: 1) { totalCount } }",
    )
    figures: Figures = {
        (NATIONAL, "", "ACTIVE_LISTINGS"): Decimal(data["listings"]["totalCount"]),
        (NATIONAL, "", "OPEN_LICENCES"): Decimal(data["openLicences"]["totalCount"]),
        # not the sum over industries: a demand need not name one
        (NATIONAL, "", "OPEN_DEMANDS"): Decimal(data["demands"]["totalCount"]),
    }
    of_regions = await _entities(
        peers, "trading", "Region", board.regions, "activeListingCount openLicenceCount"
    )
    _take(figures, REGION, of_regions, activeListingCount="ACTIVE_LISTINGS")
    _take(figures, REGION, of_regions, openLicenceCount="OPEN_LICENCES")
    of_industries = await _entities(
        peers, "trading", "Industry", board.industries, "activeListingCount openDemandCount"
    )
    _take(figures, INDUSTRY, of_industries, activeListingCount="ACTIVE_LISTINGS")
    _take(figures, INDUSTRY, of_industries, openDemandCount="OPEN_DEMANDS")
    of_centers = await _entities(
        peers,
        "trading",
        "OperationCenter",
        board.codes,
        "activeListingCount dealCount dealAmountCny",
    )
    _take(figures, CENTER, of_centers, activeListingCount="ACTIVE_LISTINGS")
    for field, tile in (("dealCount", "DEALS"), ("dealAmountCny", "DEAL_AMOUNT_CNY")):
        _take(figures, CENTER, of_centers, **{field: tile})
        _sum(figures, of_centers, board.codes, field, tile)
    return figures


async def finance_figures(peers: Peers, board: Board) -> Figures:
    """Return pledges, year by year added up, and financing."""
    years = range(FIRST_PLEDGE_YEAR, board.today.year + 1)
    selection = " ".join(f"y{year}: pledgeCount(year: {year})" for year in years)
    of_regions = await _entities(peers, "finance", "Region", [COUNTRY, *board.regions], selection)
    figures: Figures = {}
    for code, said in of_regions.items():
        total = sum(said[f"y{year}"] for year in years)
        place = (NATIONAL, "") if code == COUNTRY else (REGION, code)
        figures[(*place, "PLEDGES")] = Decimal(total)
    of_centers = await _entities(
        peers, "finance", "OperationCenter", board.codes, "financedAmountCny"
    )
    _take(figures, CENTER, of_centers, financedAmountCny="FINANCED_AMOUNT_CNY")
    _sum(figures, of_centers, board.codes, "financedAmountCny", "FINANCED_AMOUNT_CNY")
    return figures


async def catalog_figures(peers: Peers, board: Board) -> Figures:
    """Return published service products."""
    areas = [("region", code) for code in board.regions]
    areas += [("industry", code) for code in board.industries]
    parts = [
        f'{kind[0]}{code}: serviceProducts(filter: {{status: PUBLISHED, {kind}: "{code}"}}, '
        "first: 1) { totalCount }"
        for kind, code in areas
    ]
    parts.append("all: serviceProducts(filter: {status: PUBLISHED}, first: 1) { totalCount }")
    data = await peers.ask("catalog", f"{{ {' '.join(parts)} }}")
    figures: Figures = {(NATIONAL, "", "PUBLISHED_PRODUCTS"): Decimal(data["all"]["totalCount"])}
    for kind, code in areas:
        scope = REGION if kind == "region" else INDUSTRY
        count = data[f"{kind[0]}{code}"]["totalCount"]
        figures[scope, code, "PUBLISHED_PRODUCTS"] = Decimal(count)
    of_centers = await _entities(
        peers, "catalog", "OperationCenter", board.codes, "publishedProductCount"
    )
    _take(figures, CENTER, of_centers, publishedProductCount="PUBLISHED_PRODUCTS")
    return figures


async def tools_figures(peers: Peers, board: Board) -> Figures:
    """Return patent-intensive products and resident institutions."""
    of_industries = await _entities(
        peers, "tools", "Industry", board.industries, "intensiveProductCount"
    )
    figures: Figures = {}
    _take(figures, INDUSTRY, of_industries, intensiveProductCount="INTENSIVE_PRODUCTS")
    _sum(figures, of_industries, SECTIONS, "intensiveProductCount", "INTENSIVE_PRODUCTS")
    of_centers = await _entities(
        peers,
        "tools",
        "OperationCenter",
        board.codes,
        "residentInstitutions(status: ACTIVE) { id }",
    )
    for code, said in of_centers.items():
        residents = Decimal(len(said["residentInstitutions"]))
        figures[CENTER, code, "RESIDENT_INSTITUTIONS"] = residents
        _add(figures, NATIONAL, "", "RESIDENT_INSTITUTIONS", residents)
    return figures


async def patents_figures(peers: Peers, board: Board) -> Figures:
    """Return patents in force. A count over the register: asked for rarely."""
    data = await peers.ask(
        "patents", "{ patents(filter: {legalStatus: IN_FORCE}, first: 1) { totalCount } }"
    )
    return {(NATIONAL, "", "PATENTS_IN_FORCE"): Decimal(data["patents"]["totalCount"])}


async def activity_figures(peers: Peers, board: Board) -> Figures:
    """Return the activity score of each centre, from catalogue and trading."""
    products = await _entities(
        peers, "catalog", "OperationCenter", board.codes, "publishedProductCount"
    )
    listings = await _entities(
        peers, "trading", "OperationCenter", board.codes, "activeListingCount"
    )
    return {
        (CENTER, code, "ACTIVITY"): Decimal(
            str(
                activity_score(
                    products[code]["publishedProductCount"],
                    listings[code]["activeListingCount"],
                    board.accepted.get(code, 0),
                )
            )
        )
        for code in board.codes
        if code in products and code in listings
    }


OFTEN: Final[Mapping[str, Ask]] = {
    "trading": trading_figures,
    "finance": finance_figures,
    "catalog": catalog_figures,
    "tools": tools_figures,
    "activity": activity_figures,
}
RARELY: Final[Mapping[str, Ask]] = {"patents": patents_figures}


async def _entities(
    peers: Peers, subgraph: str, type_name: str, codes: Sequence[str], selection: str
) -> dict[str, Mapping[str, Any]]:
    """Return what a subgraph says about areas or centres, without those it does not know."""
    found = await ask_entities(peers, subgraph, type_name, "code", codes, selection)
    return {code: said for code, said in found.items() if said is not None}


def _take(
    figures: Figures, scope: str, said: Mapping[str, Mapping[str, Any]], **tiles: str
) -> None:
    """Take fields as tiles of each code."""
    for code, answer in said.items():
        for field, tile in tiles.items():
            figures[scope, code, tile] = Decimal(answer[field])


def _sum(
    figures: Figures,
    said: Mapping[str, Mapping[str, Any]],
    codes: Sequence[str],
    field: str,
    tile: str,
) -> None:
    """Add a field of some codes up to the tile of the whole country."""
    values = (Decimal(said[code][field]) for code in codes if code in said)
    figures[NATIONAL, "", tile] = sum(values, Decimal(0))


def _add(figures: Figures, scope: str, code: str, tile: str, value: Decimal | int) -> None:
    place = (scope, code, tile)
    figures[place] = figures.get(place, Decimal(0)) + value
