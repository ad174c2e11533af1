"""Bounds on what one file may hold. Nothing is read without an upper limit."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; a source may lower or raise them.

    A workbook and a JSON document are held in memory whole, so they get smaller bounds than
    delimited text, which is streamed. 32,767 is the most characters a spreadsheet cell can hold.

    `archive_directory_bytes`: the list of members, which is held in memory. `archive_ratio`: bytes
    unpacked for each packed one, beyond the first `archive_ratio_from_bytes`; tables of a register
    reach 50.
    """

    text_bytes: int = 4096 * MIB
    workbook_bytes: int = 64 * MIB
    workbook_expanded_bytes: int = 768 * MIB
    json_bytes: int = 64 * MIB
    rows: int = 20_000_000
    columns: int = 500
    row_characters: int = MIB
    archive_bytes: int = 4096 * MIB
    archive_members: int = 10_000
    archive_directory_bytes: int = 4 * MIB
    archive_expanded_bytes: int = 16_384 * MIB
    archive_ratio: int = 200
    archive_ratio_from_bytes: int = 16 * MIB
    cell_characters: int = 32_767


DEFAULT_LIMITS = Limits()


def size_text(size: int) -> str:
    """Return a number of bytes for people.

    >>> size_text(64 * MIB)
    '64 MiB'
    """
    return f"{size // MIB} MiB" if size >= MIB else f"{size} B"
