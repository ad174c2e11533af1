"""`python -m schema` writes each subgraph's SDL and the page of rights, for review."""

from __future__ import annotations

from pathlib import Path

from schema import SUBGRAPHS
from schema.access_page import PAGE, access_page


def sdl_file(name: str) -> Path:
    """Return where the SDL of a subgraph is checked in."""
    return Path(__file__).parent / name / "schema.graphql"


def main() -> None:
    for name, schema in SUBGRAPHS.items():
        sdl_file(name).write_text(schema.sdl, encoding="utf-8")
    PAGE.write_text(access_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
