"""`python -m schema` writes each subgraph's SDL to its `schema.graphql`, for review."""

from __future__ import annotations

from pathlib import Path

from schema import SUBGRAPHS


def sdl_file(name: str) -> Path:
    """Return where the SDL of a subgraph is checked in."""
    return Path(__file__).parent / name / "schema.graphql"


def main() -> None:
    for name, schema in SUBGRAPHS.items():
        sdl_file(name).write_text(schema.sdl, encoding="utf-8")


if __name__ == "__main__":
    main()
