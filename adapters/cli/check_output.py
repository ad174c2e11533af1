"""What `hub sources check` found, as a table and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from adapters.checking import CheckedFile, CheckedFinding, CheckedSource
from adapters.cli.tables import shortened, table_lines
from adapters.console import message_line
from adapters.reports import counts_json, finding_json

_HEAD = ("列 Column", "字段 Field", "单位 Unit", "示例 Example", "读作 Becomes")


def check_json(checked: CheckedSource) -> dict[str, Any]:
    """Return a checked source as plain values."""
    return {
        "files": [_file_json(file) for file in checked.files],
        "failed": checked.failed,
        "problem": finding_json(checked.problem),
    }


def _file_json(file: CheckedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "encoding": file.encoding,
        "sheet": file.sheet,
        "headerRow": file.header_row,
        **counts_json(file.counts),
        "columns": [asdict(column) for column in file.columns],
        "unknown": file.unknown,
        "missing": [asdict(found) for found in file.missing],
        "findings": [
            {
                "code": code,
                "severity": found.first.severity,
                "rows": found.rows,
                "row": found.first.row,
                "field": found.first.field,
                "column": found.first.column,
                "value": found.first.value,
                "message": found.first.message,
            }
            for code, found in file.findings.items()
        ],
        "problem": finding_json(file.problem),
    }


def check_lines(file: CheckedFile) -> Iterator[str]:
    """Yield a checked file as lines: the columns, the outcomes, the findings."""
    where = (
        file.encoding,
        f"sheet {file.sheet}" if file.sheet else None,
        f"header in row {file.header_row}" if file.header_row else None,
        f"{file.counts.read} rows looked at",
    )
    yield f"  {file.name}: {', '.join(part for part in where if part)}"
    if file.columns:
        rows = [
            [
                column.header,
                column.field or "—",
                column.unit or "",
                column.example or "",
                column.value or "",
            ]
            for column in file.columns
        ]
        yield from table_lines([_HEAD, *rows], indent=4, widest=36)
    if file.missing:
        names = "、".join(f"{found.header}（{found.field}）" for found in file.missing)
        yield f"    缺少必填 Missing: {names}"
    if file.unknown:
        yield f"    未用的列 Not used: {'、'.join(file.unknown)}"
    counts = file.counts
    if counts.read:
        yield (
            f"    接受 accepted {counts.accepted}（其中警告 warned {counts.warned}）、"
            f"拒绝 refused {counts.rejected}、重复 duplicate {counts.duplicate}、"
            f"删除 deleted {counts.deleted}"
        )
    if file.findings:
        yield from table_lines(
            [_finding_row(code, found) for code, found in file.findings.items()],
            indent=4,
            widest=80,
        )


def problem_line(code: str, file: CheckedFile | CheckedSource) -> str:
    """Return why a file or a source cannot be taken, in one line."""
    assert file.problem is not None
    name = f"{file.name}: " if isinstance(file, CheckedFile) else ""
    return f"error: {code}: {name}{message_line(file.problem)}"


def _finding_row(code: str, found: CheckedFinding) -> list[str]:
    first = found.first
    place = f"row {first.row}" if first.row is not None else ""
    value = f"“{shortened(first.value, 30)}”" if first.value else ""
    message = first.message.partition("\n")[0]
    return [code, f"× {found.rows}", place, first.column or first.field or "", value, message]
