"""Names of types are written in PascalCase."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.case import is_pascal, to_pascal
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types:
        if not is_pascal(element.name):
            yield Finding(
                element.coordinate,
                f'The type "{element.coordinate}" is not in PascalCase; '
                f'call it "{to_pascal(element.name)}".',
                element.node,
            )


RULE = Rule(
    "TYPE_NAMES_SHOULD_BE_PASCAL_CASE",
    LintLevel.WARNING,
    "Names of types are in PascalCase.",
    find,
)
