"""Tags choose what audiences see, so a misspelt one hides or shows too much."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings
from federation.supergraph.contracts import tags_of


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    if settings.tags is None:
        return
    for element in document.elements:
        for name in sorted(tags_of(element.directives) - settings.tags):
            yield Finding(
                element.coordinate,
                f'"{element.coordinate}" has the unknown tag "{name}"; known are: '
                f"{', '.join(sorted(settings.tags)) or 'none'}.",
                element.node,
            )


RULE = Rule(
    "TAG_DIRECTIVE_USES_UNKNOWN_NAME",
    LintLevel.ERROR,
    "@tag has a name that the registry knows (only when names are listed).",
    find,
)
