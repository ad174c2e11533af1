"""Region codes (GB/T 2260) at a point in time. DOMAIN §3.4.

XX0000 province level, XXYY00 prefecture, else county; ``000000`` is the whole country. A retired
code is accepted with its successors; historic rows keep the code of their date.
"""

from __future__ import annotations

import re
from datetime import date

from resolvers.values.dates import today_in_china
from resolvers.values.lists import ReferenceLists, Region, shipped_lists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

_SHAPE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{12}")
# Interfaces give a code with its name, in either order: `320000;江苏省`, `江苏;32` (DOMAIN §4.3).
_WITH_NAME = re.compile(r"([0-9]+)[;；][^0-9;；]+|[^0-9;；]+[;；]([0-9]+)")
# The statistics bureau's codes for "urban districts" of the four municipalities.
_PSEUDO = {"110100": "110000", "120100": "120000", "310100": "310000", "500100": "500000"}

_FORMAT_ISSUE = Issue(
    "REGION_FORMAT",
    "行政区划代码应为 6 位数字（也接受 2、4 或 12 位）。",
    "A region code has 6 digits (2, 4 and 12 are accepted too).",
)
_UNKNOWN_ISSUE = Issue(
    "REGION_UNKNOWN",
    "GB/T 2260 中没有该行政区划代码，请核对。",
    "GB/T 2260 has no such region; check the code.",
)
_PSEUDO_ISSUE = Issue(
    "W_REGION_NBS_PSEUDO",
    "统计用“市辖区”代码，已归到直辖市。",
    "A statistical code for urban districts; taken as the municipality.",
)


def parse_region(
    text: str, *, as_of: date | None = None, lists: ReferenceLists | None = None
) -> Checked[Region]:
    """Check a region code as it stood on `as_of` (today in China by default).

    >>> [parse_region(text).canonical for text in ("320000;江苏省", "江苏;32", "320000;330000")]
    ['320000', '320000', None]
    """
    known = lists or shipped_lists()
    code = text
    periods = known.regions.get(code)
    pseudo: tuple[Issue, ...] = ()
    if periods is None or code in _PSEUDO:
        cleaned = identifier_text(text)
        if found := _WITH_NAME.fullmatch(cleaned):
            cleaned = found[1] or found[2]
        if _SHAPE.fullmatch(cleaned) is None:
            return Checked(None, None, None, (_FORMAT_ISSUE,))
        code = cleaned[:6].ljust(6, "0")
        if code in _PSEUDO:
            code = _PSEUDO[code]
            pseudo = (_PSEUDO_ISSUE,)
        periods = known.regions.get(code)
        if periods is None:
            return Checked(None, None, None, (_UNKNOWN_ISSUE,))
    region = periods[-1]
    if region.valid_to is not None or len(periods) > 1:
        year = (as_of or today_in_china()).year
        region = _at(periods, year)
        if region.valid_to is not None and region.valid_to <= year:
            return Checked(region, code, region.full_name, (*pseudo, _retired(region)))
    return Checked(region, code, region.full_name, pseudo)


def _at(periods: tuple[Region, ...], year: int) -> Region:
    """Return the last period begun by `year`; the first one when none had begun."""
    for region in reversed(periods):
        if region.valid_from <= year:
            return region
    return periods[0]


def _retired(region: Region) -> Issue:
    successors = "、".join(region.successors)
    return Issue(
        "W_REGION_RETIRED",
        f"行政区划代码已于 {region.valid_to} 年停用"
        + (f"，现为 {successors}。" if successors else "。"),
        f"The region code was retired in {region.valid_to}"
        + (f"; succeeded by {', '.join(region.successors)}." if successors else "."),
        ";".join(region.successors) or None,
    )
