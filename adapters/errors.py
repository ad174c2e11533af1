"""What the adapters raise. Bad rows are findings, never exceptions; these concern whole files.

AdapterError
├── FileRefused      a file cannot be taken at all (encoding, header, size); carries its Finding
├── SourceProblem    a source cannot be reached or is being pulled by another worker
└── SourceInvalid    a source file (YAML) is wrong: line, column, nearest key
"""

from __future__ import annotations

from adapters.findings import Finding, finding


class AdapterError(Exception):
    """Base. `code` is stable, the text says what, where and what to do next."""

    code = "ADAPTER"


class FileRefused(AdapterError):
    """The whole file is refused; `finding` is kept with the failed batch."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.finding: Finding = finding(code, **details)  # type: ignore[arg-type]
        super().__init__(f"{code}: {self.finding.message}")


class SourceProblem(AdapterError):
    """The pull of one source could not start or go on; other sources are not touched."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.finding: Finding = finding(code, **details)  # type: ignore[arg-type]
        super().__init__(f"{code}: {self.finding.message}")


class SourceInvalid(AdapterError):
    """A source file says something the hub does not understand."""

    code = "SOURCE_INVALID"

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        self.path, self.line, self.column, self.message = path, line, column, message
        super().__init__(f"{path}:{line}:{column}: {message}")
