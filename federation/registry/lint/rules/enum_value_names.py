"""Names of enum values are written in SCREAMING_SNAKE_CASE."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.case import is_screaming_snake, to_screaming_snake
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.enum_values:
        if not is_screaming_snake(element.name):
            yield Finding(
                element.coordinate,
                f'The enum value "{element.coordinate}" is not in SCREAMING_SNAKE_CASE; '
                f'call it "{to_screaming_snake(element.name)}".',
                element.node,
            )


RULE = Rule(
    "ENUM_VALUES_SHOULD_BE_SCREAMING_SNAKE_CASE",
    LintLevel.WARNING,
    "Names of enum values are in SCREAMING_SNAKE_CASE.",
    find,
)
