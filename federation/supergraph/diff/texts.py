"""Descriptions and deprecations: what people read. They never change what an operation does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from federation.supergraph.diff.change import Change, Severity


def description_change(
    old: str | None, new: str | None, coordinate: str, code: str
) -> Iterator[Change]:
    """Yield the change of a description, if there is one."""
    if (old or "") == (new or ""):
        return
    verb = "was removed" if not new else "was added" if not old else "changed"
    yield Change(code, coordinate, Severity.SAFE, f'The description of "{coordinate}" {verb}.')


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The codes of one sort of element."""

    added: str
    removed: str
    reason: str

    def changes(self, old: str | None, new: str | None, coordinate: str) -> Iterator[Change]:
        """Yield what changed between two reasons; None: not deprecated."""
        if old == new:
            return
        if old is None:
            code, text = self.added, f'"{coordinate}" is deprecated now: {new}'
        elif new is None:
            code, text = self.removed, f'"{coordinate}" is no longer deprecated.'
        else:
            code = self.reason
            text = f'The reason why "{coordinate}" is deprecated changed to: {new}'
        yield Change(code, coordinate, Severity.SAFE, text)
