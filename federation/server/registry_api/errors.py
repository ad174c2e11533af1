"""Refusals and diagnostics as our APIs tell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation.composition.result import Diagnostic, Location
from federation.errors import FederationError
from federation.registry.errors import RegistryError


@dataclass(frozen=True, slots=True)
class BuildError:
    """Rover's form of a diagnostic; Rover shows the message alone, so it says where."""

    message: str
    code: str
    locations: tuple[Location, ...]


def build_errors(diagnostics: Iterable[Diagnostic]) -> list[BuildError]:
    """Return diagnostics as Rover has them, each once."""
    return list(dict.fromkeys(map(_build_error, diagnostics)))


def _build_error(diagnostic: Diagnostic) -> BuildError:
    where = f"[{', '.join(diagnostic.subgraphs)}] " if diagnostic.subgraphs else ""
    return BuildError(f"{where}{diagnostic.message}", diagnostic.code, diagnostic.locations)


def extensions_of(error: FederationError) -> dict[str, Any]:
    """Return what a refusal is told with: its code, and what belongs to it."""
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, RegistryError):
        if error.diagnostics:
            extensions["diagnostics"] = [_entry(each) for each in error.diagnostics]
        if error.check is not None:
            extensions["checkId"] = error.check.id
    return extensions


def _entry(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "coordinate": diagnostic.coordinate,
        "subgraphs": list(diagnostic.subgraphs),
        "locations": [
            {"subgraph": place.subgraph, "line": place.line, "column": place.column}
            for place in diagnostic.locations
        ],
    }
