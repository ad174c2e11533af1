"""Failing cases as files: all that is needed to run one again, whatever the generators become."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.federation import Federation
from tests.differential.world import Chances

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One operation over one federation. `why` says what was wrong, `chances` rule the data."""

    why: str
    seed: int
    monolith: str
    subgraphs: Mapping[str, str]
    operation: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    null: float = Chances().null
    error: float = Chances().error

    def federation(self) -> Federation:
        chances = Chances(self.null, self.error)
        return Federation(self.subgraphs, self.seed, self.monolith, chances)


def load(path: Path) -> Case:
    """Read a case; texts are lists of lines in the file, so that people can read it."""
    found = json.loads(path.read_text(encoding="utf-8"))
    for key in ("monolith", "operation"):
        found[key] = "\n".join(found[key])
    found["subgraphs"] = {name: "\n".join(lines) for name, lines in found["subgraphs"].items()}
    return Case(**found)


def save(case: Case, folder: Path = FOLDER) -> Path:
    """Write a case to a file named after its content."""
    content = asdict(case)
    for key in ("monolith", "operation"):
        content[key] = content[key].strip().splitlines()
    content["subgraphs"] = {name: sdl.strip().splitlines() for name, sdl in case.subgraphs.items()}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"found_{hashlib.sha256(text.encode()).hexdigest()[:10]}.json"
    path.write_text(text, encoding="utf-8")
    return path
