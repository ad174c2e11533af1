"""Whose intellectual property office acts for a region (DOMAIN A4-A6).

The nearest one upwards: a separately planned city acts for its own districts, else the province.
The production corps (XPCC00) has no region of its own, so no region leads to it; a source names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from resolvers.reference.shipped import read_shipped


def jurisdiction_of(region_code: str) -> str | None:
    """Return the code of the jurisdiction a region belongs to, or None (the whole country, Hong
    Kong, Macao, Taiwan).

    >>> jurisdiction_of("440305"), jurisdiction_of("440113"), jurisdiction_of("000000")
    ('440300', '440000', None)
    """
    by_region = _by_region()
    upwards = (region_code, f"{region_code[:4]}00", f"{region_code[:2]}0000")
    return next((by_region[each] for each in upwards if each in by_region), None)


def is_jurisdiction(code: str) -> bool:
    """Return whether a code is one of the 37 shipped ones.

    >>> is_jurisdiction("XPCC00"), is_jurisdiction("440305")
    (True, False)
    """
    return code in _codes()


@cache
def _by_region() -> Mapping[str, str]:
    rows = read_shipped("jurisdictions.csv")
    return {row["region_code"]: row["code"] for row in rows if row["region_code"]}


@cache
def _codes() -> frozenset[str]:
    return frozenset(row["code"] for row in read_shipped("jurisdictions.csv"))
