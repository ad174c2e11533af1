"""Names of directives are written in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.case import is_camel, to_camel
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.directives:
        if not is_camel(element.name):
            yield Finding(
                element.coordinate,
                f'The directive "{element.coordinate}" is not in camelCase; '
                f'call it "{to_camel(element.name)}".',
                element.node,
            )


RULE = Rule(
    "DIRECTIVE_NAMES_SHOULD_BE_CAMEL_CASE",
    LintLevel.WARNING,
    "Names of directives are in camelCase.",
    find,
)
