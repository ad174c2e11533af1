"""An enum that ends with 'Input' is not answered."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import EnumTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(EnumTypeDefinitionNode):
        if element.name in document.answered_types and element.name.endswith("Input"):
            yield Finding(
                element.coordinate,
                f'The enum "{element.name}" ends with "Input" but fields answer it; rename it, or '
                "make two.",
                element.node,
            )


RULE = Rule(
    "ENUM_USED_AS_OUTPUT_DESPITE_SUFFIX",
    LintLevel.WARNING,
    'An enum with the suffix "Input" is not answered by fields.',
    find,
)
