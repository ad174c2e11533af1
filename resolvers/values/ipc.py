"""Symbols of the International Patent Classification. DOMAIN §3.6.

Section A-H, class two digits (not 00), subclass letter, main group 1-4 digits, ``/``, subgroup
2-6 digits. Canonical has no space, display has one. Version and position ``(2009.01)I``, stray
``?`` and trailing ``;`` are dropped; the packed form A01B0001020000 is A01B 1/02.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from resolvers.values.lists import ReferenceLists
from resolvers.values.result import Checked, Issue
from resolvers.values.text import fold

IpcLevel = Literal["SECTION", "CLASS", "SUBCLASS", "MAIN_GROUP", "SUBGROUP"]

_CLEAN = re.compile(r"([A-H])([0-9]{2})([A-Z]) *([0-9]{1,4})/([0-9]{2,6})")
_SYMBOL = re.compile(r"([A-H])(?:([0-9]{2})(?:([A-Z])(?:([0-9]{1,4})/([0-9]{2,6}))?)?)?")
_PACKED = re.compile(r"([A-H][0-9]{2}[A-Z])([0-9]{4})([0-9]{6})")
_VERSION = re.compile(r"\(\s*([0-9]{4}\.[0-9]{2})\s*\)\s*([IN]?)\s*$")

_FORMAT_ISSUE = Issue(
    "IPC_FORMAT",
    "不是 IPC 分类号；应为如 H04W8/26，或部、大类、小类（H、H04、H04W）。",
    "Not an IPC symbol; expected H04W8/26, or a section, class or subclass (H, H04, H04W).",
)
_CLASS_ISSUE = Issue(
    "IPC_CLASS", "IPC 大类不能为 00，请核对。", "An IPC class is never 00; check the symbol."
)
_GROUP_ISSUE = Issue(
    "IPC_GROUP", "IPC 大组不能为 0，请核对。", "An IPC main group is never 0; check the symbol."
)
_UNKNOWN_ISSUE = Issue(
    "W_IPC_UNKNOWN",
    "现行 IPC 表中没有该小类（可能是旧版），请核对。",
    "The present IPC has no such subclass (it may be of an older edition); check the symbol.",
)


class IpcSymbol(Struct, frozen=True):
    """A symbol taken apart. `position`: I inventive, N additional; `version` as ``2009.01``."""

    canonical: str
    display: str
    level: IpcLevel
    subclass: str | None
    version: str | None
    position: str | None

    @property
    def main_group(self) -> str | None:
        """Return the canonical main group, ``H04W8/00`` for ``H04W8/26``."""
        if self.level not in ("MAIN_GROUP", "SUBGROUP"):
            return None
        return f"{self.canonical.split('/')[0]}/00"


def parse_ipc(text: str, *, lists: ReferenceLists | None = None) -> Checked[IpcSymbol]:
    """Check one symbol. With `lists`, a subclass they do not have is warned of."""
    version = position = None
    match = _CLEAN.fullmatch(text)
    if match is None:
        cleaned = fold(text).upper().strip().strip(";").replace("?", "")
        if suffix := _VERSION.search(cleaned):
            version, position = suffix[1], suffix[2] or None
            cleaned = cleaned[: suffix.start()]
        cleaned = _unpacked("".join(cleaned.split()))
        match = _SYMBOL.fullmatch(cleaned)
        if match is None:
            return Checked(None, None, None, (_FORMAT_ISSUE,))
    section, class_digits, letter, main, sub = match.groups()
    if class_digits == "00":
        return Checked(None, None, None, (_CLASS_ISSUE,))
    if main is None:
        return _without_group(match[0], section, class_digits, letter, (version, position), lists)
    number = int(main)
    if number == 0:
        return Checked(None, None, None, (_GROUP_ISSUE,))
    subclass = section + class_digits + letter
    canonical = f"{subclass}{number}/{sub}"
    display = f"{subclass} {number}/{sub}"
    level: IpcLevel = "SUBGROUP" if sub.strip("0") else "MAIN_GROUP"
    value = IpcSymbol(canonical, display, level, subclass, version, position)
    return Checked(value, canonical, display, _unknown(subclass, lists))


def _without_group(
    symbol: str,
    section: str,
    class_digits: str | None,
    letter: str | None,
    version_and_position: tuple[str | None, str | None],
    lists: ReferenceLists | None,
) -> Checked[IpcSymbol]:
    level: IpcLevel = "SUBCLASS" if letter else "CLASS" if class_digits else "SECTION"
    subclass = symbol if letter else None
    value = IpcSymbol(symbol, symbol, level, subclass, *version_and_position)
    return Checked(value, symbol, symbol, _unknown(symbol, lists))


def _unpacked(symbol: str) -> str:
    """Return the usual spelling of the 14-character form; trailing zeros of the subgroup go."""
    match = _PACKED.fullmatch(symbol)
    if match is None:
        return symbol
    subgroup = match[3].rstrip("0").ljust(2, "0")
    return f"{match[1]}{int(match[2])}/{subgroup}"


def _unknown(symbol: str, lists: ReferenceLists | None) -> tuple[Issue, ...]:
    return () if lists is None or symbol in lists.ipc else (_UNKNOWN_ISSUE,)
