"""Whether a product reaches a region or an industry: named itself, or something above or below it.

A product for the whole province serves a city in it, and who looks at the province wants to see
what is offered in one of its cities.
"""

from __future__ import annotations

from collections.abc import Iterable

from resolvers.conditions import code_range, region_range

COUNTRY = "000000"


def regions_above(code: str) -> list[str]:
    """Return the region and what contains it.

    >>> regions_above("440305"), regions_above("440000")
    (['440305', '440300', '440000', '000000'], ['440000', '000000'])
    """
    upwards = (code, f"{code[:4]}00", f"{code[:2]}0000", COUNTRY)
    return list(dict.fromkeys(upwards))


def industries_above(code: str) -> list[str]:
    """Return the industry and what contains it.

    >>> industries_above("C3841"), industries_above("C")
    (['C3841', 'C384', 'C38', 'C'], ['C'])
    """
    upwards = (code, code[:4], code[:3], code[:1])
    return list(dict.fromkeys(upwards))


def reaches_region(offered: Iterable[str], wanted: str) -> bool:
    """Return whether one of the regions offered is, contains or lies in the one wanted.

    >>> reaches_region(["440000"], "440305"), reaches_region(["440305"], "440000")
    (True, True)
    >>> reaches_region(["320000"], "440305")
    False
    """
    low, high = region_range(wanted)
    above = regions_above(wanted)
    return any(code in above or low <= code < high for code in offered)


def reaches_industry(offered: Iterable[str], wanted: str) -> bool:
    """Return whether one of the industries offered is, contains or lies in the one wanted.

    >>> reaches_industry(["C38"], "C3841"), reaches_industry(["C3841"], "C39")
    (True, False)
    """
    low, high = code_range(wanted)
    above = industries_above(wanted)
    return any(code in above or low <= code < high for code in offered)
