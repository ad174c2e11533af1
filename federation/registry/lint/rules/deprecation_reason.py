"""Whoever meets @deprecated must learn what to use in its place."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import ConstDirectiveNode

from federation.language import directive_arguments
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.elements:
        for directive in element.directives:
            if directive.name.value == "deprecated" and not _has_reason(directive):
                yield Finding(
                    element.coordinate,
                    f'"{element.coordinate}" is deprecated without a reason; say what to use '
                    "instead.",
                    directive,
                )


def _has_reason(directive: ConstDirectiveNode) -> bool:
    return bool(str(directive_arguments(directive).get("reason") or "").strip())


RULE = Rule(
    "DEPRECATED_DIRECTIVE_MISSING_REASON",
    LintLevel.ERROR,
    "@deprecated has a reason.",
    find,
)
