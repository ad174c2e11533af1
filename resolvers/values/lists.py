"""The reference lists that regions, industries, IPC and offices are checked against.

`shipped_lists()` reads the CSV files beside `resolvers.reference` once. A hub that has loaded
fuller official lists builds its own with `ReferenceLists(...)` and passes it to every check, so
the checks stay pure and testable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from msgspec import Struct

from resolvers.reference.shipped import read_shipped

RegionStatus = Literal["ACTIVE", "CHANGED", "RETIRED"]
OfficeKind = Literal["STATE_OR_ENTITY", "ORGANIZATION", "PROVISIONAL", "FORMER_OR_ALIAS"]

COUNTRY_CODE = "000000"

_REGION_STATUSES: dict[str, RegionStatus] = {
    "ACTIVE": "ACTIVE",
    "CHANGED": "CHANGED",
    "RETIRED": "RETIRED",
}
_OFFICE_KINDS: dict[str, OfficeKind] = {
    "STATE_OR_ENTITY": "STATE_OR_ENTITY",
    "ORGANIZATION": "ORGANIZATION",
    "PROVISIONAL": "PROVISIONAL",
    "FORMER_OR_ALIAS": "FORMER_OR_ALIAS",
}


class Region(Struct, frozen=True):
    """One period of one GB/T 2260 code. Valid from `valid_from` up to, not including, `valid_to`.

    `level`: 0 country, 1 province, 2 prefecture, 3 county. `successors` are the codes that took
    over; for CHANGED (same code, new name) usually the code itself.
    """

    code: str
    name: str
    full_name: str
    level: int
    parent_code: str | None
    valid_from: int
    valid_to: int | None
    status: RegionStatus
    successors: tuple[str, ...]


class Industry(Struct, frozen=True):
    """One entry of GB/T 4754. `level`: 1 section, 2 division, 3 group, 4 class."""

    code: str
    name: str
    level: int
    parent_code: str | None


class Office(Struct, frozen=True):
    """One WIPO ST.3 code."""

    code: str
    name_en: str
    name_zh: str | None
    kind: OfficeKind


class ReferenceLists(Struct, frozen=True):
    """Everything the checks look up; read-only.

    `regions` has the periods of a code in order of time; `sections` leads from a division's two
    digits to its letter; `ipc` holds the known symbols, without groups as shipped.
    """

    regions: Mapping[str, tuple[Region, ...]]
    industries: Mapping[str, Industry]
    sections: Mapping[str, str]
    ipc: frozenset[str]
    offices: Mapping[str, Office]
    place_names: frozenset[str]


def build_lists(
    regions: Iterable[Region],
    industries: Iterable[Industry],
    ipc: Iterable[str],
    offices: Iterable[Office],
) -> ReferenceLists:
    """Return the look-up form of plain lists, given in any order."""
    periods: dict[str, tuple[Region, ...]] = {}
    for region in sorted(regions, key=lambda region: (region.code, region.valid_from)):
        periods[region.code] = (*periods.get(region.code, ()), region)
    industry_map = {industry.code: industry for industry in industries}
    return ReferenceLists(
        regions=periods,
        industries=industry_map,
        sections={code[1:]: code[0] for code in industry_map if len(code) == 3},
        ipc=frozenset(ipc),
        offices={office.code: office for office in offices},
        place_names=frozenset(_place_names(periods)),
    )


# Suffixes that may be left out in a platform's name (DOMAIN §3.12), longest first.
_REGION_SUFFIXES = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "自治州",
    "地区",
    "省",
    "市",
    "盟",
)


def _place_names(periods: Mapping[str, tuple[Region, ...]]) -> Iterable[str]:
    """Yield the names of active provinces and prefectures, with and without their suffix."""
    for entries in periods.values():
        region = entries[-1]
        if region.status != "ACTIVE" or region.level not in (1, 2):
            continue
        yield region.name
        suffix = next((s for s in _REGION_SUFFIXES if region.name.endswith(s)), "")
        if suffix and len(region.name) - len(suffix) >= 2:
            yield region.name.removesuffix(suffix)


@cache
def shipped_lists() -> ReferenceLists:
    """Return the lists of the checkout, read once."""
    regions = (
        Region(
            row["code"],
            row["name"],
            row["full_name"],
            int(row["level"]),
            row["parent_code"] or None,
            int(row["valid_from"]),
            int(row["valid_to"]) if row["valid_to"] else None,
            _REGION_STATUSES[row["status"]],
            tuple(code for code in row["successor_codes"].split(";") if code),
        )
        for row in read_shipped("regions.csv")
    )
    industries = (
        Industry(row["code"], row["name"], int(row["level"]), row["parent_code"] or None)
        for row in read_shipped("industries.csv")
    )
    offices = (
        Office(row["code"], row["name_en"], row["name_zh"] or None, _OFFICE_KINDS[row["kind"]])
        for row in read_shipped("offices.csv")
    )
    ipc = (row["canonical"] for row in read_shipped("ipc.csv"))
    return build_lists(regions, industries, ipc, offices)
