"""Names of fields are written in camelCase."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.case import is_camel, to_camel
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.fields:
        if not is_camel(element.name):
            yield Finding(
                element.coordinate,
                f'The field "{element.coordinate}" is not in camelCase; '
                f'call it "{to_camel(element.name)}".',
                element.node,
            )


RULE = Rule(
    "FIELD_NAMES_SHOULD_BE_CAMEL_CASE",
    LintLevel.WARNING,
    "Names of fields are in camelCase.",
    find,
)
