"""What could not be exported or tried again as a whole; bad rows are findings, as ever."""

from __future__ import annotations

from adapters.errors import AdapterError
from adapters.findings import Finding, from_issue, issue


class QuarantineRefused(AdapterError):
    """Nothing was changed; `finding` says why. `place`: where in what was given (row, column)."""

    def __init__(self, found: Finding, place: tuple[str, ...] = ()) -> None:
        self.code, self.finding, self.place = found.code, found, place
        super().__init__(f"{found.code}: {found.message}")


def refused(code: str, *, place: tuple[str, ...] = (), **details: object) -> QuarantineRefused:
    """Return the refusal of `code` with its texts filled in."""
    return QuarantineRefused(from_issue(issue(code, **details)), place)
