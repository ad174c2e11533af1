"""Our own rule: a description has a Chinese line first and an English one after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.elements:
        lines = [line.strip() for line in (element.description or "").splitlines() if line.strip()]
        if not lines:
            continue
        if not _is_chinese(lines[0]):
            problem = "its first line is not Chinese"
        elif len(lines) < 2 or _is_chinese(lines[1]):
            problem = "no English line follows the Chinese one"
        else:
            continue
        yield Finding(
            element.coordinate,
            f'The description of "{element.coordinate}" is not bilingual: {problem}.',
            element.node,
        )


def _is_chinese(line: str) -> bool:
    """Whether a line has Chinese characters: an English line may quote none."""
    return _HAN.search(line) is not None


RULE = Rule(
    "DESCRIPTION_SHOULD_BE_BILINGUAL",
    LintLevel.IGNORED,
    "A description is Chinese in its first line and English in the second.",
    find,
)
