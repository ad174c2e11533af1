"""Codes of platforms and centres: two letters, region code, two digits (`FT-110000-01`).

The letters tell kind and function, the region must exist. A code never changes, also not when the
name does. DOMAIN §2.3.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from resolvers.values.lists import ReferenceLists, shipped_lists
from resolvers.values.platform_names import PlatformFunction
from resolvers.values.result import Checked, Issue, refused
from resolvers.values.text import identifier_text

CenterKind = Literal["FUNCTIONAL", "REGIONAL", "INDUSTRY"]

LETTERS: dict[str, tuple[CenterKind, PlatformFunction | None]] = {
    "FT": ("FUNCTIONAL", "TRADING_SERVICE"),
    "FF": ("FUNCTIONAL", "FINANCIAL_SERVICE"),
    "FS": ("FUNCTIONAL", "FEATURED_SERVICE"),
    "FU": ("FUNCTIONAL", "SUPPORT_TOOL"),
    "RC": ("REGIONAL", None),
    "IC": ("INDUSTRY", None),
}
"""Letters of a code → kind and function; only functional platforms have a function."""

_SHAPE = re.compile(rf"({'|'.join(LETTERS)})-([0-9]{{6}})-([0-9]{{2}})")

_CODE_ISSUE = Issue(
    "PLATFORM_CODE",
    "平台编码应形如 FT-110000-01，行政区划须存在。",
    "A platform code looks like FT-110000-01 and names an existing region.",
)
_KIND_ISSUE = Issue(
    "PLATFORM_CODE_KIND",
    "平台编码的字头与类型、功能不符：FT 交易服务、FF 金融服务、FS 特色服务、FU 支撑工具、"
    "RC 区域中心、IC 产业中心。",
    "The letters of the code do not agree with kind and function: FT trading, FF financial, "
    "FS featured, FU support tool, RC regional, IC industry.",
)


class CenterCode(Struct, frozen=True):
    """A code taken apart; `function` is None for centres."""

    canonical: str
    kind: CenterKind
    function: PlatformFunction | None
    region_code: str
    serial: str


def parse_center_code(text: str, *, lists: ReferenceLists | None = None) -> Checked[CenterCode]:
    """Check a code by itself: form, and that its region exists or once did."""
    code = identifier_text(text)
    match = _SHAPE.fullmatch(code)
    if match is None or match[2] not in (lists or shipped_lists()).regions:
        return refused(_CODE_ISSUE)
    return Checked(CenterCode(code, *LETTERS[match[1]], match[2], match[3]), code, code)


def check_letters(code: str, kind: str, function: str | None) -> Issue | None:
    """Return the issue of a well-formed code whose letters say another kind or function.

    >>> check_letters("FT-110000-01", "FUNCTIONAL", "TRADING_SERVICE") is None
    True
    >>> check_letters("RC-320000-01", "INDUSTRY", None).code
    'PLATFORM_CODE_KIND'
    """
    return None if LETTERS.get(code[:2]) == (kind, function) else _KIND_ISSUE
