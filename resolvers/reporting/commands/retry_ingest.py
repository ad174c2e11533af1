"""Try refused rows of a batch again, as they are or with corrected cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.identity import CENTER_ROLES, Subject, may
from resolvers.refusal import Problem, Problems, Refused, not_found
from resolvers.reporting import sql
from resolvers.reporting.ingest_port import IngestPort
from resolvers.reporting.workflows.ingest import RETRIERS

MOST_ROWS: Final = 10_000
MOST_CORRECTIONS: Final = 1_000
MOST_CELLS: Final = 500
LONGEST_COLUMN: Final = 1_000
LONGEST_TEXT: Final = 32_767
"""Characters; the most a spreadsheet cell holds."""
_LARGEST_ROW: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CellEntry:
    """A corrected cell: the header of its column as met, and its text; None empties it."""

    column: str
    text: str | None


@dataclass(frozen=True, slots=True)
class RowEntry:
    """Corrected cells of one row of the original; other cells stay as they are."""

    row: int
    values: Sequence[CellEntry]


async def retry_ingest_rows(
    command: Command,
    port: IngestPort,
    batch_id: UUID,
    rows: Collection[int] | None,
    corrections: Sequence[RowEntry],
) -> UUID:
    """Return the batch that tried the rows, or the one that holds them when nothing changed.

    Raises:
        Refused: NOT_FOUND, also for batches of other centres; ROWS_LIMIT, ROW_INVALID,
            ROW_REPEATED, ROWS_MISSING, CELLS_LIMIT, COLUMN_INVALID, COLUMN_REPEATED, TEXT_INVALID;
            and what the adapters refuse (RETRY_BATCH_FAILED, RETRY_ROW_UNKNOWN, SOURCE_BUSY, …).
    """
    center = await command.database.fetchval(
        "reporting.batch_of_retry", sql.BATCH_OF_RETRY, batch_id
    )
    if center is None or not may(RETRIERS, command.caller, Subject.of(center=center)):
        raise not_found("没有这个批次", "There is no such batch", "batchId")
    wanted = _check(rows, corrections)
    by_center = command.caller.role in CENTER_ROLES
    tried = await port.retry_rows(
        command.database, str(batch_id), rows, wanted, center if by_center else None
    )
    if tried.batch_id is None:
        zh, _, en = (tried.message or "").partition("\n")
        raise Refused(Problem(tried.code or "RETRY_REFUSED", zh, en or zh, tried.place))
    async with command.transaction() as work:
        work.key = tried.batch_id
    return UUID(tried.batch_id)


def _check(
    rows: Collection[int] | None, corrections: Sequence[RowEntry]
) -> Mapping[int, Mapping[str, str]]:
    """Return the corrections by row and column; raises `Refused` with all that is wrong."""
    found = Problems()
    found.check(
        len(rows or ()) <= MOST_ROWS and len(corrections) <= MOST_CORRECTIONS,
        "ROWS_LIMIT",
        f"一次最多 {MOST_ROWS} 行，其中更正最多 {MOST_CORRECTIONS} 行",
        f"At most {MOST_ROWS} rows at once, {MOST_CORRECTIONS} of them corrected",
        "corrections",
    )
    found.check(
        rows is None or len(rows) + len(corrections) > 0,
        "ROWS_MISSING",
        "未指明任何行；不填 rows 即为全部待更正的行",
        "No row is named; leave rows out for all that wait",
        "rows",
    )
    found.raise_if_any()
    for position, row in enumerate(rows or ()):
        _check_row(found, row, "rows", str(position))
    wanted: dict[int, Mapping[str, str]] = {}
    for position, entry in enumerate(corrections):
        place = ("corrections", str(position))
        _check_row(found, entry.row, *place, "row")
        found.check(
            entry.row not in wanted, "ROW_REPEATED", "同一行出现两次", "A row stands twice",
            *place, "row",
        )  # fmt: skip
        wanted[entry.row] = _check_cells(found, entry, place)
    found.raise_if_any()
    return wanted


def _check_row(found: Problems, row: int, *place: str) -> None:
    found.check(
        0 < row <= _LARGEST_ROW, "ROW_INVALID", "行号从 1 起", "Rows are counted from 1", *place
    )


def _check_cells(found: Problems, entry: RowEntry, place: tuple[str, ...]) -> dict[str, str]:
    cells: dict[str, str] = {}
    if not found.check(
        0 < len(entry.values) <= MOST_CELLS,
        "CELLS_LIMIT",
        f"每行更正 1–{MOST_CELLS} 个单元格",
        f"1 to {MOST_CELLS} cells are corrected per row",
        *place,
        "values",
    ):
        return cells
    for number, cell in enumerate(entry.values):
        at = (*place, "values", str(number))
        found.check(
            0 < len(cell.column) <= LONGEST_COLUMN and "\x00" not in cell.column,
            "COLUMN_INVALID",
            f"列名应为 1–{LONGEST_COLUMN} 个字符",
            f"A column has a name of 1 to {LONGEST_COLUMN} characters",
            *at,
            "column",
        )
        found.check(
            cell.column not in cells, "COLUMN_REPEATED", "同一列出现两次", "A column stands twice",
            *at, "column",
        )  # fmt: skip
        text = cell.text or ""
        found.check(
            len(text) <= LONGEST_TEXT and "\x00" not in text,
            "TEXT_INVALID",
            f"单元格最多 {LONGEST_TEXT} 个字符，不含 NUL",
            f"A cell has at most {LONGEST_TEXT} characters and no NUL",
            *at,
            "text",
        )
        cells[cell.column] = text
    return cells
