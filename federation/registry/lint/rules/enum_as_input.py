"""Enums that clients give end with 'Input' (a convention for graphs that have two of each)."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import EnumTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(EnumTypeDefinitionNode):
        if element.name in document.given_types and not element.name.endswith("Input"):
            yield Finding(
                element.coordinate,
                f'The enum "{element.name}" is given by clients but does not end with "Input".',
                element.node,
            )


RULE = Rule(
    "ENUM_USED_AS_INPUT_WITHOUT_SUFFIX",
    LintLevel.IGNORED,
    'An enum that clients give has the suffix "Input".',
    find,
)
