"""No enum says "Enum" at the end of its name: that is known."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import EnumTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(EnumTypeDefinitionNode):
        if element.name != "Enum" and element.name.endswith("Enum"):
            yield Finding(
                element.coordinate,
                f'The suffix "Enum" of "{element.name}" says nothing; leave it out.',
                element.node,
            )


RULE = Rule(
    "ENUM_SUFFIX",
    LintLevel.WARNING,
    'The name of an enum does not end with "Enum".',
    find,
)
