"""Every element has a description; root types and extensions need none."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.elements:
        if element.name in document.root_names and element.coordinate == element.name:
            continue
        if not (element.description or "").strip():
            yield Finding(
                element.coordinate, f'"{element.coordinate}" has no description.', element.node
            )


RULE = Rule(
    "ALL_ELEMENTS_REQUIRE_DESCRIPTION",
    LintLevel.IGNORED,
    "Every element of the schema has a description.",
    find,
)
