"""Input types say so at the end of their names: they often have a sibling that is answered."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import InputObjectTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(InputObjectTypeDefinitionNode):
        if not element.name.endswith("Input"):
            yield Finding(
                element.coordinate,
                f'The input type "{element.name}" does not end with "Input"; '
                f'call it "{element.name}Input".',
                element.node,
            )


RULE = Rule(
    "INPUT_TYPE_SUFFIX",
    LintLevel.WARNING,
    'The name of an input type ends with "Input".',
    find,
)
