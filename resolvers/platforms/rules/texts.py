"""Texts of inputs, checked and kept as they were typed."""

from __future__ import annotations

from resolvers.input_texts import optional_text, required_text
from resolvers.refusal import Problems


def check_text(
    problems: Problems, text: str, longest: int, *path: str, required: bool = True
) -> bool:
    """Add TEXT_MISSING, TEXT_TOO_LONG or TEXT_INVALID; return whether nothing was added."""
    before = len(problems.found)
    check = required_text if required else optional_text
    check(problems, text, longest, *path, lines=True)
    return len(problems.found) == before
