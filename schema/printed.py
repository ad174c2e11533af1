"""The subgraphs as they are printed and checked in, read without loading any of their code."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def subgraph_names() -> tuple[str, ...]:
    """Return the names of the hub's own subgraphs: those with a printed schema."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/schema.graphql")))


def printed_sdl(name: str) -> str:
    """Return the SDL of a subgraph."""
    return (FOLDER / name / "schema.graphql").read_text("utf-8")


def example_queries() -> list[tuple[str, str]]:
    """Return (title, text) of the explorer's examples; the title is each file's first comment."""
    texts = [path.read_text("utf-8") for path in sorted((FOLDER / "examples").glob("*.graphql"))]
    return [(text.split("\n", 1)[0].lstrip("# "), text) for text in texts]
